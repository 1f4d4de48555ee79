# SPDX-License-Identifier: Apache-2.0
"""Accounts: who is here, with which role, and their passwords."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import SYSTEM, Actor, NotAllowed, Role, check_name, now
from madang.people import keys, passwords, queries, rules, throttle
from madang.people.actions import sessions
from madang.people.errors import LastOperator, NameTaken, WrongPassword
from madang.people.models import Account

FRESH_LINK_SECONDS = 3600


def ensure_operator(session: Session, *, by: Actor = SYSTEM) -> Account:
    """There is an account called ``operator``, made now if it was not there; an existing one is left as it is."""
    found = queries.find_account(session, queries.OPERATOR)
    return found or create_account(session, name=queries.OPERATOR, role=Role.OPERATOR, by=by)


def create_account(session: Session, *, name: str, role: Role, display_name: str = "", by: Actor) -> Account:
    """Somebody is here, without a password yet. ``NameTaken`` when another account has the name in any case."""
    rules.check_is_operator(by)
    check_name(name)
    if name.lower() in rules.NAMES_KEPT_BACK:
        raise NameTaken(name=name, field="name")
    account = Account(
        name=name,
        name_key=name.lower(),
        display_name=display_name.strip()[:200],
        role_word=rules.role_named(role.word).word,
        created_at=now(),
        created_by=by.name,
    )
    try:
        with session.begin_nested():
            session.add(account)
    except IntegrityError as error:
        raise NameTaken(name=name, field="name") from error
    audit.record(session, "account.created", target=account.ref, by=by, role=account.role_word)
    return account


def set_role(session: Session, account: Account, *, role: Role, by: Actor) -> None:
    """The account has this role; its tokens and sessions feel it at once. ``LastOperator`` when nobody would be left to operate."""
    rules.check_is_operator(by)
    rules.role_named(role.word)
    if role is not Role.OPERATOR:
        _check_not_the_last(session, account)
    before, account.role_word = account.role_word, role.word
    audit.record(session, "account.role-set", target=account.ref, by=by, role=role.word, before=before)


def set_disabled(session: Session, account: Account, *, disabled: bool, by: Actor) -> None:
    """The account is shut, its sessions and links end and its tokens answer nothing; or it is open again."""
    rules.check_is_operator(by)
    if disabled == (account.disabled_at is not None):
        return
    if disabled:
        _check_not_the_last(session, account)
        sessions.end_all(session, account, keep=None)
    account.disabled_at, account.disabled_by = (now(), by.name) if disabled else (None, None)
    audit.record(session, "account.disabled" if disabled else "account.enabled", target=account.ref, by=by)


def set_password(
    session: Session, account: Account, *, password: str, by: Actor, current: str | None = None, keep: str | None = None
) -> None:
    """The account has this password, and its other sessions and its links are over.

    ``keep`` is the cookie of the session that goes on. People give the password until now in ``current``; it is not asked of an operator
    who sets somebody else's, nor in the hour after signing in by a one-time link, which is for those who have forgotten it. Tokens stay.
    """
    rules.check_may_act_for(by, account.id, account.name)
    if by.via == "token":
        raise NotAllowed
    passwords.check(password, name=account.name, limits=keys.limits())
    is_own = by.account_id == account.id
    if is_own and account.password_hash is not None and not sessions.is_fresh_link(session, keep, seconds=FRESH_LINK_SECONDS):
        _check_current(session, account, current or "")
    account.password_hash = passwords.make_hash(password)
    sessions.end_all(session, account, keep=keep)
    audit.record(session, "account.password-set", target=account.ref, by=by)


def _check_current(session: Session, account: Account, current: str) -> None:
    throttle.check(session, account.name_key, "")
    if not passwords.fits(account.password_hash, current):
        name_key = account.name_key
        throttle.after_the_unit(session, lambda own: throttle.count(own, name_key, ""))
        raise WrongPassword(field="old_password")
    throttle.forgive(session, account.name_key, "")


def _check_not_the_last(session: Session, account: Account) -> None:
    if account.role is Role.OPERATOR and account.disabled_at is None and queries.count_operators(session) == 1:
        raise LastOperator
