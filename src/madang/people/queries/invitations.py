# SPDX-License-Identifier: Apache-2.0
"""Reading invitations, and lists of people that were given."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang.kit import Actor, now
from madang.people import keys, rules
from madang.people.credentials import can_be_chance
from madang.people.errors import NoInvitation, NoPeopleList
from madang.people.models import Invitation, Organisation, PeopleList


def find_invitation(session: Session, secret: str) -> Invitation | None:
    """The invitation of that secret if it can still be used. Looking does not use it up."""
    if not can_be_chance(secret):
        return None
    query = select(Invitation).where(
        Invitation.secret_hash == keys.held().mark("invitation", secret),
        Invitation.used_at.is_(None),
        Invitation.withdrawn_at.is_(None),
        Invitation.expires_at > now(),
    )
    return session.scalars(query).one_or_none()


def get_invitation(session: Session, invitation_id: str, *, viewer: Actor) -> Invitation:
    """The invitation of that id for who may see invitations; ``NoInvitation`` otherwise."""
    found = session.get(Invitation, invitation_id) if invitation_id.isascii() and invitation_id.isalnum() else None
    if found is None or not rules.may(viewer, "invitation", "see"):
        raise NoInvitation
    return found


def invitations(session: Session, *, viewer: Actor, before: str = "", limit: int = 50, offset: int = 0) -> Sequence[Invitation]:
    """Invitations, newest first, for who may see them; ``before`` is the id of the last one seen."""
    if not rules.may(viewer, "invitation", "see"):
        return []
    query = select(Invitation)
    if before:
        query = query.where(Invitation.id < before)
    return session.scalars(query.order_by(Invitation.id.desc()).limit(limit).offset(offset)).all()


def count_invitations(session: Session, *, viewer: Actor) -> int:
    """How many invitations there are for the viewer."""
    if not rules.may(viewer, "invitation", "see"):
        return 0
    return session.scalar(select(func.count()).select_from(Invitation)) or 0


def organisation_names(session: Session, ids: set[str]) -> dict[str, str]:
    """The names of these organisations by id. It asks nobody's rights."""
    if not ids:
        return {}
    return {row[0]: row[1] for row in session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(sorted(ids))))}


def get_list(session: Session, list_id: str, *, viewer: Actor) -> PeopleList:
    """The list of people of that id for who may see it; ``NoPeopleList`` otherwise."""
    found = session.get(PeopleList, list_id) if list_id.isascii() and list_id.isalnum() else None
    if found is None or not rules.may(viewer, "people-list", "see"):
        raise NoPeopleList
    return found
