# SPDX-License-Identifier: Apache-2.0
"""Invitations: one-time addresses by which people get an account or join an organisation, and signing up by oneself."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import Actor, Reach, Role, now
from madang.people import keys, passwords, queries, rules
from madang.people.actions.accounts import lay_account
from madang.people.actions.organisations import join
from madang.people.actions.profiles import set_email
from madang.people.actions.sessions import open_session
from madang.people.authentication import actor_of
from madang.people.credentials import can_be_chance, new_chance
from madang.people.errors import DeadInvitation
from madang.people.models import Account, Invitation, Organisation


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation gives: a role and a reach on the platform, and, where one is named, a role in an organisation.

    ``email`` is whom it is for, "" for whoever holds it; ``is_mailed`` says that only that address gets it, so that it proves the address.
    """

    role: Role
    reach: Reach = Reach.OUTER
    email: str = ""
    is_mailed: bool = False
    organisation: Organisation | None = None
    organisation_role: Role = Role.MEMBER
    note: str = ""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """How an invited person wants to be known. ``password`` None: they sign in by other ways."""

    name: str
    display_name: str = ""
    password: str | None = None


def create_invitation(session: Session, offer: Offer, *, days: int | None = None, by: Actor) -> tuple[Invitation, str]:
    """The invitation stands, and its secret, which is not kept. Who invites gives no role above their own."""
    rules.check_may(by, "invitation", "create")
    rules.check_offer(offer.role, by)
    rules.check_offer(offer.organisation_role, by)
    return lay_invitation(session, offer, days=rules.check_days(keys.limits().invitation_days if days is None else days), by=by)


def lay_invitation(session: Session, offer: Offer, *, days: int, by: Actor) -> tuple[Invitation, str]:
    """The row of an invitation; whoever calls has asked whether it may be."""
    email = rules.check_email(offer.email) if offer.email.strip() else None
    secret, at = new_chance(), now()
    row = Invitation(
        secret_hash=keys.held().mark("invitation", secret),
        email=email,
        is_mailed=offer.is_mailed and email is not None,
        role_word=offer.role.word,
        reach_word=offer.reach.word,
        organisation_id=offer.organisation.id if offer.organisation else None,
        organisation_role=offer.organisation_role.word if offer.organisation else None,
        note=rules.one_line(offer.note, field="note")[: keys.limits().note_max],
        created_at=at,
        created_by=by.name,
        expires_at=at + timedelta(days=days),
    )
    session.add(row)
    session.flush()
    organisation = offer.organisation.name if offer.organisation else None
    facts = {"role": row.role_word, "reach": row.reach_word, "organisation": organisation, "for_anybody": email is None}
    audit.record(session, "invitation.created", target=f"invitation/{row.id}", by=by, **facts)
    return row, secret


def withdraw_invitation(session: Session, invitation: Invitation, *, by: Actor) -> None:
    """The invitation opens nothing any more; nothing happens to one that was used or withdrawn before."""
    rules.check_may(by, "invitation", "withdraw")
    gone = session.execute(
        update(Invitation)
        .where(Invitation.id == invitation.id, Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))
        .values(withdrawn_at=now(), withdrawn_by=by.name)
        .returning(Invitation.id)
    ).scalar_one_or_none()
    if gone:
        audit.record(session, "invitation.withdrawn", target=f"invitation/{gone}", by=by)


def accept_invitation(
    session: Session, secret: str, newcomer: Newcomer, *, agent: str = "", previous_cookie: str | None = None
) -> tuple[Account, str]:
    """Somebody new is here and signed in; the account and the new cookie's value. ``DeadInvitation`` for all but the first.

    The password is hashed before ``session`` touches the database, so that no write waits for argon2.
    """
    with Session(session.get_bind().execution_options(madang_writes=False)) as beside:
        if queries.find_invitation(beside, secret) is None:
            raise DeadInvitation
    kept = None
    if newcomer.password is not None:
        passwords.check(newcomer.password, name=newcomer.name, limits=keys.limits())
        kept = passwords.make_hash(newcomer.password)
    with session.begin_nested():
        account = _use(session, secret, newcomer)
        account.password_hash = kept
    return account, open_session(session, account, opened_by="invitation", agent=agent, previous_cookie=previous_cookie)


def join_by_invitation(session: Session, secret: str, *, by: Actor) -> Account:
    """Who is signed in has what the invitation gives: its organisation, and role and reach where they had less."""
    rules.check_may(by, "account", "change", own=True)
    account = queries.get_self(session, viewer=by)
    invitation = _take(session, secret, account)
    before = (account.role, account.reach)
    account.role_word = max(account.role, Role.named(invitation.role_word)).word
    account.reach_word = max(account.reach, Reach.named(invitation.reach_word)).word
    if (account.role, account.reach) != before:
        audit.record(session, "account.changed", target=account.ref, by=by, role=account.role_word, reach=account.reach_word)
    _give(session, invitation, account, by)
    return account


def _use(session: Session, secret: str, newcomer: Newcomer) -> Account:
    held = queries.find_invitation(session, secret)
    if held is None:
        raise DeadInvitation
    by = Actor(None, held.created_by, Role.READER, via="link")
    account = lay_account(session, name=newcomer.name, role=Role.named(held.role_word), display_name=newcomer.display_name, by=by)
    account.reach_word = held.reach_word
    invitation = _take(session, secret, account)
    if invitation.email:
        set_email(session, account, invitation.email, is_verified=invitation.is_mailed, by=actor_of(session, account, via="link"))
    themselves = actor_of(session, account, via="link")
    audit.record(session, "account.created", target=account.ref, by=themselves, role=account.role_word, how="invitation")
    _give(session, invitation, account, themselves)
    return account


def _take(session: Session, secret: str, account: Account) -> Invitation:
    """The invitation is used up by this account; ``DeadInvitation`` for all but the first who come."""
    if not can_be_chance(secret):
        raise DeadInvitation
    at = now()
    used = session.execute(
        update(Invitation)
        .where(
            Invitation.secret_hash == keys.held().mark("invitation", secret),
            Invitation.used_at.is_(None),
            Invitation.withdrawn_at.is_(None),
            Invitation.expires_at > at,
        )
        .values(used_at=at, used_by_id=account.id)
        .returning(Invitation.id)
    ).scalar_one_or_none()
    if used is None:
        raise DeadInvitation
    return session.get_one(Invitation, used, populate_existing=True)


def _give(session: Session, invitation: Invitation, account: Account, by: Actor) -> None:
    audit.record(
        session, "invitation.used", target=f"invitation/{invitation.id}", by=by, account=account.name, invited_by=invitation.created_by
    )
    if invitation.organisation_id and invitation.organisation_role:
        organisation = session.get_one(Organisation, invitation.organisation_id)
        join(session, organisation, account, role=Role.named(invitation.organisation_role), by=by)
