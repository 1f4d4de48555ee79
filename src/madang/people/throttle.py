# SPDX-License-Identifier: Apache-2.0
"""Failed tries are counted, and a door stays shut for a while after too many.

Three doors are counted: an account from one network, a network, and an account from anywhere. Each count is a level that halves by itself,
so nothing is locked for ever. An account's own known networks are not counted for the last two: others, who try from elsewhere, cannot keep
the owner out; and a one-time link passes no count at all.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, SessionTransaction

from madang.kit import now
from madang.people import keys, rules
from madang.people.errors import TooManyTries
from madang.people.models import Tries


def check(session: Session, name_key: str, network: str) -> None:
    """``TooManyTries`` while one of the doors is shut to this account from this network. Only reads."""
    at = now()
    limits = keys.limits()
    known = session.get(Tries, _key("known", name_key, network))
    is_known = known is not None and at - known.at < timedelta(days=limits.known_network_days)
    half = float(limits.tries_half_seconds)
    waits = [
        rules.seconds_to_wait(_level(session, key, at), limit, half)
        for door, key, limit in _doors(name_key, network)
        if door == "pair" or not is_known
    ]
    if wait := max(waits):
        raise TooManyTries(retry_after=wait, seconds=wait)


def count(session: Session, name_key: str, network: str) -> None:
    """One more try has failed here."""
    at = now()
    for _door, key, _limit in _doors(name_key, network):
        _raise(session, key, at)


def forgive(session: Session, name_key: str, network: str) -> None:
    """The right person came: the account's tries from this network are forgotten and the network is known."""
    pair = session.get(Tries, _key("pair", name_key, network))
    if pair:
        session.delete(pair)
    if network:
        session.merge(Tries(key=_key("known", name_key, network), level=0.0, at=now()))


def after_the_unit(session: Session, work: Callable[[Session], None]) -> None:
    """``work`` is done in a unit of its own as soon as this one has ended, however it ends.

    A refusal undoes its own unit of work, and a failed try must outlive its refusal; two writing units at once would wait for each other.
    """
    engine, waiting = session.get_bind(), [work]

    def do() -> None:
        while waiting:
            with Session(engine) as own, own.begin():
                waiting.pop()(own)

    def ended(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            do()

    if session.in_transaction():
        event.listen(session, "after_transaction_end", ended)
    else:
        do()


def _doors(name_key: str, network: str) -> tuple[tuple[str, str, int], ...]:
    limits = keys.limits()
    doors = [
        ("pair", _key("pair", name_key, network), limits.tries),
        ("account", _key("account", name_key, ""), limits.tries_account),
    ]
    if network:
        doors.append(("network", _key("network", "", network), limits.tries_network))
    return tuple(doors)


def _key(door: str, name_key: str, network: str) -> str:
    return keys.held().mark("tries", f"{door}\0{name_key}\0{network}")


def _level(session: Session, key: str, at: datetime) -> float:
    row = session.get(Tries, key)
    return rules.level_now(row.level, (at - row.at).total_seconds(), float(keys.limits().tries_half_seconds)) if row else 0.0


def _raise(session: Session, key: str, at: datetime) -> None:
    """Two processes may make the first row at once on PostgreSQL; the one that comes second then finds the row."""
    row = session.get(Tries, key, with_for_update=True)
    if row is None:
        try:
            with session.begin_nested():
                session.add(Tries(key=key, level=1.0, at=at))
        except IntegrityError:
            row = session.get_one(Tries, key, with_for_update=True)
    if row is not None:
        row.level, row.at = _level(session, key, at) + 1.0, at
