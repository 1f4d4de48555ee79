# SPDX-License-Identifier: Apache-2.0
"""Which contents are looked at: drawn by chance from the files that were verified of late, the same for the same seed and the same rows."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, kit, storage
from madang.compliance.models import Verification
from madang.compliance.samples import queries

LATELY = timedelta(days=30)
MOST_VERSIONS = 1000
TRIES = 8
"""How often a content is drawn for each that is wanted: what was looked at before, or was collected meanwhile, is drawn in vain."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """A content to look at, and where it stands."""

    version_id: str
    name: str
    path: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class _Lot:
    version_id: str
    name: str
    content: str
    files: int


def draw(session: Session, store: storage.Store, *, seed: str, count: int, rules: str, release: str, largest: int) -> list[Drawn]:
    """At most ``count`` contents of at most ``largest`` bytes that this engine's samples do not have yet. Each file is as likely as any
    other: a version is drawn by how many files it has, then one of its files."""
    chance = random.Random(seed)  # noqa: S311 (a sample, no secret; the seed stands in the rows)
    lots = list(_lots(session))
    trees: dict[str, list[storage.Entry]] = {}
    drawn: dict[str, Drawn] = {}
    for lot in chance.choices(lots, weights=[lot.files for lot in lots], k=TRIES * count) if lots else ():
        if lot.content not in trees:
            trees[lot.content] = _entries(store, lot.content, largest)
        if trees[lot.content]:
            entry = chance.choice(trees[lot.content])
            drawn.setdefault(entry.sha256, Drawn(lot.version_id, lot.name, entry.path, entry.sha256, entry.size))
    known = queries.known(session, rules, release, drawn)
    return [each for sha256, each in drawn.items() if sha256 not in known][:count]


def _lots(session: Session) -> Iterator[_Lot]:
    asked = (
        select(Verification.version_id, catalog.Asset.name, catalog.Version.content, Verification.counts)
        .join(catalog.Version, catalog.Version.id == Verification.version_id)
        .join(catalog.Asset, catalog.Asset.id == catalog.Version.asset_id)
        .where(Verification.state == "verified", Verification.finished_at >= kit.now() - LATELY)
        .order_by(Verification.finished_at.desc(), Verification.version_id)
        .limit(MOST_VERSIONS)
    )
    for version_id, name, content, counts in session.execute(asked):
        if content and counts.get("files"):
            yield _Lot(version_id, name, content, counts["files"])


def _entries(store: storage.Store, content: str, largest: int) -> list[storage.Entry]:
    """The files of a tree that can be looked at; nothing where it cannot be read any more."""
    try:
        tree = store.read_tree(content)
    except (storage.TreeMissing, storage.ObjectMissing, storage.ObjectDamaged):
        return []
    return [entry for entry in tree.entries if entry.mode is not storage.Mode.LINK and 0 < entry.size <= largest]
