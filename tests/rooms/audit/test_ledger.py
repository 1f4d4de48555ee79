# SPDX-License-Identifier: Apache-2.0
"""Deeds become lines, lines become one chain, and what was changed afterwards is told."""

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from madang import audit
from madang.audit import headfile
from madang.audit.models import Entry
from madang.db import Database
from madang.kit import SYSTEM, Actor, Role, anonymous

KEY = b"k" * 32
MEMBER = Actor("01member", "lab", Role.MEMBER)
AUDITOR = Actor("01auditor", "office", Role.READER, duties=frozenset({"auditor"}))


@dataclass
class House:
    database: Database
    home: Path
    ledger_key: bytes = KEY


def write(database: Database, *targets: str, by: Actor = MEMBER) -> None:
    for target in targets:
        with database.writing() as session:
            audit.record(session, "asset.registered", target=target, by=by, files=3, names=["가", "b"], draft=False, note=None)


def verify(database: Database, heads: Path, key: bytes = KEY) -> audit.Verification:
    return audit.verify(database, heads_file=heads, key=key)


def kinds(found: audit.Verification) -> list[tuple[str, int]]:
    return [(problem.kind, problem.sequence) for problem in found.problems]


@pytest.fixture
def heads(tmp_path: Path) -> Path:
    return tmp_path / audit.HEADS_FILE


@pytest.fixture
def sealed(database: Database, heads: Path) -> Database:
    """Six lines; heads signed at the third and the sixth."""
    for _ in range(2):
        write(database, "a", "b", "c")
        audit.seal(database)
        assert audit.sign_head(database, heads_file=heads, key=KEY)
    return database


