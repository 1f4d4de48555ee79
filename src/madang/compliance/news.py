# SPDX-License-Identifier: Apache-2.0
"""Whom verification tells what: the owner and whoever handed a version in; operators where a host is shut."""

from collections.abc import Mapping
from urllib.parse import quote

from sqlalchemy.orm import Session

from madang import catalog, forges, inbox, jobs, kit
from madang.compliance.many import closing
from madang.compliance.models import Verification
from madang.kit import _

VERIFIED = inbox.Kind("version.verified", _("A version of yours is verified"))
CONFLICT = inbox.Kind("version.conflict", _("Licences conflict in a version of yours"), mail="once")
FAILED = inbox.Kind("version.failed", _("A version of yours could not be verified"))
HOST = inbox.Kind("host.wanted", _("An inner host should be opened (for operators)"), mail="once")
inbox.declare(VERIFIED, CONFLICT, FAILED, HOST)
HOSTS = "/admin/hosts"
MOST_WISHES = 20
"""So many open wishes one account may have with the operators."""


def verified(session: Session, asset: catalog.Asset, version: catalog.Version, verification: Verification) -> None:
    """Those whom it concerns know that the version is verified, or that licences conflict in it."""
    conflicts = len(verification.conflicts)
    if closing.version_ended(session, version.id) and not conflicts:
        return
    values = {"asset": shown(asset), "version": version.label or str(version.number)}
    if conflicts:
        text = _("%(asset)s %(version)s is verified; licences conflict in it: %(count)s.")
        _tell(session, CONFLICT, asset, version, verification, text, {**values, "count": conflicts})
    else:
        _tell(session, VERIFIED, asset, version, verification, _("%(asset)s %(version)s is verified; no conflict was found."), values)


def failed(session: Session, asset: catalog.Asset, version: catalog.Version, verification: Verification, failure: jobs.Failure) -> None:
    """Those whom it concerns know that the version could not be verified, and why; operators are asked where a host is shut."""
    values = {"asset": shown(asset), "version": version.label or str(version.number)}
    reason = inbox.nested(failure.message, failure.values)
    text = _("%(asset)s %(version)s could not be verified. %(reason)s")
    if not closing.version_ended(session, version.id):
        _tell(session, FAILED, asset, version, verification, text, {**values, "reason": reason})
    if verification.requested_by_id and failure.code == forges.InnerAddress.code:
        by = kit.Actor(verification.requested_by_id, verification.requested_by, kit.Role.READER)
        want_host(session, str(failure.values.get("host", "")), by=by)


def want_host(session: Session, host: str, *, by: kit.Actor) -> None:
    """The operators are asked whether the host may be opened: once, however many want it."""
    if host and len(inbox.asked(session, viewer=by, limit=MOST_WISHES)) < MOST_WISHES:
        text = _("Open the inner host “%(host)s”? %(name)s wants to fetch from it.")
        values = {"host": host[:200], "name": by.name}
        address = f"{HOSTS}?add={quote(host[:200], safe='')}"
        to = inbox.to_role(kit.Role.OPERATOR)
        inbox.ask(session, kind=HOST.name, to=to, about=f"host/{host}", address=address, text=text, values=values, by=by)


def host_opened(session: Session, guard: forges.Guard, *, by: kit.Actor) -> None:
    """Wishes for hosts that are open now are fulfilled, and whoever wished knows."""
    for about in inbox.open_abouts(session, kind=HOST.name):
        host = about.removeprefix("host/")
        if guard.opens(host):
            text = _("The host “%(host)s” is open now. Start again what was refused.")
            inbox.finish(session, kind=HOST.name, about=about, by=by, text=text, values={"host": host}, address="/assets?state=failed")


def shown(asset: catalog.Asset) -> str:
    """How a sentence names the asset."""
    return f"{asset.namespace}/{asset.name}"


def _tell(
    session: Session,
    kind: inbox.Kind,
    asset: catalog.Asset,
    version: catalog.Version,
    verification: Verification,
    text: str,
    values: Mapping[str, object],
) -> None:
    owner_id, organisation_id = catalog.place_of(session, asset)
    to = [inbox.to_account(each) for each in (owner_id, verification.requested_by_id) if each]
    if organisation_id:
        to.append(inbox.to_organisation(organisation_id))
    about, address = f"{asset.ref}@{version.number}", catalog.version_address(asset, version)
    inbox.tell(session, kind=kind.name, to=to, about=about, address=address, text=text, values=values, by=kit.SYSTEM)
