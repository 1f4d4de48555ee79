# SPDX-License-Identifier: Apache-2.0
"""Tokens: what programs sign with."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from madang import audit, db
from madang.kit import Actor, Role, new_id, now
from madang.people import keys, queries, rules
from madang.people.credentials import new_token
from madang.people.errors import NoAccount, NoteTooLong, NoToken
from madang.people.events import ProofsEnded
from madang.people.models import Account, Token
from madang.people.refusals import WrongDays

MOST_DAYS = 3650


def create_token(session: Session, *, account: Account, role: Role, note: str, days: int | None = None, by: Actor) -> str:
    """The account has a new token with at most this role, good for so many days or without an end; its text, which is not kept.

    ``RoleTooHigh`` when the role is above the account's, on the platform and in every organisation, or above that of whoever makes it:
    a reader who is a member of an organisation can have a token that writes there, and only there. ``TokenTooWeak`` when a token below the
    account's role asks.
    """
    rules.check_may_touch(by, "token", "create", account.id, account.name)
    rules.check_may_manage_tokens(by, account.role, account.name)
    rules.check_token_role(role, account=queries.highest_role(session, account), name=account.name, by=by)
    token_id, text = _add(session, account, role, note, days, purpose="platform", by=by)
    facts = {"role": role.word, "note": rules.one_line(note, field="note"), "days": days}
    audit.record(session, "token.created", target=account.ref, by=by, token=token_id, **facts)
    return text


def create_key(session: Session, *, account: Account, note: str, days: int | None = None, by: Actor) -> tuple[str, str]:
    """The account has a new secret that calls services and opens nothing of the platform: its id, and its text, which is not kept.

    Whether ``by`` may is asked, and the ledger told, by the room whose key it is: it knows for what.
    """
    rules.check_may_manage_tokens(by, account.role, account.name)
    return _add(session, account, Role.READER, note, days, purpose="service", by=by)


def end_key(session: Session, token_id: str, *, at: datetime | None = None, by: Actor) -> None:
    """The secret answers nothing any more, or from ``at`` on. Rights and ledger as for ``create_key``."""
    token = session.get_one(Token, token_id)
    if token.revoked_at is not None:
        return
    if at is None:
        token.revoked_at, token.revoked_by = now(), by.name
    elif token.expires_at is None or token.expires_at > at:
        token.expires_at = at


def _add(session: Session, account: Account, role: Role, note: str, days: int | None, *, purpose: str, by: Actor) -> tuple[str, str]:
    note = rules.one_line(note, field="note")
    if not 1 <= len(note) <= keys.limits().note_max:
        raise NoteTooLong(longest=keys.limits().note_max, field="note")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise WrongDays(most=MOST_DAYS, field="days")
    if account.disabled_at is not None:
        raise NoAccount(name=account.name)
    token_id, at = new_id(), now()
    text = new_token(token_id)
    session.add(
        Token(
            id=token_id,
            account_id=account.id,
            secret_hash=keys.held().mark("token", text),
            role_word=role.word,
            note=note,
            created_at=at,
            created_by=by.name,
            expires_at=at + timedelta(days=days) if days else None,
            purpose=purpose,
        )
    )
    session.flush()
    return token_id, text


def revoke_token(session: Session, token: Token, *, by: Actor) -> None:
    """The token answers nothing any more; nothing happens when it did not before. ``TokenTooWeak`` as for making one."""
    if not rules.may_touch(by, "token", "revoke", token.account_id):
        raise NoToken
    account = session.get_one(Account, token.account_id)
    rules.check_may_manage_tokens(by, account.role, account.name)
    if token.revoked_at is not None:
        return
    token.revoked_at, token.revoked_by = now(), by.name
    audit.record(session, "token.revoked", target=account.ref, by=by, token=token.id)


def end_tokens(session: Session, account: Account, *, by: Actor) -> int:
    """None of the account's tokens answers any more, and what else opens something in its name by itself ends too (``ProofsEnded``).

    How many tokens that were.
    """
    alive = (Token.account_id == account.id, Token.revoked_at.is_(None))
    ended = session.scalars(update(Token).where(*alive).values(revoked_at=now(), revoked_by=by.name).returning(Token.id)).all()
    db.announce(session, ProofsEnded(account.id, account.name, by))
    if ended:
        audit.record(session, "tokens.revoked", target=account.ref, by=by, tokens=len(ended))
    return len(ended)