def change(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.connection().exec_driver_sql(statement)


def test_a_line_is_kept_only_with_its_deed(database: Database) -> None:
    def refused() -> None:
        with database.writing() as session:
            audit.record(session, "asset.registered", target="x", by=MEMBER)
            raise LookupError

    with pytest.raises(LookupError):
        refused()
    with database.reading() as session:
        assert audit.entries(session, viewer=SYSTEM).items == ()


@pytest.mark.parametrize("facts", [{"password": "x"}, {"link_secret": "x"}, {"rate": 1.5}, {"long": "x" * 5000}, {"thing": object()}])
def test_a_line_refuses_secrets_and_what_is_no_small_plain_fact(database: Database, facts: dict[str, object]) -> None:
    with database.writing() as session, pytest.raises(ValueError, match=r"ledger line|fact"):
        audit.record(session, "asset.registered", target="x", by=MEMBER, **facts)


def test_broken_text_is_kept_as_every_database_can(sealed: Database, heads: Path) -> None:
    with sealed.writing() as session:
        audit.record(session, "file.read", target="a\0b\udcff", by=SYSTEM, names={"\udc80": ["\0"]})
    audit.seal(sealed)
    with sealed.reading() as session:
        line = audit.entries(session, viewer=SYSTEM).items[0]
    assert (line.target, line.facts) == ("a\\x00b\\udcff", {"names": {"\\udc80": ["\\x00"]}})
    assert verify(sealed, heads).is_whole


def test_lines_are_numbered_once_in_slices(database: Database) -> None:
    write(database, *"abcdefg")
    assert audit.seal(database, slice_size=3) == 7
    assert audit.seal(database) == 0
    with database.reading() as session:
        lines = audit.entries(session, viewer=SYSTEM).items
        seal = audit.latest_seal(session)
    assert [line.sequence for line in reversed(lines)] == [1, 2, 3, 4, 5, 6, 7]
    assert seal
    assert (seal.sequence, seal.hash) == (7, lines[0].hash)


def test_an_empty_ledger_has_no_seal_and_is_whole(database: Database, heads: Path) -> None:
    assert audit.seal(database) == 0
    assert audit.sign_head(database, heads_file=heads, key=KEY) is None
    with database.reading() as session:
        assert audit.latest_seal(session) is None
    assert verify(database, heads) == audit.Verification(0, 0, 0, 0, ())


def test_a_line_that_commits_after_one_with_a_higher_id_is_sealed_later_and_not_lost(database: Database, heads: Path) -> None:
    write(database, "a", "b", "c")
    with database.writing() as session:
        late = session.get_one(Entry, 2)
        session.delete(late)
    audit.seal(database)
    with database.writing() as session:
        values = {name: getattr(late, name) for name in ("id", "at", "deed", "target", "by_id", "by_name", "via", "facts")}
        session.add(Entry(**values))
    assert audit.seal(database) == 1
    with database.reading() as session:
        assert [(line.id, line.sequence) for line in audit.entries(session, viewer=SYSTEM).items] == [(3, 2), (2, 3), (1, 1)]
    assert verify(database, heads).is_whole


def test_writers_and_sealers_at_once_leave_one_whole_chain(database: Database, heads: Path) -> None:
    finished: list[None] = []

    def run(work: Callable[[], object]) -> None:
        for _ in range(15):
            work()
        finished.append(None)

    works = [lambda: write(database, "x"), lambda: write(database, "y"), lambda: audit.seal(database), lambda: audit.seal(database)]
    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    audit.seal(database)
    assert len(finished) == 4
    found = verify(database, heads)
    assert (found.is_whole, found.lines, found.unsealed) == (True, 30, 0)


def test_a_head_is_signed_once_and_stands_in_the_file_too(sealed: Database, heads: Path) -> None:
    assert audit.sign_head(sealed, heads_file=heads, key=KEY) is None
    assert [head.sequence for head in headfile.read(heads) if head] == [3, 6]
    assert heads.stat().st_mode & 0o777 == 0o600
    found = verify(sealed, heads)
    assert (found.is_whole, found.lines, found.heads) == (True, 6, 2)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("UPDATE audit_entry SET target='z' WHERE sequence=2", ("changed", 2)),
        ("UPDATE audit_entry SET facts='{}' WHERE sequence=5", ("changed", 5)),
        ("UPDATE audit_entry SET by_name='other', at='2020-01-01 00:00:00.000000' WHERE sequence=1", ("changed", 1)),
        ("UPDATE audit_entry SET hash=previous_hash WHERE sequence=3", ("rewritten", 3)),
        ("UPDATE audit_entry SET previous_hash=NULL WHERE sequence=3", ("chain", 3)),
        ("DELETE FROM audit_entry WHERE sequence=1", ("deleted", 2)),
        ("DELETE FROM audit_entry WHERE sequence IN (3, 4)", ("deleted", 5)),
        ("DELETE FROM audit_entry WHERE sequence=6", ("truncated", 6)),
        ("DELETE FROM audit_entry", ("truncated", 3)),
        ("UPDATE audit_head SET signature='00' WHERE sequence=3", ("forged", 3)),
    ],
)
def test_what_was_changed_afterwards_is_told(sealed: Database, heads: Path, statement: str, told: tuple[str, int]) -> None:
    change(sealed, statement)
    found = verify(sealed, heads)
    assert told in kinds(found)
    assert str(told[1]) in next(problem.message for problem in found.problems if problem.kind == told[0])


def test_lines_in_another_order_are_told(sealed: Database, heads: Path) -> None:
    change(sealed, "UPDATE audit_entry SET sequence = CASE sequence WHEN 1 THEN 102 ELSE 101 END WHERE sequence IN (1, 2)")
    change(sealed, "UPDATE audit_entry SET sequence = sequence - 100 WHERE sequence > 100")
    assert {("changed", 1), ("changed", 2), ("chain", 1), ("chain", 2)} <= set(kinds(verify(sealed, heads)))


def test_a_chain_made_again_without_the_key_is_told(sealed: Database, heads: Path) -> None:
    change(sealed, "DELETE FROM audit_entry WHERE sequence=2")
    change(sealed, "UPDATE audit_entry SET sequence=NULL, hash=NULL, previous_hash=NULL, sealed_at=NULL")
    change(sealed, "DELETE FROM audit_head")
    audit.seal(sealed)
    assert kinds(verify(sealed, heads)) == [("rewritten", 3), ("truncated", 6)]


def test_the_end_cut_off_with_its_heads_is_told_by_the_file(sealed: Database, heads: Path) -> None:
    change(sealed, "DELETE FROM audit_entry WHERE sequence > 3")
    change(sealed, "DELETE FROM audit_head WHERE sequence > 3")
    assert kinds(verify(sealed, heads)) == [("truncated", 6)]


