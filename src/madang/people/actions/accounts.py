# SPDX-License-Identifier: Apache-2.0
"""Accounts: who is here, with which role, and their passwords."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import SYSTEM, Actor, NotAllowed, Role, now
from madang.people import keys, passwords, queries, rules, throttle
from madang.people.actions import sessions
from madang.people.actions.names import check_free_word, take_name
from madang.people.actions.tokens import end_tokens
from madang.people.errors import LastOperator, NameTaken, WrongPassword
from madang.people.models import Account, Invitation, Link

FRESH_LINK_SECONDS = 3600


def ensure_operator(session: Session, *, by: Actor = SYSTEM) -> Account:
    """There is an account called ``operator``, made now if it was not there; an existing one is left as it is."""
    found = queries.find_account(session, queries.OPERATOR)
    return found or create_account(session, name=queries.OPERATOR, role=Role.OPERATOR, by=by)


def create_account(session: Session, *, name: str, role: Role, display_name: str = "", by: Actor) -> Account:
    """Somebody is here, without a password yet. ``NameTaken`` when another account has the name in any case."""
    rules.check_may_create_accounts(by)
    account = lay_account(session, name=name, role=role, display_name=display_name, by=by)
    audit.record(session, "account.created", target=account.ref, by=by, role=account.role_word)
    return account


def lay_account(session: Session, *, name: str, role: Role, display_name: str, by: Actor) -> Account:
    """The rows of a new account and its name; whoever calls has asked whether it may be, and tells the ledger."""
    check_free_word(name)
    account = Account(
        name=name,
        name_key=name.lower(),
        display_name=rules.display_name(display_name),
        role_word=rules.role_named(role.word).word,
        created_at=now(),
        created_by=by.name,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise NameTaken(name=name, field="name") from error
    take_name(session, name, owner=account)
    return account


def set_role(session: Session, account: Account, *, role: Role, by: Actor) -> None:
    """The account has this role; its tokens and sessions feel it at once. ``LastOperator`` when nobody would be left to operate.

    What somebody who is no longer an operator handed out, and nobody has used, opens nothing any more; so it is when one is shut.
    """
    rules.check_may_manage_accounts(by)
    rules.role_named(role.word)
    if role is not Role.OPERATOR:
        _check_not_the_last(session, account)
        _take_back(session, account, by=by)
    before, account.role_word = account.role_word, role.word
    audit.record(session, "account.role-set", target=account.ref, by=by, role=role.word, before=before)


def set_disabled(session: Session, account: Account, *, disabled: bool, by: Actor) -> None:
    """The account is shut, its sessions and links end and its tokens answer nothing; or it is open again."""
    rules.check_may_manage_accounts(by)
    if disabled == (account.disabled_at is not None):
        return
    if disabled:
        _check_not_the_last(session, account)
        sessions.end_all(session, account, keep=None)
        _take_back(session, account, by=by)
    account.disabled_at, account.disabled_by = (now(), by.name) if disabled else (None, None)
    audit.record(session, "account.disabled" if disabled else "account.enabled", target=account.ref, by=by)


def set_password(session: Session, account: Account, *, password: str, by: Actor) -> None:
    """Somebody else's account has this password, and its sessions and links are over. Operators only, and no token.

    Where there was a password before, it was lost or is known to others: the account's tokens end too.
    """
    rules.check_may_manage_accounts(by)
    if by.via == "token" or by.account_id == account.id:
        raise NotAllowed
    passwords.check(password, name=account.name, limits=keys.limits())
    _lay(session, account, passwords.make_hash(password), by=by, keep=None, ends_tokens=account.has_password)


def set_own_password(
    session: Session, *, password: str, by: Actor, current: str | None = None, keep: str | None = None, ends_tokens: bool = False
) -> None:
    """One's own account has this password, and its other sessions and its links are over. Tokens may not do this.

    They end when ``ends_tokens`` asks for it, and always when a password is replaced that was forgotten. ``keep`` is the cookie of the
    session that goes on. The password until now is given in ``current``; it is not asked in the hour after signing in by a one-time link,
    which is for those who have forgotten it. All is checked and hashed before ``session`` touches the database, so that no write waits
    for argon2.
    """
    if by.via == "token":
        raise NotAllowed
    seen = _look(session, by=by, keep=keep)
    passwords.check(password, name=seen.name, limits=keys.limits())
    if seen.asks_current and not passwords.fits(seen.password_hash, current or ""):
        throttle.after_the_unit(session, lambda own: throttle.count(own, seen.name_key, ""))
        raise WrongPassword(field="old_password")
    fresh = passwords.make_hash(password)
    account = queries.get_self(session, viewer=by)
    if account.password_hash != seen.password_hash or account.disabled_at is not None:
        raise WrongPassword(field="old_password")
    if seen.asks_current:
        throttle.forgive(session, account.name_key, "")
    _lay(session, account, fresh, by=by, keep=keep, ends_tokens=ends_tokens or (account.has_password and not seen.asks_current))


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    name_key: str
    password_hash: str | None
    asks_current: bool


def _look(session: Session, *, by: Actor, keep: str | None) -> _Seen:
    """One's own account as a reading unit beside ``session`` sees it; ``TooManyTries`` while the password until now may not be tried."""
    with Session(session.get_bind().execution_options(madang_writes=False)) as beside:
        account = queries.get_self(beside, viewer=by)
        asks = account.password_hash is not None and not sessions.is_fresh_link(beside, keep, seconds=FRESH_LINK_SECONDS)
        if asks:
            throttle.check(beside, account.name_key, "")
        return _Seen(account.name, account.name_key, account.password_hash, asks)


def _lay(session: Session, account: Account, password_hash: str, *, by: Actor, keep: str | None, ends_tokens: bool) -> None:
    account.password_hash = password_hash
    sessions.end_all(session, account, keep=keep)
    if ends_tokens:
        end_tokens(session, account, by=by)
    audit.record(session, "account.password-set", target=account.ref, by=by)


def _take_back(session: Session, account: Account, *, by: Actor) -> None:
    """What an operator handed out and nobody has used yet opens nothing, lest they come back by it: invitations, and links to others."""
    if account.role is not Role.OPERATOR:
        return
    session.execute(delete(Link).where(Link.created_by == account.name, Link.used_at.is_(None)))
    open_still = (Invitation.created_by == account.name, Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None))
    gone = session.scalars(
        update(Invitation).where(*open_still).values(withdrawn_at=now(), withdrawn_by=by.name).returning(Invitation.id)
    ).all()
    for invitation in gone:
        audit.record(session, "invitation.withdrawn", target=f"invitation/{invitation}", by=by)


def _check_not_the_last(session: Session, account: Account) -> None:
    """The rows of operators are held until the unit ends, so that of two who go at once one is the last."""
    session.execute(select(Account.id).where(Account.role_word == Role.OPERATOR.word).with_for_update())
    session.refresh(account)
    if account.role is Role.OPERATOR and account.disabled_at is None and queries.count_operators(session) == 1:
        raise LastOperator
