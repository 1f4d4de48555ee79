# SPDX-License-Identifier: Apache-2.0
"""Reading accounts, tokens and sessions. People see themselves; operators see everybody."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from madang import access
from madang.kit import Actor, Role, now
from madang.people import keys, rules
from madang.people.errors import NoAccount, NoOrganisation, NoToken
from madang.people.models import Account, BrowserSession, Membership, Name, Organisation, Token

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


def find_organisation(session: Session, name: str) -> Organisation | None:
    """The organisation of that name, in any case, or None."""
    if not name.isascii() or not name.isprintable():
        return None
    return session.scalars(select(Organisation).where(Organisation.name_key == name.lower())).one_or_none()


def get_organisation(session: Session, name: str, *, viewer: Actor) -> Organisation:
    """The organisation of that name if the viewer may see it; ``NoOrganisation`` otherwise."""
    found = find_organisation(session, name)
    if found is None or not rules.may(viewer, "organisation", "see", organisation=found.id):
        raise NoOrganisation(name=name[:96])
    return found


def organisations(
    session: Session, *, viewer: Actor, q: str = "", after: str = "", limit: int = 200, offset: int = 0
) -> Sequence[Organisation]:
    """Organisations by name, those that the viewer may see; ``q`` stands in a name, ``after`` is the key of the last one seen."""
    query = select(Organisation).where(_seen(viewer), _called(Organisation.name_key, Organisation.display_name, q))
    if after:
        query = query.where(Organisation.name_key > after)
    return session.scalars(query.order_by(Organisation.name_key).limit(limit).offset(offset)).all()


def count_organisations(session: Session, *, viewer: Actor, q: str = "") -> int:
    """How many organisations of that sort the viewer may see."""
    called = _called(Organisation.name_key, Organisation.display_name, q)
    return session.scalar(select(func.count()).select_from(Organisation).where(_seen(viewer), called)) or 0


def _seen(viewer: Actor) -> ColumnElement[bool]:
    """Organisations that the table of rights shows: all of them, or those of one's own."""
    if rules.may(viewer, "organisation", "see"):
        return true()
    own = [id_ for id_ in viewer.organisations if rules.may(viewer, "organisation", "see", organisation=id_)]
    return Organisation.id.in_(own)


def _called(key: InstrumentedAttribute[str], display_name: InstrumentedAttribute[str], q: str) -> ColumnElement[bool]:
    """Names in which every word of ``q`` stands."""
    text = key + " " + func.lower(display_name)
    words = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in q.replace("\0", " ").lower()[:200].split()[:8]]
    return and_(true(), *(text.like(f"%{word}%", escape="\\") for word in words))


def members(
    session: Session, organisation: Organisation, *, viewer: Actor, limit: int = 200, offset: int = 0
) -> Sequence[tuple[Account, Membership]]:
    """Who is in the organisation, by name; ``NoOrganisation`` for who may not see that."""
    check_sees_members(organisation, viewer)
    query = select(Account, Membership).join(Membership, Membership.account_id == Account.id)
    query = query.where(Membership.organisation_id == organisation.id)
    return [(account, row) for account, row in session.execute(query.order_by(Account.name_key).limit(limit).offset(offset))]


def count_members(session: Session, organisation: Organisation, *, viewer: Actor) -> int:
    """How many are in the organisation."""
    check_sees_members(organisation, viewer)
    return session.scalar(select(func.count()).select_from(Membership).where(Membership.organisation_id == organisation.id)) or 0


def check_sees_members(organisation: Organisation, viewer: Actor) -> None:
    """``NoOrganisation`` for who may not see who is in it."""
    if not rules.may(viewer, "membership", "see", organisation=organisation.id):
        raise NoOrganisation(name=organisation.name)


def organisations_of(session: Session, account: Account) -> Sequence[tuple[Organisation, Role]]:
    """The person's organisations with the role there, by name. It asks nobody's rights."""
    query = select(Organisation, Membership).join(Membership, Membership.organisation_id == Organisation.id)
    query = query.where(Membership.account_id == account.id).order_by(Organisation.name_key)
    return [(organisation, row.role) for organisation, row in session.execute(query)]


def joined(session: Session, actor: Actor) -> Sequence[Organisation]:
    """The actor's own organisations, by name."""
    if not actor.organisations:
        return []
    query = select(Organisation).where(Organisation.id.in_(sorted(actor.organisations))).order_by(Organisation.name_key)
    return session.scalars(query).all()


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
