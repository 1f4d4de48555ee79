# SPDX-License-Identifier: Apache-2.0
"""A ledger of a million lines: verified within bounded memory, and every kind of tampering with any of them is found. Takes minutes."""

import random
import shutil
import sqlite3
import time
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from madang import audit
from madang.audit import headfile, rules
from madang.audit.models import Entry, SignedHead, Written
from madang.db import Base, Database

KEY = b"k" * 32
LINES, EACH_HEAD = 1_000_000, 1000
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.soak


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Path]]:
    """The files of a sealed ledger and of its heads, written as the sealer would."""
    folder = tmp_path_factory.mktemp("million")
    database = Database(f"sqlite:///{folder / 'rows.db'}")
    Base.metadata.create_all(database.engine)
    heads, previous = folder / "heads", rules.FIRST_HASH
    for start in range(0, LINES, EACH_HEAD * 20):
        rows, signed = [], []
        for number in range(start + 1, start + EACH_HEAD * 20 + 1):
            at = BEGAN + timedelta(seconds=number)
            content = rules.Content(number, at, "asset.registered", f"software/lab/{number}", "01x", "lab", "session", {"files": number})
            own = rules.line_hash(content, sequence=number, previous=previous, sealed_at=at)
            rows.append(
                {"id": number, "at": at, "deed": content.deed, "target": content.target, "by_id": "01x", "by_name": "lab", "via": "session",
                 "facts": {"files": number}, "sequence": number, "previous_hash": previous, "hash": own, "sealed_at": at}
            )  # fmt: skip
            previous = own
            if number % EACH_HEAD == 0:
                signed.append(rules.signed(number, own, at, KEY))
        with database.writing() as session:
            session.execute(Entry.__table__.insert(), rows)  # type: ignore[attr-defined]  # a table of ours
            session.add_all(SignedHead(sequence=head.sequence, hash=head.hash, at=head.at, signature=head.signature) for head in signed)
        with heads.open("ab") as file:
            for head in signed:
                line = {"at": rules.instant(head.at), "hash": head.hash, "sequence": head.sequence, "signature": head.signature}
                file.write(rules.canonical(line) + b"\n")
    with database.writing() as session:
        session.add(Written(id=1, since=0, lines=LINES))
    database.close()
    yield folder / "rows.db", heads
    shutil.rmtree(folder)


def verified(rows: Path, heads: Path) -> audit.Verification:
    database = Database(f"sqlite:///{rows}")
    try:
        return audit.verify(database, heads_file=heads, key=KEY)
    finally:
        database.close()


def test_a_million_lines_are_verified_in_bounded_memory(million: tuple[Path, Path]) -> None:
    began = time.process_time()
    found = verified(*million)
    seconds = time.process_time() - began
    assert (found.is_whole, found.lines, found.heads) == (True, LINES, LINES // EACH_HEAD)
    print(f"{seconds:.1f} s of processor time for {LINES:,} lines")
    assert sum(1 for _ in headfile.read(million[1])) == LINES // EACH_HEAD


def test_what_verification_holds_does_not_grow_with_the_lines(million: tuple[Path, Path], tmp_path: Path) -> None:
    part = tmp_path / "part.db"
    shutil.copy(million[0], part)
    with sqlite3.connect(part) as connection:
        connection.execute("DELETE FROM audit_entry WHERE sequence > 200000")
        connection.execute("DELETE FROM audit_head WHERE sequence > 20000")
        connection.execute("UPDATE audit_written SET lines=200000")
    connection.close()
    tracemalloc.start()
    try:
        verified(part, tmp_path / "none")
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    print(f"{most / 1e6:.1f} MB held at most while 200,000 lines were verified")
    assert most < 40_000_000


TAMPERING = {
    "change": lambda n: [f"UPDATE audit_entry SET target='z' WHERE sequence={n}"],
    "delete": lambda n: [f"DELETE FROM audit_entry WHERE sequence={n}"],
    "reorder": lambda n: [
        f"UPDATE audit_entry SET sequence={LINES + 5} WHERE sequence={n}",
        f"UPDATE audit_entry SET sequence={n} WHERE sequence={n + 1}",
        f"UPDATE audit_entry SET sequence={n + 1} WHERE sequence={LINES + 5}",
    ],
    "truncate": lambda n: [f"DELETE FROM audit_entry WHERE sequence >= {n}", f"DELETE FROM audit_head WHERE sequence >= {n}"],
}


@pytest.mark.parametrize("how", TAMPERING)
@pytest.mark.parametrize("seed", range(3))
def test_any_line_that_was_tampered_with_is_found(million: tuple[Path, Path], tmp_path: Path, how: str, seed: int) -> None:
    number = random.Random(f"{how}{seed}").randint(1, LINES - 1)
    rows = tmp_path / "rows.db"
    shutil.copy(million[0], rows)
    with sqlite3.connect(rows) as connection:
        for statement in TAMPERING[how](number):
            connection.execute(statement)
    connection.close()
    found = {(problem.kind, problem.sequence) for problem in verified(rows, million[1]).problems}
    wanted = {"change": ("changed", number), "delete": ("deleted", number + 1), "reorder": ("changed", number)}
    if how == "truncate":
        assert any(kind == "truncated" for kind, _ in found)
    else:
        assert wanted[how] in found
