# SPDX-License-Identifier: Apache-2.0
"""Signing in and out: by password, by one-time link; what browsers are signed in."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from madang import audit
from madang.db import Database
from madang.kit import SYSTEM, Actor, now
from madang.people import keys, passwords, queries, rules, throttle
from madang.people.actions import first_half
from madang.people.actions.tokens import end_tokens
from madang.people.authentication import find_session
from madang.people.credentials import can_be_chance, new_chance
from madang.people.errors import DeadLink, NoAccount, WrongPassword
from madang.people.models import Account, BrowserSession, Link, Tries
from madang.people.refusals import NoSession
from madang.people.ways import Round

FOR_PASSWORD = "password"  # noqa: S105 - a word for what a link is for
PASSWORD_LINK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class _Known:
    id: str
    password_hash: str | None


def sign_in(
    session: Session, name: str, password: str, *, network: str = "", agent: str = "", previous_cookie: str | None = None
) -> tuple[Account, str]:
    """Somebody is signed in; the account and the new cookie's value. ``WrongPassword``, ``TooManyTries``, or ``CodeNeeded``.

    ``network`` is the client's address, ``agent`` its User-Agent. A session that ``previous_cookie`` held in this browser ends.
    The password is checked before ``session`` touches the database, so that no write waits for argon2; a failed try is counted in a unit
    of its own after this one is undone.
    """
    name_key, network = name.lower()[:96], rules.network_of(network)
    known = _look(session, name_key, network)
    if not passwords.fits(known.password_hash if known else None, password) or known is None:
        throttle.after_the_unit(session, lambda own: throttle.count(own, name_key, network))
        raise WrongPassword
    fresh = passwords.make_hash(password) if passwords.is_outdated(known.password_hash or "") else None
    account = session.get(Account, known.id)
    if account is None or account.password_hash != known.password_hash or account.disabled_at is not None:
        raise WrongPassword
    first_half.check_passwords_open(account)
    first_half.ask(session, account, how="password", proof=first_half.password_mark(account))
    if fresh:
        account.password_hash = fresh
    throttle.forgive(session, name_key, network)
    return account, open_session(session, account, opened_by="password", agent=agent, previous_cookie=previous_cookie)


def create_link(session: Session, account: Account, *, by: Actor) -> str:
    """A new one-time link for the account, which replaces an older one; its secret, which is not kept. Operators only."""
    rules.check_may_manage_accounts(by)
    if account.disabled_at is not None:
        raise NoAccount(name=account.name)
    session.execute(delete(Link).where(Link.account_id == account.id, Link.used_at.is_(None)))
    secret, at = new_chance(), now()
    mark = keys.held().mark("link", secret)
    session.add(Link(account_id=account.id, secret_hash=mark, created_at=at, created_by=by.name, expires_at=at + keys.limits().link))
    audit.record(session, "link.created", target=account.ref, by=by)
    return secret


def create_password_link(session: Session, account: Account) -> str:
    """A link for an account whose password was forgotten, good for an hour; its secret, which is not kept. It replaces the one before."""
    mine = (Link.account_id == account.id, Link.used_at.is_(None), Link.purpose == FOR_PASSWORD)
    session.execute(delete(Link).where(*mine))
    secret, at = new_chance(), now()
    mark, ends = keys.held().mark("link", secret), at + PASSWORD_LINK
    made = Link(account_id=account.id, secret_hash=mark, created_at=at, created_by=SYSTEM.name, expires_at=ends, purpose=FOR_PASSWORD)
    session.add(made)
    audit.record(session, "link.asked-for", target=account.ref, by=SYSTEM)
    return secret


def redeem_link(
    session: Session, secret: str, *, agent: str = "", network: str = "", previous_cookie: str | None = None, is_whole: bool = False
) -> tuple[Account, str]:
    """The link is used up and its account signed in; the account and the new cookie's value. ``DeadLink`` for all but the first.

    ``CodeNeeded`` when the account has a second factor, and then the link is not used up; ``is_whole`` says that its code was given.
    """
    at = now()
    if not can_be_chance(secret):
        raise DeadLink
    alive = (Link.secret_hash == keys.held().mark("link", secret), Link.used_at.is_(None), Link.expires_at > at)
    account_id = session.scalar(select(Link.account_id).where(*alive))
    account = session.get(Account, account_id) if account_id else None
    if account is None or account.disabled_at is not None:
        raise DeadLink
    if not is_whole:
        first_half.ask(session, account, how="link", proof=secret)
    if session.execute(update(Link).where(*alive).values(used_at=at).returning(Link.id)).scalar_one_or_none() is None:
        raise DeadLink
    throttle.forgive(session, account.name_key, rules.network_of(network))
    return account, open_session(session, account, opened_by="link", agent=agent, previous_cookie=previous_cookie)


def is_link_alive(session: Session, secret: str) -> bool:
    """Whether this link can still be used. Looking does not use it up."""
    query = select(Link.id).where(Link.secret_hash == keys.held().mark("link", secret), Link.used_at.is_(None), Link.expires_at > now())
    return can_be_chance(secret) and session.scalar(query) is not None


def is_for_password(session: Session, secret: str) -> bool:
    """Whether this link was asked for to set a new password."""
    query = select(Link.id).where(Link.secret_hash == keys.held().mark("link", secret), Link.purpose == FOR_PASSWORD)
    return can_be_chance(secret) and session.scalar(query) is not None


def sign_out(session: Session, cookie: str | None, *, by: Actor) -> None:
    """The session of this cookie is over; nothing happens when it was already."""
    found = find_session(session, cookie)
    if found:
        row, account = found
        session.delete(row)
        audit.record(session, "session.ended", target=account.ref, by=by)


def sign_out_everywhere(session: Session, account: Account, *, ends_tokens: bool = False, by: Actor) -> None:
    """Every session of the account is over, and its links are void; with ``ends_tokens`` its tokens too."""
    rules.check_may_touch(by, "session", "revoke", account.id, account.name)
    if ends_tokens:
        rules.check_may_touch(by, "token", "revoke", account.id, account.name)
        end_tokens(session, account, by=by)
    ended = end_all(session, account, keep=None)
    audit.record(session, "sessions.ended", target=account.ref, by=by, sessions=ended)


def sign_out_elsewhere(session: Session, account: Account, *, keep: str | None, by: Actor) -> None:
    """Every session of the account but the one of the cookie ``keep`` is over, and its links are void."""
    rules.check_may_touch(by, "session", "revoke", account.id, account.name)
    ended = end_all(session, account, keep=keep)
    audit.record(session, "sessions.ended", target=account.ref, by=by, sessions=ended, elsewhere=True)


def end_session(session: Session, session_id: str, *, by: Actor) -> None:
    """That session is over. ``NoSession`` for one that is not the actor's, unless they are an operator, and for one that ended already."""
    row = session.get(BrowserSession, session_id) if session_id.isascii() and session_id.isalnum() else None
    if row is None or not rules.may_touch(by, "session", "revoke", row.account_id):
        raise NoSession
    account = session.get_one(Account, row.account_id)
    rules.check_may_manage_tokens(by, account.role, account.name)
    session.delete(row)
    audit.record(session, "session.ended", target=account.ref, by=by, browser=row.agent)


