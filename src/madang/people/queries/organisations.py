# SPDX-License-Identifier: Apache-2.0
"""Reading organisations and who is in them."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from madang.kit import Actor, Role
from madang.people import rules
from madang.people.errors import NoOrganisation
from madang.people.models import Account, Membership, Organisation
from madang.people.queries.accounts import called


def find_organisation(session: Session, name: str) -> Organisation | None:
    """The organisation of that name, in any case, or None."""
    if not name.isascii() or not name.isprintable():
        return None
    return session.scalars(select(Organisation).where(Organisation.name_key == name.lower())).one_or_none()


def get_organisation(session: Session, name: str, *, viewer: Actor) -> Organisation:
    """The organisation of that name if the viewer may see it; ``NoOrganisation`` otherwise."""
    found = find_organisation(session, name)
    if found is None or not rules.may(viewer, "organisation", "see", organisation=found.id):
        raise NoOrganisation(name=name[:96])
    return found


def organisations(
    session: Session, *, viewer: Actor, q: str = "", after: str = "", limit: int | None = 200, offset: int = 0
) -> Sequence[Organisation]:
    """Organisations by name, those that the viewer may see; ``q`` stands in a name, ``after`` is the key of the last one seen."""
    query = select(Organisation).where(_seen(viewer), called(Organisation.name_key, Organisation.display_name, q))
    if after:
        query = query.where(Organisation.name_key > after)
    return session.scalars(query.order_by(Organisation.name_key).limit(limit).offset(offset)).all()


def count_organisations(session: Session, *, viewer: Actor, q: str = "") -> int:
    """How many organisations of that sort the viewer may see."""
    matching = called(Organisation.name_key, Organisation.display_name, q)
    return session.scalar(select(func.count()).select_from(Organisation).where(_seen(viewer), matching)) or 0


def _seen(viewer: Actor) -> ColumnElement[bool]:
    """Organisations that the table of rights shows: all of them, or those of one's own."""
    if rules.may(viewer, "organisation", "see"):
        return true()
    own = [id_ for id_ in viewer.organisations if rules.may(viewer, "organisation", "see", organisation=id_)]
    return Organisation.id.in_(own)


def members(
    session: Session, organisation: Organisation, *, viewer: Actor, after: str = "", limit: int = 200, offset: int = 0
) -> Sequence[tuple[Account, Membership]]:
    """Who is in the organisation, by name, behind the key ``after``; ``NoOrganisation`` for who may not see that."""
    check_sees_members(organisation, viewer)
    query = select(Account, Membership).join(Membership, Membership.account_id == Account.id)
    query = query.where(Membership.organisation_id == organisation.id, Account.name_key > after)
    return [(account, row) for account, row in session.execute(query.order_by(Account.name_key).limit(limit).offset(offset))]


def count_members(session: Session, organisation: Organisation, *, viewer: Actor) -> int:
    """How many are in the organisation."""
    check_sees_members(organisation, viewer)
    return session.scalar(select(func.count()).select_from(Membership).where(Membership.organisation_id == organisation.id)) or 0


def check_sees_members(organisation: Organisation, viewer: Actor) -> None:
    """``NoOrganisation`` for who may not see who is in it."""
    if not rules.may(viewer, "membership", "see", organisation=organisation.id):
        raise NoOrganisation(name=organisation.name)


def organisations_of(session: Session, account: Account) -> Sequence[tuple[Organisation, Role]]:
    """The person's organisations with the role there, by name. It asks nobody's rights."""
    query = select(Organisation, Membership).join(Membership, Membership.organisation_id == Organisation.id)
    query = query.where(Membership.account_id == account.id).order_by(Organisation.name_key)
    return [(organisation, row.role) for organisation, row in session.execute(query)]


def joined(session: Session, actor: Actor) -> Sequence[Organisation]:
    """The actor's own organisations, by name."""
    if not actor.organisations:
        return []
    query = select(Organisation).where(Organisation.id.in_(sorted(actor.organisations))).order_by(Organisation.name_key)
    return session.scalars(query).all()
