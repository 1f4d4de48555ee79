# SPDX-License-Identifier: Apache-2.0
"""Who somebody of the institute's provider is here: signing in with it, adding it to an account, taking it away."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import SYSTEM, Actor, NotAllowed, Role, now
from madang.people.actions import accounts, profiles, sessions
from madang.people.errors import EmailTaken, InvalidEmail, NameTaken, ReservedName
from madang.people.models import Account
from madang.people.oidc.claims import Claims
from madang.people.oidc.errors import NoRound
from madang.people.oidc.provider import held
from madang.people.oidc.rounds import SECONDS, Begun
from madang.people.refusals import AddressOfAnother, LastWayIn, LinkedElsewhere, NoAccountYet, NoIdentity, ShutAccount, WrongDomain
from madang.people.ways import Identity, Round

MOST_TRIES = 50


def spend(session: Session, begun: Begun) -> None:
    """The round is used; ``NoRound`` when it was already."""
    try:
        with session.begin_nested():
            session.add(Round(mark=begun.mark, expires_at=now() + timedelta(seconds=2 * SECONDS)))
    except IntegrityError as error:
        raise NoRound from error


def sign_in_by_identity(session: Session, claims: Claims, *, agent: str = "", previous_cookie: str | None = None) -> tuple[Account, str]:
    """The person is signed in, with an account made now if they come for the first time and may; the account and the new cookie's value.

    ``NoAccountYet``, ``WrongDomain`` or ``AddressOfAnother`` when no account is made, ``ShutAccount`` for a shut one. The second factor is
    not asked: the provider has its own, and whoever holds the identity there has passed it.
    """
    identity = _find(session, claims)
    account = session.get_one(Account, identity.account_id) if identity else _make_account(session, claims)
    if account.disabled_at is not None:
        raise ShutAccount
    if identity:
        identity.used_at, identity.shown = now(), claims.shown
    return account, sessions.open_session(session, account, opened_by="provider", agent=agent, previous_cookie=previous_cookie)


def link_identity(session: Session, account: Account, claims: Claims, *, by: Actor) -> None:
    """The account has this identity. ``LinkedElsewhere`` when another has it. Only for oneself, in a browser."""
    _check_self(account, by)
    identity = _find(session, claims)
    if identity is not None and identity.account_id != account.id:
        raise LinkedElsewhere
    if identity is None:
        _add(session, account, claims)
        audit.record(session, "identity.linked", target=account.ref, by=by, issuer=claims.issuer, subject=claims.subject)


def unlink_identity(session: Session, account: Account, identity_id: str, *, by: Actor) -> None:
    """The account does not have this identity any more. ``LastWayIn`` when nothing else would open it."""
    _check_self(account, by)
    identity = session.get(Identity, identity_id) if identity_id.isascii() and identity_id.isalnum() else None
    if identity is None or identity.account_id != account.id:
        raise NoIdentity
    count = session.scalar(select(func.count()).select_from(Identity).where(Identity.account_id == account.id)) or 0
    if count == 1 and not account.has_password:
        raise LastWayIn
    session.delete(identity)
    audit.record(session, "identity.unlinked", target=account.ref, by=by, issuer=identity.issuer, subject=identity.subject)


def _check_self(account: Account, by: Actor) -> None:
    if by.account_id != account.id or by.via == "token":
        raise NotAllowed


def _find(session: Session, claims: Claims) -> Identity | None:
    query = select(Identity).where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
    return session.scalars(query).one_or_none()


def _add(session: Session, account: Account, claims: Claims) -> None:
    at = now()
    made = Identity(account_id=account.id, issuer=claims.issuer, subject=claims.subject, shown=claims.shown, created_at=at, used_at=at)
    try:
        with session.begin_nested():
            session.add(made)
    except IntegrityError as error:
        raise LinkedElsewhere from error


def _make_account(session: Session, claims: Claims) -> Account:
    provider, admission = held(), held().admission()
    if not admission.makes_accounts:
        raise NoAccountYet
    if not admission.takes(claims.email):
        raise WrongDomain(domains=", ".join(admission.domains))
    account = _named(session, claims, admission.role)
    account.reach_word = provider.reach.word
    _take_address(session, account, claims)
    _add(session, account, claims)
    facts = {"issuer": claims.issuer, "subject": claims.subject, "reach": provider.reach.word}
    audit.record(session, "account.came-by-provider", target=account.ref, by=SYSTEM, **facts)
    return account


def _take_address(session: Session, account: Account, claims: Claims) -> None:
    """A verified address becomes the account's; one that this house cannot write to is left out."""
    try:
        profiles.set_email(session, account, claims.email, is_verified=True, by=SYSTEM)
    except InvalidEmail:
        return
    except EmailTaken as error:
        raise AddressOfAnother from error


def _named(session: Session, claims: Claims, role: Role) -> Account:
    """An account under the provider's name for the person, or the nearest that is free."""
    wish = claims.wished_name
    for number in range(1, MOST_TRIES + 1):
        name = wish if number == 1 else f"{wish}-{number}"
        try:
            return accounts.create_account(session, name=name, role=role, display_name=claims.display_name, by=SYSTEM)
        except (NameTaken, ReservedName):
            continue
    raise NameTaken(name=wish, field="name")
