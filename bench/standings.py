# SPDX-License-Identifier: Apache-2.0
"""What lists cost when something upstream changes: how long the change holds the database, and each version that is worked out again.

    bench/standings.py [--versions N] [--parts N] [--popular N] [--json] [sqlite|postgresql …]

Milliseconds of CPU of this process. N versions of software are made of so many parts each, out of a pool of 5,000, popular ones far more
often; every tenth is made with another version too. Then the licence of one part changes that ``--popular`` of the versions have. The peer
is a list without this: every version of the platform worked out again.
"""

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

import databases
from madang import app, catalog, db, kit, people, provenance, settings
from madang.provenance import standings
from madang.provenance.models import Due, Node

POOL, POPULARITY = 5_000, 2.0
LICENCES = ("MIT",) * 50 + ("Apache-2.0",) * 25 + ("BSD-3-Clause",) * 12 + ("MPL-2.0", "LGPL-2.1-or-later", "MIT OR GPL-2.0-only", None)
COMMON = "pkg:npm/common@1"


def fill(database: db.Database, versions: int, parts: int, popular: int) -> kit.Actor:
    """The versions stand with their parts; who may state the licence of a component."""
    spread = random.Random(5)  # the same graph in every run
    with database.writing() as session:
        account = people.create_account(session, name="office", role=kit.Role.MEMBER, by=kit.SYSTEM)
        people.change_account(session, account, people.Change(duties=frozenset({"osp-office"})), by=kit.SYSTEM)
        by = people.actor_of(session, account, via="bench")
    made: list[str] = []
    for numbers in db.slices(iter(range(versions)), 50):
        with database.writing() as session:
            for number in numbers:
                asset = catalog.register(session, kind="software", namespace="office", name=f"thing-{number}", exposure="open", by=by)
                version = catalog.add_version(session, asset, source=catalog.Source("git", "https://example.org/a.git"), by=by)
                drawn = {int(POOL * spread.random() ** POPULARITY) for _ in range(parts)}
                purls = [f"pkg:npm/part-{place}@1" for place in sorted(drawn)] + [COMMON] * (number < popular)
                found = [provenance.Part(purl, "links-dynamic", license=spread.choice(LICENCES)) for purl in purls]
                provenance.take_components(session, version, found, license="Apache-2.0", is_complete=True)
                if made and number % 10 == 0:
                    other = session.get_one(catalog.Version, spread.choice(made))
                    provenance.declare(session, version, kind="links-static", source=other, by=by)
                made.append(version.id)
    return by


def due(database: db.Database) -> int:
    """How many versions wait to be worked out again."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(Due).where(Due.due_at.is_not(None))) or 0


def measure(house: app.House, by: kit.Actor) -> dict[str, float]:
    """Milliseconds of the change, of each version that it reaches, and of all versions."""
    database = house.database
    while standings.settle(database):
        pass
    start = time.process_time()
    with database.writing() as session:
        provenance.state_component(session, COMMON, license="GPL-3.0-only", by=by)
    change, reached = time.process_time() - start, due(database)
    start = time.process_time()
    while standings.settle(database):
        pass
    settled = time.process_time() - start
    start, total, things = time.process_time(), 0, 0
    with database.reading() as session:
        for node_id in session.scalars(select(Node.id).join(Due, Due.node_id == Node.id)).all():
            standings.work_out(session, node_id)
            session.expunge_all()
            total += 1
        full = time.process_time() - start
        things = session.scalar(select(func.count()).select_from(Node)) or 0
    assert due(database) == 0
    return {
        "nodes": things, "versions": total, "reached": reached, "change_ms": change * 1000,
        "settle_ms_each": settled * 1000 / max(1, reached),
        "full_over_settle": full / settled,
    }  # fmt: skip


def run(kind: str, versions: int, parts: int, popular: int) -> dict[str, Any]:
    """The figures on one kind of database, in a house of its own."""
    os.environ["TEST_DATABASE"] = kind
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        house = app.open_house(settings.read({"MADANG_HOME": str(home), **databases.environment(home)}))
        try:
            by = fill(house.database, versions, parts, popular)
            return {"database": kind, **measure(house, by)}
        finally:
            house.close()


def main() -> None:
    """Measure and print."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("kinds", nargs="*", default=list(databases.KINDS))
    reader.add_argument("--versions", type=int, default=2000)
    reader.add_argument("--parts", type=int, default=60)
    reader.add_argument("--popular", type=int, default=200)
    reader.add_argument("--json", action="store_true")
    asked = reader.parse_args()
    try:
        told = [run(kind, asked.versions, asked.parts, asked.popular) for kind in asked.kinds]
    finally:
        databases.end()
    if asked.json:
        print(json.dumps(told))
    for each in told if not asked.json else ():
        print(", ".join(f"{name} {value:.2f}" if isinstance(value, float) else f"{name} {value}" for name, value in each.items()))


if __name__ == "__main__":
    main()
