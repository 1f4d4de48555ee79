# SPDX-License-Identifier: Apache-2.0
"""Both ways of looking, side by side: equal where the quick parts are right, and told where they are not."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from madang import scan
from madang.scan import cli
from madang.scan.comparing import Pair, Said
from madang.scan.pool import Answer, PoolFailed
from rooms.scan.conftest import HEADER, MIT

Grow = Callable[..., Path]
AUTHOR = "# Written by A. Writer <writer@example.org>\n"


def test_the_quick_parts_say_what_the_engine_says_and_the_cost_of_both_is_known(grow: Grow, pool: scan.Pool) -> None:
    root = grow({"a.py": HEADER + AUTHOR, "LICENSE": MIT, "b/empty.txt": "", ".gitignore": "*"})
    pairs = {pair.path: pair for pair in scan.compare(root, name="tree", pool=pool)}
    assert list(pairs) == ["LICENSE", "a.py", "b/empty.txt"]
    assert all(pair.is_equal for pair in pairs.values())
    said = pairs["a.py"].thorough
    assert (said.expression, said.holders) == ("BSD-3-Clause", ("Example Research Institute",))
    assert pairs["LICENSE"].fast.expression == "MIT"
    assert pairs["LICENSE"].thorough.cpu > 0


def test_one_file_is_compared_by_its_own_name(grow: Grow, pool: scan.Pool) -> None:
    (pair,) = scan.compare(grow({"COPYING": MIT}) / "COPYING", name="COPYING", pool=pool)
    assert (pair.path, pair.size, pair.fast.expression) == ("COPYING", len(MIT), "MIT")


class Line:
    """A line to a pool that answers with what it is told to say."""

    def __init__(self, says: Callable[[str, bool], Answer | None]) -> None:
        self.says = says
        self.waiting: list[tuple[str, bool]] = []

    def put(self, key: tuple[str, bool], _message: Mapping[str, Any], **_bounds: float) -> None:
        self.waiting.append(key)

    def get(self, *, timeout: float) -> Answer | None:
        assert timeout
        return self.says(*self.waiting.pop(0))

    def __enter__(self) -> "Line":
        return self

    def __exit__(self, *_error: object) -> None:
        return None


class Pool:
    """As much of a pool as a comparison needs."""

    limits = scan.Limits()

    def __init__(self, says: Callable[[str, bool], Answer | None]) -> None:
        self.says = says

    def open_line(self, _priority: scan.Priority) -> Line:
        return Line(self.says)


def test_what_one_way_does_not_finish_is_not_compared(grow: Grow) -> None:
    pool: Any = Pool(lambda raw, thorough: Answer((raw, thorough), {}, "deadline" if thorough else None, cpu=1.5))
    (pair,) = scan.compare(grow({"a": "a"}), name="tree", pool=pool)
    assert (pair.is_whole, pair.is_equal, pair.differs) == (False, False, ())
    assert (pair.fast.fault, pair.thorough.fault, pair.fast.cpu) == ("", "deadline", 1.5)


def test_what_is_gone_meanwhile_is_left_out(grow: Grow) -> None:
    root = grow({"a": "a", "b": "b"})

    def says(raw: str, thorough: bool) -> Answer:
        (root / "a").unlink(missing_ok=True)
        return Answer((raw, thorough), {})

    pool: Any = Pool(says)
    assert [pair.path for pair in scan.compare(root, name="tree", pool=pool)] == ["b"]


def test_a_comparison_stops_when_told_to(grow: Grow) -> None:
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 4

    pool: Any = Pool(lambda _raw, _thorough: None)
    with pytest.raises(scan.Cancelled):
        list(scan.compare(grow({f"f{n}": "a" for n in range(9)}), name="tree", pool=pool, stop=stop))


EQUAL = Pair("a.py", "a.py", 9, "a" * 64, Said("MIT", cpu=0.5), Said("MIT", cpu=5.0))
OTHER = Pair("b\x1b.py", "b\x1b.py", 9, "b" * 64, Said(None, ("B",), cpu=0.5), Said("MIT", ("A", "B"), cpu=5.0))
BROKEN = Pair("c.py", "c.py", 9, "c" * 64, Said(fault="deadline"), Said("MIT"))


@pytest.mark.parametrize(("pairs", "status"), [([EQUAL], 0), ([EQUAL, OTHER], 1), ([EQUAL, BROKEN], 3), ([BROKEN, OTHER], 1), ([], 0)])
def test_the_command_says_by_its_status_whether_both_ways_are_equal(
    pairs: list[Pair], status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert call(monkeypatch, pairs).exit_code == status


def test_the_command_tells_each_difference_and_the_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    told = call(monkeypatch, [EQUAL, OTHER, BROKEN]).stdout.splitlines()
    assert told[:4] == [
        r"b\x1b.py", "  Licence expression: fast –, thorough MIT", "  Copyright holders: fast B, thorough A; B",
        "c.py: not comparable: deadline",
    ]  # fmt: skip
    assert told[4].startswith("3 files looked at both ways: 1 equal, 1 different, 1 not comparable")
    assert "10.0 times" in told[5]


def test_programs_get_the_comparison_as_json(monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.loads(call(monkeypatch, [EQUAL, OTHER], "--format", "json").stdout)
    assert (told["files"], told["equal"], told["cpu_seconds"]) == (2, 1, {"fast": 1.0, "thorough": 10.0})
    assert told["unequal"][0]["differs"] == ["expression", "holders"]
    assert told["unequal"][0]["thorough"]["holders"] == ["A", "B"]


def test_a_comparison_has_no_other_format(monkeypatch: pytest.MonkeyPatch) -> None:
    done = call(monkeypatch, [], "--format", "sarif")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "--format" in done.stderr


def test_an_engine_that_does_not_start_ends_the_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_given: object, **_named: object) -> list[Pair]:
        raise PoolFailed(reason="no memory")

    monkeypatch.setattr(cli, "compare", fails)
    done = CliRunner().invoke(cli.command(), [".", "--compare"])
    assert (done.exit_code, done.stdout) == (70, "")
    assert "no memory" in done.stderr


def call(monkeypatch: pytest.MonkeyPatch, pairs: list[Pair], *more: str) -> Result:
    monkeypatch.setattr(cli, "compare", lambda *_given, **_named: pairs)
    return CliRunner().invoke(cli.command(), [".", "--compare", *more])
