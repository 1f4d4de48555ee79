# SPDX-License-Identifier: Apache-2.0
"""Reading accounts, tokens and sessions. People see themselves; operators see everybody."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access
from madang.kit import Actor, Role, now
from madang.people import keys, rules
from madang.people.errors import NoAccount, NoToken
from madang.people.models import Account, BrowserSession, Token

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


def accounts(session: Session, *, viewer: Actor) -> Sequence[Account]:
    """Every account by name for operators; for others their own."""
    query = select(Account).order_by(Account.name_key)
    if not access.allows(viewer, "account", "see"):
        query = query.where(Account.id == viewer.account_id)
    return session.scalars(query).all()


def count_operators(session: Session) -> int:
    """How many accounts can operate the platform now."""
    query = select(func.count()).select_from(Account).where(Account.role_word == Role.OPERATOR.word, Account.disabled_at.is_(None))
    return session.scalar(query) or 0


def tokens(session: Session, account: Account, *, viewer: Actor) -> Sequence[Token]:
    """The account's tokens, newest first; ``NoAccount`` to others."""
    if not rules.may_touch(viewer, "token", "see", account.id):
        raise NoAccount(name=account.name)
    return session.scalars(select(Token).where(Token.account_id == account.id).order_by(Token.id.desc())).all()


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
