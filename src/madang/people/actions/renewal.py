# SPDX-License-Identifier: Apache-2.0
"""After a restore: what a backup brings back may have been over since, and it cannot tell."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import Actor, now
from madang.people import rules
from madang.people.actions.tokens import end_tokens
from madang.people.models import Account, BrowserSession, Invitation, Link, Token


@dataclass(frozen=True, slots=True)
class Ended:
    """How many of each are over."""

    sessions: int
    links: int
    invitations: int
    tokens: int


def end_ways_in(session: Session, *, keeps_tokens: bool = False, by: Actor) -> Ended:
    """Every session and every one-time link is gone, open invitations are withdrawn and, unless they are kept, all tokens revoked.

    Each of them may have been ended between the backup and now. Passwords and second factors stay as they were.
    """
    rules.check_may_manage_accounts(by)
    sessions = len(session.scalars(delete(BrowserSession).returning(BrowserSession.id)).all())
    links = len(session.scalars(delete(Link).where(Link.used_at.is_(None)).returning(Link.id)).all())
    is_open = (Invitation.used_at.is_(None), Invitation.withdrawn_at.is_(None), Invitation.expires_at > now())
    withdrawn = update(Invitation).where(*is_open).values(withdrawn_at=now(), withdrawn_by=by.name).returning(Invitation.id)
    invitations = len(session.scalars(withdrawn).all())
    tokens = 0
    if not keeps_tokens:
        theirs = select(Token.account_id).where(Token.revoked_at.is_(None))
        for account in session.scalars(select(Account).where(Account.id.in_(theirs)).order_by(Account.name_key)).all():
            tokens += end_tokens(session, account, by=by)
    ended = Ended(sessions, links, invitations, tokens)
    facts = {"sessions": sessions, "links": links, "invitations": invitations, "tokens": tokens}
    audit.record(session, "ways-in.ended", target="people", by=by, **facts)
    return ended
