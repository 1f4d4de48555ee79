# SPDX-License-Identifier: Apache-2.0
"""How the keys that call services stand: what a room needs that recognises them in memory, without asking the database for each call."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang.db import slices
from madang.kit import Actor, Role
from madang.people.authentication import actor_of
from madang.people.models import Account, Membership, Organisation, Token


@dataclass(frozen=True, slots=True)
class StandingKey:
    """A key as it stands: the mark of its secret (``Keys.mark`` for ``token``), whose it is, and whether it is over.

    ``organisations`` are the ids and sectors of the account's organisations, the one that it joined first before the others.
    """

    id: str
    mark: str
    actor: Actor
    sector: str
    organisations: tuple[tuple[str, str], ...]
    note: str
    is_over: bool
    expires_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None


def standing_keys(session: Session, ids: Iterable[str]) -> dict[str, StandingKey]:
    """The keys of these ids as they stand now; what is no key for services is left out."""
    found: dict[str, StandingKey] = {}
    for some in slices(ids, 500):
        rows = session.execute(
            select(Token, Account).join(Account, Account.id == Token.account_id).where(Token.id.in_(some), Token.purpose == "service")
        ).all()
        joined = _joined(session, {account.id for _token, account in rows})
        for token, account in rows:
            found[token.id] = StandingKey(
                token.id, token.secret_hash, actor_of(session, account, via="key", highest=Role.READER), account.sector,
                tuple(joined.get(account.id, ())), token.note, token.revoked_at is not None or account.disabled_at is not None,
                token.expires_at, token.created_at, token.last_used_at,
            )  # fmt: skip
    return found


def _joined(session: Session, accounts: set[str]) -> dict[str, list[tuple[str, str]]]:
    rows = session.execute(
        select(Membership.account_id, Organisation.id, Organisation.sector)
        .join(Organisation, Organisation.id == Membership.organisation_id)
        .where(Membership.account_id.in_(accounts))
        .order_by(Membership.added_at, Organisation.id)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for account_id, organisation_id, sector in rows:
        found.setdefault(account_id, []).append((organisation_id, sector))
    return found
