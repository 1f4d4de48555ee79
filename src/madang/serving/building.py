# SPDX-License-Identifier: Apache-2.0
"""What the processes of the platform are given: a switchboard for the web process, a keeper for the process of engines."""

import zlib
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import msgspec

from madang import db, forges, storage
from madang.serving import queries
from madang.serving.cards import Card
from madang.serving.engines import FUNCTIONS, Engine, InlineEngine, ProcessEngine, UpstreamEngine
from madang.serving.keeper import Keeper, Wanted
from madang.serving.limits import Limits
from madang.serving.offers import Offer, Route, Standing
from madang.serving.preparing import bounds_of
from madang.serving.switchboard import Switchboard

FOLDER = "engines"
FIRST_USER, USERS = 62_001, 900


def switchboard_of(database: db.Database, home: Path, *, guard: Callable[[], forges.Guard], limits: Callable[[], Limits]) -> Switchboard:
    """Puts calls through to everything that the rows name. One a process."""
    folder = home / FOLDER

    def read() -> Sequence[Standing]:
        with database.reading() as session:
            return queries.standing(session, seconds=limits().seconds)

    def make(_offer: Offer, route: Route) -> Engine:
        card = msgspec.convert(route.config, Card)
        now = limits()
        if route.engine == "inline":
            return InlineEngine(FUNCTIONS[card.engine.function], queue=now.queue)
        if route.engine in ("upstream", "ray"):
            return UpstreamEngine(card.engine, guard=guard, queue=now.queue, longest=now.answer_bytes)
        return ProcessEngine(folder, route.id, most=card.engine.most, queue=now.queue, longest=now.answer_bytes)

    return Switchboard(read, make)


def keeper_of(database: db.Database, store: storage.Store, home: Path, *, limits: Callable[[], Limits]) -> Keeper:
    """Keeps the processes of everything that the rows name. One a home."""
    folder = home / FOLDER

    def read() -> Sequence[Wanted]:
        now = limits()
        with database.reading() as session:
            found = [(each.version_id, each.tree, queries.card_of(each)) for each in queries.kept_apart(session)]
        return [_wanted(folder, store, now, *each) for each in found]

    return Keeper(folder, read)


def _wanted(folder: Path, store: storage.Store, limits: Limits, version_id: str, tree: str, card: Card) -> Wanted:
    code = folder / "code" / version_id
    bounds = bounds_of(card, limits, user=user_of(version_id))
    target = card.target(str(code), idle_seconds=limits.idle_seconds, longest=limits.answer_bytes)
    return Wanted(version_id, target, bounds, partial(_bring, store, tree, code))


def user_of(version_id: str) -> int:
    """The user that a version's process runs as, where we may choose."""
    return FIRST_USER + zlib.crc32(version_id.encode()) % USERS


def _bring(store: storage.Store, tree: str, code: Path) -> None:
    """The version's files lie in its folder."""
    if not code.is_dir():
        try:
            store.materialise(tree, code)
        except FileExistsError:
            return
