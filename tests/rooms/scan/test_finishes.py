# SPDX-License-Identifier: Apache-2.0
"""The answer of the step over the whole tree holds for other contents with the same findings, and for nothing else."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from madang import scan
from madang.scan import scanning, together
from madang.scan.finishes import Bodies, Finishes, written
from madang.scan.tree import Content
from rooms.scan.conftest import HEADER, MIT

Grow = Callable[..., Path]
ANSWER: dict[str, Any] = {"/": {"packages": [], "errors": []}}


def finishes(cache: scan.Cache, *, a: str = "1", tree: str = "t", key: str = "said") -> Finishes:
    return Finishes(cache, key, tree=tree, contents={"a": Content(a, a, 1), "b": Content("2", "2", 1)})


@pytest.mark.parametrize(
    ("opened", "holds", "fails"),
    [
        ([], [{}, {"a": "9"}, {"tree": "u"}], [{"key": "else"}]),
        (["a", "beside the tree"], [{}, {"tree": "u"}], [{"a": "9"}, {"key": "else"}]),
        (["/"], [{}, {"a": "9"}], [{"tree": "u"}]),
    ],
)
def test_an_answer_rests_on_what_was_opened(opened: list[str], holds: list[dict[str, str]], fails: list[dict[str, str]]) -> None:
    cache = scan.MemoryCache()
    assert finishes(cache).recall() is None
    finishes(cache).keep(ANSWER, opened, [])
    assert [finishes(cache, **other).recall() for other in holds] == [ANSWER] * len(holds)
    assert [finishes(cache, **other).recall() for other in fails] == [None] * len(fails)


def test_what_kind_of_file_it_is_makes_no_other_mark() -> None:
    bodies = Bodies()
    found, mark = bodies.read(written({"mime_type": "text/plain", "copyrights": []}))
    assert found["mime_type"] == "text/plain"
    assert bodies.read(written({"mime_type": "inode/x-empty", "copyrights": []}))[1] == mark
    assert bodies.read(written({"mime_type": "text/plain", "copyrights": ["c"]}))[1] != mark


def test_the_step_is_done_again_only_when_findings_or_paths_are_others(
    pool: scan.Pool, grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    root, cache, asked = grow({"LICENSE": MIT, "a.py": HEADER, "b.py": "x = 1\n"}), scan.MemoryCache(), list[str]()
    real = together.seen_together

    def noted(*given: Any, **named: Any) -> Any:
        asked.append("again")
        return real(*given, **named)

    monkeypatch.setattr(scanning, "seen_together", noted)

    def scanned() -> tuple[scan.Report, int]:
        asked.clear()
        report = scan.scan_tree(root, name="tool", pool=pool, cache=cache)
        done = len(asked)
        assert report == scan.scan_tree(root, name="tool", pool=pool, cache=scan.MemoryCache())
        return report, done

    assert scanned()[1] == 1
    (root / "b.py").write_text("x = 2\n")
    assert scanned()[1] == 0
    (root / "b.py").write_text(HEADER)
    assert scanned()[1] == 1
    (root / "b.py").rename(root / "c.py")
    assert scanned()[1] == 1
    (root / "empty").mkdir()
    assert scanned()[1] == 1
