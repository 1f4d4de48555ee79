# SPDX-License-Identifier: Apache-2.0
"""Organisations and who is in them."""

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit, db
from madang.kit import Actor, Reach, Role, now
from madang.people import rules
from madang.people.actions.names import check_free_word, take_name
from madang.people.errors import BringsNearer, ChangedMeanwhile, LastOrganisationOperator, NameTaken, NoAccount, NotAMember
from madang.people.events import OrganisationCreated
from madang.people.models import Account, Membership, Name, Organisation


def create_organisation(
    session: Session, *, name: str, sector: str, display_name: str = "", reach: Reach = Reach.OUTER, by: Actor
) -> Organisation:
    """The organisation stands and its name is its namespace. ``NameTaken`` when an account or another organisation has it.

    A namespace of that name that belonged to no account's name becomes the organisation's.
    """
    rules.check_may(by, "organisation", "create")
    check_free_word(name)
    organisation = Organisation(
        name=name, name_key=name.lower(), display_name=rules.display_name(display_name), sector=rules.check_sector(sector),
        reach_word=reach.word, revision=1, created_at=now(), created_by=by.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(organisation)
    except IntegrityError as error:
        raise NameTaken(name=name, field="name") from error
    _take(session, organisation)
    audit.record(session, "organisation.created", target=organisation.ref, by=by, sector=sector, reach=reach.word)
    db.announce(session, OrganisationCreated(organisation.id, organisation.name, by))
    return organisation


def change_organisation(
    session: Session, organisation: Organisation, *, display_name: str, sector: str, reach: Reach, seen: int | None = None, by: Actor
) -> None:
    """The organisation is called and counted so. Its reach is for operators of the platform alone.

    ``seen`` is the revision that the actor looked at; ``ChangedMeanwhile`` when another one holds now.
    """
    rules.check_may(by, "organisation", "change", organisation=organisation.id)
    if reach is not organisation.reach:
        rules.check_may(by, "organisation", "create")
    _check_seen(session, organisation, seen)
    before = {"display_name": organisation.display_name, "sector": organisation.sector, "reach": organisation.reach_word}
    after = {"display_name": rules.display_name(display_name), "sector": rules.check_sector(sector), "reach": reach.word}
    changed = {key: value for key, value in after.items() if before[key] != value}
    if not changed:
        return
    organisation.display_name, organisation.sector, organisation.reach_word = after["display_name"], after["sector"], after["reach"]
    organisation.revision += 1
    audit.record(session, "organisation.changed", target=organisation.ref, by=by, **changed)


def set_membership(session: Session, organisation: Organisation, account: Account, *, role: Role, by: Actor) -> None:
    """The person has this role in the organisation, newly or from now on. ``LastOrganisationOperator`` when nobody would manage it."""
    rules.check_may(by, "membership", "change", organisation=organisation.id)
    rules.role_named(role.word)
    if account.disabled_at is not None:
        raise NoAccount(name=account.name)
    found = _find(session, organisation, account)
    if found is None:
        _check_reach(organisation, account, by)
        _join(session, organisation, account, role=role, by=by)
        return
    if found.role is role:
        return
    _check_not_the_last(session, organisation, found, by)
    before, found.role_word = found.role_word, role.word
    _tell(session, "membership.changed", organisation, account, by, role=role.word, before=before)


def _check_reach(organisation: Organisation, account: Account, by: Actor) -> None:
    """Whoever manages an organisation brings nobody nearer to the institute than they stand: that is for who manages accounts."""
    if account.reach < organisation.reach and not rules.may(by, "account", "manage"):
        raise BringsNearer(name=account.name, organisation=organisation.name)


def end_membership(session: Session, organisation: Organisation, account: Account, *, by: Actor) -> None:
    """The person is not in the organisation. They may leave by themselves; ``LastOrganisationOperator`` for the last one who manages it."""
    rules.check_may(by, "membership", "end", own=by.account_id == account.id, organisation=organisation.id)
    found = _find(session, organisation, account)
    if found is None:
        raise NotAMember(name=account.name, organisation=organisation.name)
    _check_not_the_last(session, organisation, found, by)
    session.delete(found)
    session.flush()
    _tell(session, "membership.ended", organisation, account, by, before=found.role_word)


def join(session: Session, organisation: Organisation, account: Account, *, role: Role, by: Actor) -> None:
    """The person is in the organisation with at least this role; an invitation brought them."""
    found = _find(session, organisation, account)
    if found is None:
        _join(session, organisation, account, role=role, by=by)
    elif found.role < role:
        before, found.role_word = found.role_word, role.word
        _tell(session, "membership.changed", organisation, account, by, role=role.word, before=before)


def _join(session: Session, organisation: Organisation, account: Account, *, role: Role, by: Actor) -> None:
    made = Membership(organisation_id=organisation.id, account_id=account.id, role_word=role.word, added_at=now(), added_by=by.name)
    session.add(made)
    session.flush()
    _tell(session, "membership.created", organisation, account, by, role=role.word)


def _find(session: Session, organisation: Organisation, account: Account) -> Membership | None:
    """The membership; the organisation's row is held until the unit ends, so that of two who leave at once one is the last."""
    session.scalar(select(Organisation.id).where(Organisation.id == organisation.id).with_for_update())
    return session.get(Membership, (organisation.id, account.id), populate_existing=True)


def _check_not_the_last(session: Session, organisation: Organisation, leaving: Membership, by: Actor) -> None:
    """An operator of the platform may leave an organisation to the platform's operators; its own people may not."""
    if leaving.role is not Role.OPERATOR or rules.may(by, "organisation", "create"):
        return
    others = select(Membership.account_id).join(Account, Account.id == Membership.account_id)
    others = others.where(
        Membership.organisation_id == organisation.id,
        Membership.role_word == Role.OPERATOR.word,
        Membership.account_id != leaving.account_id,
        Account.disabled_at.is_(None),
    )
    if session.scalar(others.limit(1)) is None:
        raise LastOrganisationOperator(organisation=organisation.name)


def _check_seen(session: Session, organisation: Organisation, seen: int | None) -> None:
    session.refresh(organisation, with_for_update=True)
    if seen is not None and seen != organisation.revision:
        raise ChangedMeanwhile


def _take(session: Session, organisation: Organisation) -> None:
    """The name is the organisation's: newly, or taken over from a plain namespace."""
    plain = session.get(Name, organisation.name_key, with_for_update=True)
    if plain is None:
        take_name(session, organisation.name, owner=organisation)
    elif plain.account_id is None and plain.organisation_id is None:
        plain.organisation_id = organisation.id
    else:
        raise NameTaken(name=organisation.name, field="name")


def _tell(session: Session, deed: str, organisation: Organisation, account: Account, by: Actor, **facts: object) -> None:
    audit.record(session, deed, target=organisation.ref, by=by, account=account.name, **facts)
