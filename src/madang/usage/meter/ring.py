# SPDX-License-Identifier: Apache-2.0
"""Keys and plans in memory. One small look a moment says whether anything changed; then only what changed is read."""

import hmac
import os
from dataclasses import dataclass, field
from datetime import UTC
from hashlib import blake2b

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import people
from madang.kit import Actor, Reach, Role, now
from madang.usage.errors import ExpiredKey, PausedKey, RevokedKey, UnknownKey
from madang.usage.meter.grants import Grant
from madang.usage.models import Change, Key, Price, Quota
from madang.usage.rules import PriceFacts, QuotaFacts
from madang.usage.words import GUEST

GUEST_ACTOR = Actor(None, "", Role.VISITOR, via="guest", reach=Reach.OUTER)
ID_AT = slice(4, 30)


@dataclass(frozen=True, slots=True)
class Held:
    """A key as it stands: the mark of its secret, who calls with it, and whether it may not."""

    mark: str
    grant: Grant
    is_over: bool
    is_paused: bool
    expires: float


@dataclass(frozen=True, slots=True)
class Read:
    """What one look at the database brought: keys that changed, and the plans where they did."""

    revision: int
    plans: int
    keys: dict[str, Held]
    quotas: dict[str, list[QuotaFacts]] | None
    prices: dict[str, list[PriceFacts]] | None


@dataclass
class Ring:
    """Every key of the platform, and what the plans allow."""

    keys: dict[str, Held] = field(default_factory=dict)
    quotas: dict[str, list[QuotaFacts]] = field(default_factory=dict)
    prices: dict[str, list[PriceFacts]] = field(default_factory=dict)
    revision: int = -1
    plans: int = -1

    def __post_init__(self) -> None:
        self._mark = people.keys.held().marker("token")
        self._print_key = os.urandom(32)
        self._recognised: dict[bytes, Held] = {}

    def recognise(self, secret: str) -> Grant:
        """Who calls with this secret; a refusal that says why nobody does.

        Its keyed hash of before is found again by a quicker one, whose key this process alone has, for as long as no key changes. (Nothing
        can be added behind what BLAKE2 has hashed, so a key in front keys it, in half the time of its own parameter.)
        """
        print_ = blake2b(self._print_key + secret.encode("utf-8", "backslashreplace")).digest()
        held = self._recognised.get(print_)
        if held is None:
            held = self._recognised[print_] = self._held(secret)
        self.check(held)
        return held.grant

    def _held(self, secret: str) -> Held:
        held = self.keys.get(secret[ID_AT])
        if held is None or not hmac.compare_digest(held.mark, self._mark(secret)):
            try:
                people.read_token(secret)
            except people.MistypedToken as error:
                raise UnknownKey from error
            raise UnknownKey
        return held

    def check_standing(self, grant: Grant) -> None:
        """The grant still holds; else the refusal that its key would get now."""
        held = self.keys.get(grant.key_id)
        if held is not None:
            self.check(held)

    @staticmethod
    def check(held: Held) -> None:
        """Refuse what is over, paused or expired."""
        if held.is_over:
            raise RevokedKey
        if held.expires and now().timestamp() >= held.expires:
            raise ExpiredKey
        if held.is_paused:
            raise PausedKey

    def read(self, session: Session) -> Read | None:
        """What changed since the last look; None for nothing. Called in a thread."""
        row = session.get(Change, 1)
        revision, plans = (row.revision, row.plans) if row else (0, 0)
        if (revision, plans) == (self.revision, self.plans):
            return None
        keys = _keys(session, self.revision) if revision != self.revision else {}
        if plans == self.plans:
            return Read(revision, plans, keys, None, None)
        return Read(revision, plans, keys, _quotas(session), _prices(session))

    def take(self, read: Read) -> None:
        """What was read holds from now on."""
        self.keys.update(read.keys)
        self._recognised.clear()
        self.revision, self.plans = read.revision, read.plans
        if read.quotas is not None and read.prices is not None:
            self.quotas, self.prices = read.quotas, read.prices


def guest(session: str, network: str) -> Grant:
    """A guest with that browser session in that network."""
    return Grant("", "", "", "other", GUEST, None, None, GUEST_ACTOR, session or network, network)


def _keys(session: Session, since: int) -> dict[str, Held]:
    rows = {row.id: row for row in session.scalars(select(Key).where(Key.revision > since))}
    standing = people.standing_keys(session, rows)
    return {id_: _held(rows[id_], key) for id_, key in standing.items()}


def _held(row: Key, key: people.StandingKey) -> Held:
    joined = dict(key.organisations)
    organisation = row.organisation_id if row.organisation_id in joined else ""
    grant = Grant(
        row.id, row.account_id, organisation, joined.get(organisation, key.sector), row.plan,
        frozenset({row.service_id}) if row.service_id else None, key.expires_at, key.actor,
    )  # fmt: skip
    expires = key.expires_at.astimezone(UTC).timestamp() if key.expires_at else 0.0
    return Held(key.mark, grant, key.is_over, row.paused_at is not None, expires)


def _quotas(session: Session) -> dict[str, list[QuotaFacts]]:
    found: dict[str, list[QuotaFacts]] = {}
    for row in session.scalars(select(Quota)):
        facts = QuotaFacts(
            row.id, row.plan, row.account_id, row.service_id, row.unit, row.every, row.amount, row.scope, row.is_each, row.is_hard
        )
        found.setdefault(row.plan, []).append(facts)
    return found


def _prices(session: Session) -> dict[str, list[PriceFacts]]:
    found: dict[str, list[PriceFacts]] = {}
    for row in session.scalars(select(Price)):
        facts = PriceFacts(row.plan, row.account_id, row.service_id, row.unit, row.amount, row.per, row.currency)
        found.setdefault(row.plan, []).append(facts)
    return found
