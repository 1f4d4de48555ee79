# SPDX-License-Identifier: Apache-2.0
"""Reading accounts, tokens and sessions. People see themselves; operators see everybody."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, false, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from madang.kit import DUTIES, Actor, Role, now
from madang.people import keys, rules
from madang.people.errors import NoAccount, NoToken
from madang.people.models import Account, BrowserSession, Membership, Name, Token

OPERATOR = "operator"


def find_account(session: Session, name: str) -> Account | None:
    """The account of that name, in any case, or None. What cannot be a name is not asked for."""
    if not name.isascii() or not name.isprintable():
        return None
    return session.scalars(select(Account).where(Account.name_key == name.lower())).one_or_none()


def get_account(session: Session, name: str, *, viewer: Actor) -> Account:
    """The account of that name if the viewer may see it; ``NoAccount`` otherwise."""
    account = find_account(session, name)
    if account is None or not rules.may_touch(viewer, "account", "see", account.id):
        raise NoAccount(name=name[:96])
    return account


def get_self(session: Session, *, viewer: Actor) -> Account:
    """The viewer's own account; ``NoAccount`` for a visitor and for the platform itself."""
    account = session.get(Account, viewer.account_id) if viewer.account_id else None
    if account is None:
        raise NoAccount(name=viewer.name)
    return account


@dataclass(frozen=True, slots=True)
class Asked:
    """Which accounts a list is asked for: words in a name or an address, and exact words for the rest; "" asks nothing."""

    q: str = ""
    role: str = ""
    reach: str = ""
    duty: str = ""
    sector: str = ""
    state: str = ""

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return any((self.q.strip(), self.role, self.reach, self.duty, self.sector, self.state))


def accounts(
    session: Session, asked: Asked = Asked(), *, viewer: Actor, after: str = "", limit: int | None = None, offset: int = 0
) -> Sequence[Account]:
    """Accounts by name: those asked for, for who may list them; for others their own. ``after`` is the key of the last one seen."""
    query = select(Account).where(_listed(viewer), _matching(asked))
    if after:
        query = query.where(Account.name_key > after)
    return session.scalars(query.order_by(Account.name_key).limit(limit).offset(offset)).all()


def count_accounts(session: Session, asked: Asked = Asked(), *, viewer: Actor) -> int:
    """How many accounts of that sort there are for the viewer."""
    return session.scalar(select(func.count()).select_from(Account).where(_listed(viewer), _matching(asked))) or 0


def accounts_with_duty(session: Session, duty: str) -> Sequence[Account]:
    """Who does this in the office, by name; shut accounts are left out. It asks nobody's rights: rooms find by it whom a task is for."""
    query = select(Account).where(_has_duty(duty), Account.disabled_at.is_(None))
    return session.scalars(query.order_by(Account.name_key)).all()


def _listed(viewer: Actor) -> ColumnElement[bool]:
    return true() if rules.may(viewer, "account", "list") else Account.id == viewer.account_id


def _matching(asked: Asked) -> ColumnElement[bool]:
    conditions = [called(Account.name_key, Account.display_name, asked.q, more=Account.email)]
    for column, word in ((Account.role_word, asked.role), (Account.reach_word, asked.reach), (Account.sector, asked.sector)):
        if word:
            conditions.append(column == word)
    if asked.duty:
        conditions.append(_has_duty(asked.duty))
    if asked.state:
        conditions.append(Account.disabled_at.is_not(None) if asked.state == "shut" else Account.disabled_at.is_(None))
    return and_(true(), *conditions)


def _has_duty(duty: str) -> ColumnElement[bool]:
    return (" " + Account.duty_words + " ").like(f"% {duty} %") if duty in DUTIES else false()


def called(
    key: InstrumentedAttribute[str],
    display_name: InstrumentedAttribute[str],
    q: str,
    *,
    more: InstrumentedAttribute[str | None] | None = None,
) -> ColumnElement[bool]:
    """Names (or addresses) in which every word of ``q`` stands."""
    text = key + " " + func.lower(display_name)
    if more is not None:
        text = text + " " + func.lower(func.coalesce(more, ""))
    words = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in q.replace("\0", " ").lower()[:200].split()[:8]]
    return and_(true(), *(text.like(f"%{word}%", escape="\\") for word in words))


@dataclass(frozen=True, slots=True)
class NameOwner:
    """Whose a taken name is: an account's id, or an organisation's, or neither's: a plain namespace."""

    account_id: str | None = None
    organisation_id: str | None = None


def owner_of_name(session: Session, name: str) -> NameOwner | None:
    """Whose this name is, in any case of its letters; None when it is free."""
    row = session.get(Name, name.lower()) if name.isascii() and name.isprintable() else None
    return NameOwner(row.account_id, row.organisation_id) if row else None


def count_operators(session: Session) -> int:
    """How many accounts can operate the platform now."""
    query = select(func.count()).select_from(Account).where(Account.role_word == Role.OPERATOR.word, Account.disabled_at.is_(None))
    return session.scalar(query) or 0


def tokens(session: Session, account: Account, *, viewer: Actor) -> Sequence[Token]:
    """The account's tokens, newest first, without keys for services; ``NoAccount`` to others."""
    if not rules.may_touch(viewer, "token", "see", account.id):
        raise NoAccount(name=account.name)
    theirs = (Token.account_id == account.id, Token.purpose == "platform")
    return session.scalars(select(Token).where(*theirs).order_by(Token.id.desc())).all()


def highest_role(session: Session, account: Account) -> Role:
    """The most that the account is anywhere: on the platform, or in an organisation."""
    words = session.scalars(select(Membership.role_word).where(Membership.account_id == account.id))
    return max([account.role, *(Role.named(word) for word in words)])


def ending_tokens(session: Session, *, within: timedelta, viewer: Actor) -> Sequence[Token]:
    """The tokens of open accounts that end within this time, but for those that were made for no longer."""
    if not rules.may_touch(viewer, "token", "see", ""):
        return []
    at = now()
    wanted = select(Token).join(Account, Account.id == Token.account_id).where(Account.disabled_at.is_(None), Token.revoked_at.is_(None))
    ending = session.scalars(wanted.where(Token.expires_at > at, Token.expires_at <= at + within).order_by(Token.expires_at, Token.id))
    return [token for token in ending if token.expires_at and token.expires_at - token.created_at > within]


def get_token(session: Session, token_id: str, *, viewer: Actor) -> Token:
    """The token of that id if it is the viewer's, or the viewer an operator; ``NoToken`` otherwise."""
    token = session.get(Token, token_id) if token_id.isascii() and token_id.isalnum() else None
    if token is None or not rules.may_touch(viewer, "token", "see", token.account_id):
        raise NoToken
    return token


def sessions(session: Session, account: Account, *, viewer: Actor) -> Sequence[BrowserSession]:
    """Where the account is signed in, last seen first; ``NoAccount`` to others."""
    if not rules.may_touch(viewer, "session", "see", account.id):
        raise NoAccount(name=account.name)
    at = now()
    query = select(BrowserSession).where(
        BrowserSession.account_id == account.id,
        BrowserSession.expires_at > at,
        BrowserSession.seen_at > at - keys.limits().session_idle,
    )
    return session.scalars(query.order_by(BrowserSession.seen_at.desc())).all()


def is_cookie_of(row: BrowserSession, cookie: str | None) -> bool:
    """Whether this cookie is the one of that session."""
    return cookie is not None and keys.held().mark("session", cookie) == row.cookie_hash