def test_a_cut_file_is_told_by_the_database(sealed: Database, heads: Path) -> None:
    heads.write_bytes(heads.read_bytes().splitlines(keepends=True)[0])
    assert kinds(verify(sealed, heads)) == [("file-cut", 6)]
    heads.unlink()
    assert kinds(verify(sealed, heads)) == [("file-cut", 3), ("file-cut", 6)]


def test_another_key_makes_every_head_forged(sealed: Database, heads: Path) -> None:
    assert kinds(verify(sealed, heads, key=b"other")) == [("forged", 3), ("forged", 6)]


def test_a_line_of_the_file_that_a_loss_of_power_left_half_is_closed_and_counted(sealed: Database, heads: Path) -> None:
    whole = heads.read_bytes()
    heads.write_bytes(whole + b'{"at":"2026-')
    write(sealed, "d")
    audit.seal(sealed)
    audit.sign_head(sealed, heads_file=heads, key=KEY)
    found = verify(sealed, heads)
    assert (found.is_whole, found.unreadable, found.heads) == (True, 1, 3)
    assert heads.read_bytes().startswith(whole)


def test_the_file_has_the_head_before_the_database_has(sealed: Database, heads: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def power_loss(handle: int) -> None:
        raise OSError(handle)

    write(sealed, "d")
    audit.seal(sealed)
    monkeypatch.setattr(os, "fsync", power_loss)
    with pytest.raises(OSError, match=r"\d"):
        audit.sign_head(sealed, heads_file=heads, key=KEY)
    monkeypatch.undo()
    assert verify(sealed, heads).is_whole
    assert audit.sign_head(sealed, heads_file=heads, key=KEY)
    assert verify(sealed, heads).is_whole


def test_a_long_ledger_is_read_in_steps(database: Database, heads: Path) -> None:
    with database.writing() as session:
        for number in range(2300):
            audit.record(session, "asset.registered", target=str(number), by=SYSTEM)
    assert audit.seal(database) == 2300
    assert verify(database, heads).lines == 2300
    change(database, "UPDATE audit_entry SET target='z'")
    assert len(verify(database, heads).problems) == 100


def test_auditors_see_all_and_others_their_own_deeds(database: Database) -> None:
    write(database, "a", "b")
    write(database, "c", by=SYSTEM)
    with database.reading() as session:
        assert [line.target for line in audit.entries(session, viewer=AUDITOR).items] == ["c", "b", "a"]
        assert [line.target for line in audit.entries(session, viewer=MEMBER).items] == ["b", "a"]
        assert audit.entries(session, viewer=anonymous()).items == ()
        assert [line.target for line in audit.entries(session, viewer=AUDITOR, target="b").items] == ["b"]
        assert audit.entries(session, viewer=AUDITOR, deed="asset.gone").items == ()
        assert [line.by_name for line in audit.entries(session, viewer=AUDITOR, by_name="madang").items] == ["madang"]


def test_lines_come_in_pages(database: Database) -> None:
    write(database, *"abcde")
    with database.reading() as session:
        first = audit.entries(session, viewer=SYSTEM, limit=2)
        second = audit.entries(session, viewer=SYSTEM, limit=2, before=first.next)
        third = audit.entries(session, viewer=SYSTEM, limit=2, before=second.next)
    assert ["".join(line.target for line in page.items) for page in (first, second, third)] == ["ed", "cb", "a"]
    assert third.next is None


def test_the_command_says_whether_the_ledger_is_whole(sealed: Database, heads: Path, tmp_path: Path) -> None:
    root = click.Group(commands=[audit.cli.ledger_group(lambda: House(sealed, tmp_path))])
    done = CliRunner().invoke(root, ["ledger", "verify"])
    assert done.exit_code == 0
    assert "6 lines sealed" in done.stdout
    with heads.open("a") as file:
        file.write("torn")
    change(sealed, "DELETE FROM audit_entry WHERE sequence=6")
    done = CliRunner().invoke(root, ["ledger", "verify"])
    assert done.exit_code == 3
    assert "reached line 6" in done.stderr
    assert "cannot be read" in done.stderr
    assert "whole" not in done.stdout