def end_all(session: Session, account: Account, *, keep: str | None) -> int:
    """The account's sessions, but for the one of the cookie ``keep``, and its unused links are gone; how many sessions that were."""
    session.execute(delete(Link).where(Link.account_id == account.id, Link.used_at.is_(None)))
    rows = session.scalars(select(BrowserSession).where(BrowserSession.account_id == account.id)).all()
    ending = [row for row in rows if not queries.is_cookie_of(row, keep)]
    for row in ending:
        session.delete(row)
    return len(ending)


def is_young(session: Session, cookie: str | None, *, seconds: int) -> bool:
    """Whether this cookie's session was opened within so many seconds."""
    found = find_session(session, cookie)
    return found is not None and now() - found[0].started_at < timedelta(seconds=seconds)


def is_fresh_link(session: Session, cookie: str | None, *, seconds: int) -> bool:
    """Whether this cookie's session was opened by a link within so many seconds."""
    found = find_session(session, cookie)
    return found is not None and found[0].opened_by == "link" and now() - found[0].started_at < timedelta(seconds=seconds)


def sweep(database: Database) -> int:
    """Sessions and links that are over, and tries that have died away, are forgotten; how many rows that were."""
    at, limits = now(), keys.limits()
    gone = 0
    statements = (
        delete(BrowserSession).where((BrowserSession.expires_at <= at) | (BrowserSession.seen_at <= at - limits.session_idle)),
        delete(Link).where(Link.expires_at <= at),
        delete(Round).where(Round.expires_at <= at),
        delete(Tries).where(Tries.at <= at - timedelta(days=limits.known_network_days)),
    )
    for statement in statements:
        with database.writing() as session:
            gone += int(getattr(session.execute(statement), "rowcount", 0))
    return gone


def _look(session: Session, name_key: str, network: str) -> _Known | None:
    """The account as a reading unit beside ``session`` sees it, if it can sign in; ``TooManyTries`` while it may not try."""
    engine = session.get_bind().execution_options(madang_writes=False)
    with Session(engine) as beside:
        throttle.check(beside, name_key, network)
        account = queries.find_account(beside, name_key)
        return _Known(account.id, account.password_hash) if account and account.disabled_at is None else None


def open_session(session: Session, account: Account, *, opened_by: str, agent: str, previous_cookie: str | None) -> str:
    """The account is signed in in this browser, instead of whoever was before; the new cookie's value."""
    before = find_session(session, previous_cookie)
    if before:
        session.delete(before[0])
    cookie, at = new_chance(), now()
    session.add(
        BrowserSession(
            account_id=account.id,
            cookie_hash=keys.held().mark("session", cookie),
            opened_by=opened_by,
            agent=rules.agent_word(agent),
            started_at=at,
            seen_at=at,
            expires_at=at + keys.limits().session,
        )
    )
    by = Actor(account.id, account.name, account.role, via="session")
    audit.record(session, "session.opened", target=account.ref, by=by, how=opened_by)
    return cookie
