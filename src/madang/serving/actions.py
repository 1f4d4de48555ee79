# SPDX-License-Identifier: Apache-2.0
"""Every write of services."""

from sqlalchemy.orm import Session

from madang import access, audit, catalog, kit, people, provenance
from madang.serving import queries
from madang.serving.errors import BadShare, VersionStands
from madang.serving.models import Release, Service
from madang.serving.preparing import Prepared


def deploy(session: Session, prepared: Prepared, *, namespace: str, exposure: str = "private", share: int = 100, by: kit.Actor) -> Release:
    """The service stands in the catalogue with this version, which takes ``share`` per cent of its calls; the others share the rest.

    The same content under the same label changes nothing but the share; other content is ``VersionStands``.
    """
    _check_share(share)
    card = prepared.card
    asset = catalog.find_asset(session, "api", namespace, card.name, viewer=by)
    if asset is None:
        asset = catalog.register(
            session, kind="api", namespace=namespace, name=card.name, title=card.text("title", "ko")[:200], exposure=exposure,
            field=card.field, by=by,
        )  # fmt: skip
    check_deploys(session, asset, by=by)
    service = session.get(Service, asset.id)
    if service is None:
        service = Service(id=asset.id, made_at=kit.now(), made_by=by.name)
        session.add(service)
        session.flush()
    if service.removed_at is not None:
        service.removed_at = service.removed_by = None
    release = queries.find_release(session, service, card.version)
    if release is None:
        release = _add(session, service, asset, prepared, by)
    elif release.tree != prepared.tree:
        raise VersionStands(version=card.version, field="version")
    _share_out(session, service, release, share)
    audit.record(session, "service.deployed", target=asset.ref, by=by, version=card.version, engine=release.engine, share=share)
    return release


def _add(session: Session, service: Service, asset: catalog.Asset, prepared: Prepared, by: kit.Actor) -> Release:
    card = prepared.card
    source = catalog.Source("service", card.engine.url or card.name, is_public=not card.engine.url)
    version = catalog.add_version(session, asset, source=source, label=card.version, by=by)
    catalog.fix_content(session, version, content=prepared.tree, by=by)
    licence = card.license or None
    catalog.describe(asset, version, state="declared", declared=licence, license_expression=licence, files=prepared.files)
    provenance.state(session, version, license=card.license, is_complete=True, by=by)
    for part in card.made_with:
        provenance.declare(session, version, kind=part.kind, purl=part.purl, by=by)
        if part.license and access.allows(by, "component", "state"):
            provenance.state_component(session, part.purl, license=part.license, by=by)
    text = " ".join([*card.title.values(), *card.summary.values(), *card.can.values(), card.task, card.unit])
    catalog.set_search_text(session, asset, field="service", text=text)
    release = Release(
        version_id=version.id, service_id=service.id, number=version.number, label=card.version, tree=prepared.tree,
        engine=card.engine.kind, card=card.kept(), operations=dict(prepared.operations), share=0, made_at=kit.now(), made_by=by.name,
    )  # fmt: skip
    session.add(release)
    session.flush()
    return release


def share_of(text: str) -> int:
    """A share as people type it; -1 for what is none, which no version can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def set_share(session: Session, service: Service, asset: catalog.Asset, release: Release, share: int, *, by: kit.Actor) -> None:
    """The version takes ``share`` per cent of the calls; the others share the rest in their old proportion. 100 rolls out or back."""
    check_deploys(session, asset, by=by)
    _check_share(share)
    before = release.share
    _share_out(session, service, release, share)
    audit.record(session, "service.shared", target=asset.ref, by=by, version=release.label, before=before, after=share)


def pause(session: Session, service: Service, asset: catalog.Asset, *, by: kit.Actor) -> None:
    """The service answers no call until it is resumed."""
    check_deploys(session, asset, by=by)
    if service.paused_at is None:
        service.paused_at, service.paused_by = kit.now(), by.name
        audit.record(session, "service.paused", target=asset.ref, by=by)


def resume(session: Session, service: Service, asset: catalog.Asset, *, by: kit.Actor) -> None:
    """The service answers calls again."""
    check_deploys(session, asset, by=by)
    if service.paused_at is not None:
        service.paused_at = service.paused_by = None
        audit.record(session, "service.resumed", target=asset.ref, by=by)


def remove(session: Session, service: Service, asset: catalog.Asset, *, by: kit.Actor) -> None:
    """The service is no longer run. What it was stays in the catalogue and the ledger; deploying it again brings it back."""
    check_deploys(session, asset, by=by)
    service.removed_at, service.removed_by = kit.now(), by.name
    audit.record(session, "service.removed", target=asset.ref, by=by)


def check_deploys_somewhere(*, by: kit.Actor) -> None:
    """Refuse whoever may run code under no name at all, before anything of theirs is read."""
    if not by.is_signed_in:
        raise kit.NotSignedIn
    if not may_deploy_somewhere(by=by):
        raise kit.NotAllowed


def may_deploy_somewhere(*, by: kit.Actor) -> bool:
    """Whether they may run code under any name."""
    return by.is_signed_in and (
        access.allows(by, "service", "deploy", own=True)
        or any(access.allows(by, "service", "deploy", organisation=id_) for id_ in by.organisations)
    )


def check_deploys_in(session: Session, namespace: str, *, by: kit.Actor) -> str:
    """The name that a service is to be under, the asker's own where none is given; refused to whoever may not run code there."""
    wanted = kit.check_name(namespace or by.name, field="namespace")
    place = session.get(catalog.Namespace, wanted.lower())
    whose = (place.owner_id, place.organisation_id) if place else None
    if whose is None and (name := people.owner_of_name(session, wanted)):
        whose = (name.account_id, name.organisation_id)
    owner_id, organisation_id = whose or (by.account_id if wanted.lower() == by.name.lower() else None, None)
    is_own = owner_id is not None and owner_id == by.account_id
    if not access.allows(by, "service", "deploy", own=is_own, organisation=organisation_id):
        raise kit.NotAllowed
    return wanted


def may_deploy(session: Session, asset: catalog.Asset, *, by: kit.Actor) -> bool:
    """Whether they may run code under the asset's name."""
    owner_id, organisation_id = catalog.place_of(session, asset)
    is_own = owner_id is not None and owner_id == by.account_id
    return by.is_signed_in and access.allows(by, "service", "deploy", own=is_own, organisation=organisation_id)


def check_deploys(session: Session, asset: catalog.Asset, *, by: kit.Actor) -> None:
    """Refuse whoever may not run code under the asset's name."""
    if not by.is_signed_in:
        raise kit.NotSignedIn
    if not may_deploy(session, asset, by=by):
        raise kit.NotAllowed


def _check_share(share: int) -> None:
    if not 0 <= share <= 100:
        raise BadShare(share=share, field="share")


def _share_out(session: Session, service: Service, release: Release, share: int) -> None:
    """Shares come to 100 in all; where no other version took any, the newest other takes the rest."""
    others = [each for each in queries.releases_of(session, service) if each.version_id != release.version_id]
    rest, total = 100 - share, sum(each.share for each in others)
    left = rest
    for each in others:
        each.share = rest * each.share // total if total else 0
        left -= each.share
    release.share = share
    heir = max(others, key=lambda each: (each.share, each.number), default=None)
    if heir is None:
        release.share = 100
    else:
        heir.share += left
    session.flush()
