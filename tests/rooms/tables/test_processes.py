# SPDX-License-Identifier: Apache-2.0
"""Each file and each question has a process of its own, which is shut in and ends."""

import contextlib
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from madang import sandbox, tables
from madang.tables import starting

LIMITS = tables.Limits(memory_bytes=256 << 20)


@pytest.fixture(scope="module")
def taken(tmp_path_factory: pytest.TempPathFactory) -> tables.Taken:
    """A small table, read in a process."""
    folder = tmp_path_factory.mktemp("taken")
    (folder / "in").mkdir()
    path = folder / "given.csv"
    path.write_text("n,word\n" + "".join(f"{n},w{n % 7}\n" for n in range(1000)), encoding="utf-8")
    return tables.take(path, "data/given.csv", folder / "in", limits=LIMITS)


def test_a_file_is_read_and_asked_in_processes(taken: tables.Taken) -> None:
    assert (taken.is_own, taken.facts.rows, taken.facts.columns[1].distinct) == (True, 1000, 7)
    found = tables.ask(taken.rows, tables.Question(sort="n", down=True, limit=2), limits=LIMITS)
    assert (found.rows, found.total) == ([[999, "w5"], [998, "w4"]], 1000)


def test_a_question_without_end_is_ended(taken: tables.Taken) -> None:
    began = time.monotonic()
    sql = "WITH RECURSIVE x AS (SELECT 1 AS a UNION ALL SELECT a + 1 FROM x) SELECT count(*) FROM x"
    with pytest.raises(tables.QuestionTooLong):
        tables.ask(taken.rows, tables.Question(sql=sql), limits=replace(LIMITS, query_seconds=1))
    assert time.monotonic() - began < 1 + starting.WAIT_SECONDS


def test_a_refusal_comes_out_of_the_process(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1\n")
    with pytest.raises(tables.WrongColumns) as caught:
        tables.take(tmp_path / "a.csv", "a.csv", tmp_path / "in", limits=LIMITS)
    assert "2" in caught.value.sentence()


def test_what_is_no_table_or_too_large_is_refused_before_a_process_starts(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"a,b\n1,2\n")
    with pytest.raises(tables.NoTable):
        tables.take(tmp_path / "a.csv", "a.pickle", tmp_path, limits=LIMITS)
    with pytest.raises(tables.FileTooLarge):
        tables.take(tmp_path / "a.csv", "a.csv", tmp_path, limits=replace(LIMITS, file_bytes=5))


def test_a_glance_is_had_of_what_is_too_large_to_be_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n" + b"1,2\n" * 100_000)
        file.truncate(3 << 30)
    facts = tables.glance(path, "a.csv", limits=LIMITS)
    assert (facts.first[0], facts.rows) == ([1, 2], None)


@pytest.mark.skipif(not sandbox.confinement().is_whole, reason="this machine cannot shut a process in")
@pytest.mark.parametrize(
    "deed", ["open('/etc/passwd')", "__import__('socket').socket()", "open('/tmp/madang-was-here', 'w')", "bytearray(1 << 30)"]
)
def test_the_process_can_do_nothing_else(tmp_path: Path, deed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the engine were taken over by a file: the deed fails, and its process is told to say so."""
    script = tmp_path / "hostile.py"
    script.write_text(
        "import json, sys\nfrom madang import sandbox\n"
        "asked = json.load(sys.stdin)\n"
        "sandbox.shut_in(sandbox.Bounds(**asked['bounds']), [asked['path']], '.')\n"
        f"try:\n    {deed}\nexcept (OSError, MemoryError) as fault:\n    told = type(fault).__name__\nelse:\n    told = 'done'\n"
        "open('answer.json', 'w').write(json.dumps({'told': told}))\n",
        encoding="utf-8",
    )
    real = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda argv, **more: real([*argv[:2], str(script)], **more))
    folder = tmp_path / "in"
    told = starting._run("take", script, folder, LIMITS, 5, form="CSV")
    assert told in ({"told": "PermissionError"}, {"told": "MemoryError"}, {"told": "OSError"})


@pytest.mark.parametrize(
    "lie", ["", "[]", "{}", '{"refused": ["x"]}', '{"refused": "wrong-columns", "values": {"x": 1}}', "[" * 100_000, None]
)
def test_an_answer_that_is_none_is_not_believed(tmp_path: Path, lie: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, path = tmp_path / "in", tmp_path / "a.csv"
    path.write_bytes(b"a\n1\n")
    secret = tmp_path / "secret.json"
    secret.write_text('{"form": "CSV"}', encoding="utf-8")

    def lying(argv: list[str], **more: object) -> None:
        if lie is None:
            (folder / "answer.json").symlink_to(secret)
        else:
            (folder / "answer.json").write_text(lie, encoding="utf-8")

    monkeypatch.setattr(subprocess, "run", lying)
    with pytest.raises(tables.ReaderEnded):
        tables.take(path, "a.csv", folder, limits=LIMITS)


def test_whoever_finds_too_many_waiting_is_told_so_at_once(taken: tables.Taken) -> None:
    limits = replace(LIMITS, at_once=1)
    with contextlib.ExitStack() as held:
        held.enter_context(starting._place(1))
        for _other in range(starting.WAITING):
            assert starting._places[1][0].acquire(blocking=False)
            held.callback(starting._places[1][0].release)
        began = time.monotonic()
        with pytest.raises(tables.ReaderBusy):
            tables.ask(taken.rows, tables.Question(), limits=limits)
        assert time.monotonic() - began < 1
    assert len(tables.ask(taken.rows, tables.Question(limit=3), limits=limits).rows) == 3
