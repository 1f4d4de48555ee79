# SPDX-License-Identifier: Apache-2.0
"""Who is shown to whom. What is not shown is not there."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from madang import access, catalog, kit, people


def person(session: Session, name: str, *, viewer: kit.Actor) -> tuple[people.Account, int, bool]:
    """The account of that name, how many of its assets the viewer may see, and whether the viewer is told more than the name.

    ``NoAccount`` where the viewer neither belongs to the institute nor sees anything of theirs.
    """
    account = people.find_account(session, name)
    if account is None:
        raise people.NoAccount(name=name[:96])
    total = count_of(session, account.name, viewer=viewer)
    knows = access.allows(viewer, "person", "see", own=viewer.account_id == account.id)
    if not knows and not total:
        raise people.NoAccount(name=name[:96])
    return account, total, knows


def organisation(session: Session, name: str, *, viewer: kit.Actor) -> tuple[people.Organisation, int, bool]:
    """The organisation of that name, how many of its assets the viewer may see, and whether the viewer is told more than the name."""
    found = people.find_organisation(session, name)
    if found is None:
        raise people.NoOrganisation(name=name[:96])
    total = count_of(session, found.name, viewer=viewer)
    knows = access.allows(viewer, "organisation", "see", organisation=found.id)
    if not knows and not total:
        raise people.NoOrganisation(name=name[:96])
    return found, total, knows


def count_of(session: Session, holder: str, *, viewer: kit.Actor) -> int:
    """How many assets of that account or organisation the viewer may see."""
    return catalog.count_assets(session, _theirs(holder), viewer=viewer)


def assets_of(session: Session, holder: str, *, viewer: kit.Actor, limit: int, offset: int) -> Sequence[catalog.Asset]:
    """Their assets that the viewer may see, newest first."""
    return catalog.assets(session, _theirs(holder), viewer=viewer, limit=limit, offset=offset)


def _theirs(holder: str) -> catalog.Filter:
    return catalog.Filter(organisation=(holder,), by_time=True)
