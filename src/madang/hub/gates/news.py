# SPDX-License-Identifier: Apache-2.0
"""Who is told of access that is asked for and given."""

from sqlalchemy.orm import Session

from madang import catalog, inbox, kit
from madang.hub.gates.checking import page_of
from madang.hub.gates.models import AccessRequest
from madang.kit import _

ASKED = inbox.Kind("access.requested", _("Somebody asks for the files of a dataset or model of yours"), mail="once")
CHANGED = inbox.Kind("access.changed", _("Your access to files was decided, or ended"), mail="once")
EMBARGO = inbox.Kind("embargo.over", _("The embargo on a dataset or model of yours is over"))
inbox.declare(ASKED, CHANGED, EMBARGO)
ASKS = _("%(account)s asks for the files of %(name)s: %(purpose)s")
GRANTED = _("You have access to the files of %(name)s.")
REFUSED = _("You have no access to the files of %(name)s: %(reason)s")
ENDED = _("Your access to the files of %(name)s is over.")
OPENED = _("The embargo on %(name)s is over: its files are open as you set it.")


def owners_of(session: Session, asset: catalog.Asset) -> list[str]:
    """Whoever decides on the asset's files."""
    owner_id, organisation_id = catalog.place_of(session, asset)
    to = [inbox.to_account(owner_id)] if owner_id else []
    return [*to, inbox.to_organisation(organisation_id, kit.Role.MEMBER)] if organisation_id else to or [inbox.to_role(kit.Role.OPERATOR)]


def ask_owners(session: Session, asset: catalog.Asset, request: AccessRequest, *, by: kit.Actor) -> None:
    """The owner's side has a task."""
    values = {"account": request.account, "name": f"{asset.namespace}/{asset.name}", "purpose": request.purpose[:300]}
    for to in owners_of(session, asset):
        inbox.ask(session, kind=ASKED.name, to=to, about=request.ref, address=page_of(asset), text=ASKS, values=values, by=by)


def tell_asker(session: Session, asset: catalog.Asset, request: AccessRequest, text: str, *, by: kit.Actor) -> None:
    """Nobody has to decide any more, and whoever asked knows how it stands."""
    inbox.finish(session, kind=ASKED.name, about=request.ref, by=by)
    values, to = {"name": f"{asset.namespace}/{asset.name}", "reason": request.reason}, [inbox.to_account(request.account_id)]
    inbox.tell(session, kind=CHANGED.name, to=to, about=request.ref, address=page_of(asset), text=text, values=values, by=by)


def tell_owners_of_end(session: Session, asset: catalog.Asset) -> None:
    """The owner's side knows that an embargo is over."""
    values = {"name": f"{asset.namespace}/{asset.name}"}
    to = owners_of(session, asset)
    inbox.tell(session, kind=EMBARGO.name, to=to, about=asset.ref, address=page_of(asset), text=OPENED, values=values, by=kit.SYSTEM)
