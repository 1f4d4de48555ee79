# SPDX-License-Identifier: Apache-2.0
"""Who asks: from a cookie or a header to an actor. Only reads."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from madang.kit import Actor, Reach, Role, anonymous, now
from madang.people import keys, rules, uses
from madang.people.credentials import can_be_chance, read_authorization
from madang.people.errors import DisabledAccount, ExpiredToken, KeyForServices, RevokedToken, UnknownToken
from madang.people.models import Account, BrowserSession, Membership, Organisation, Token

# Every request asks these, and making a statement takes longer than running it.
LIVING = (
    select(BrowserSession, Account)
    .join(Account, Account.id == BrowserSession.account_id)
    .where(
        BrowserSession.cookie_hash == bindparam("mark"),
        BrowserSession.expires_at > bindparam("now"),
        BrowserSession.seen_at > bindparam("idle_since"),
        Account.disabled_at.is_(None),
    )
)
BY_TOKEN = (
    select(Token, Account)
    .join(Account, Account.id == Token.account_id)
    .where(Token.id == bindparam("token"), Token.secret_hash == bindparam("mark"))
)
ORGANISATIONS = (
    select(Membership.organisation_id, Membership.role_word, Organisation.reach_word)
    .join(Organisation, Organisation.id == Membership.organisation_id)
    .where(Membership.account_id == bindparam("account"))
)


def authenticate(session: Session, *, cookie: str | None, authorization: str | None, conditions: int = 0) -> Actor:
    """Who is behind the request. A header counts before a cookie.

    A header that names nobody is refused with a reason (a ``BadCredentials``); a cookie that is over, and nothing at all, is a visitor.
    The role is the lesser of the token's and the account's, as both stand now, and so is each role in an organisation. The reach is the
    widest of the account's own and its organisations'. A token that may less than its account has none of its duties.
    ``conditions`` is the version of the conditions of use that holds; who has accepted only an older one owes that.
    """
    if authorization is not None:
        return _by_token(session, authorization, conditions)
    if cookie:
        return _by_cookie(session, cookie, conditions)
    return anonymous()


def find_session(session: Session, cookie: str | None) -> tuple[BrowserSession, Account] | None:
    """The living session of this cookie with its account, or None."""
    if not cookie or not can_be_chance(cookie):
        return None
    at = now()
    asked = {"mark": keys.held().mark("session", cookie), "now": at, "idle_since": at - keys.limits().session_idle}
    found = session.execute(LIVING, asked).one_or_none()
    return (found[0], found[1]) if found else None


def _by_token(session: Session, authorization: str, conditions: int) -> Actor:
    given = read_authorization(authorization)
    found = session.execute(BY_TOKEN, {"token": given.id, "mark": keys.held().mark("token", given.text)}).one_or_none()
    if found is None:
        raise UnknownToken
    token, account = found[0], found[1]
    if token.purpose != "platform":
        raise KeyForServices
    if token.revoked_at is not None:
        raise RevokedToken
    if token.expires_at is not None and token.expires_at <= now():
        raise ExpiredToken
    if account.disabled_at is not None:
        raise DisabledAccount
    uses.note_token(token.id, token.last_used_at, now())
    return actor_of(session, account, via="token", highest=token.role, conditions=conditions)


def _by_cookie(session: Session, cookie: str, conditions: int) -> Actor:
    found = find_session(session, cookie)
    if found is None:
        return anonymous()
    row, account = found
    uses.note_session(row.id, row.seen_at, now())
    return actor_of(session, account, via="session", conditions=conditions)


def actor_of(session: Session, account: Account, *, via: str, highest: Role = Role.OPERATOR, conditions: int = 0) -> Actor:
    """The account as somebody who acts, with no role above ``highest``. One query: the organisations."""
    theirs = session.execute(ORGANISATIONS, {"account": account.id}).all()
    return Actor(
        account.id,
        account.name,
        min(highest, account.role),
        via=via,
        reach=max([account.reach, *(Reach.named(reach) for _id, _role, reach in theirs)]),
        duties=account.duties if highest >= account.role else frozenset(),
        organisations=rules.bounded({id_: Role.named(role) for id_, role, _reach in theirs}, highest),
        owes="conditions" if account.conditions < conditions else "",
    )
