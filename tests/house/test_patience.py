# SPDX-License-Identifier: Apache-2.0
"""No test fails because the machine has much to do: limits are long, and no port is chosen that another may take."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from house import tree

LEAST = 60
"""Seconds."""
MEANT = {"tests/journeys/closed.py": "the limit is meant to be reached: there is no network"}
LISTENING = {
    "tests/journeys/closed.py": "a program that is run alone, in a network of its own",
    "tests/rooms/forges/servers.py": "goes on listening there",
    "tests/rooms/gateway/test_connections.py": "goes on listening there",
    "tests/rooms/gateway/yard.py": "goes on listening there",
    "tests/rooms/serving/test_upstream.py": "goes on listening there",
    "tests/rooms/supervisor/test_supervisor.py": "goes on listening there",
}
WAITERS = {"wait", "join", "settimeout", "communicate"}
POLLS = {"get"}
"""Calls that come back without anything and are made again."""
FILES = sorted((tree.ROOT / "tests").rglob("*.py"))


def short_limits(source: str) -> Iterator[int]:
    """The lines on which something is waited for, at most for a number of seconds that stands there and is small."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            given = [each.value for each in node.keywords if each.arg is not None and each.arg.endswith("timeout") and name not in POLLS]
            yield from (node.lineno for value in [*given, *(node.args[:1] if name in WAITERS else [])] if is_short(value))
        if (
            isinstance(node, ast.BinOp)
            and isinstance(node.op, ast.Add)
            and "monotonic()" in ast.unparse(node.left)
            and is_short(node.right)
        ):
            yield node.lineno


def is_short(value: ast.expr) -> bool:
    """Whether this is a number of less than the least seconds."""
    return isinstance(value, ast.Constant) and isinstance(value.value, int | float) and value.value < LEAST


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("process.wait(30)", [1]),
        ("process.wait(patience.SECONDS)", []),
        ("run(command, timeout=5.0)", [1]),
        ("until = time.monotonic() + 20", [1]),
        ("line.get(timeout=0.5)", []),
        ("', '.join(words)", []),
    ],
)
def test_a_short_limit_is_seen(source: str, lines: list[int]) -> None:
    assert list(short_limits(source)) == lines


def test_nothing_is_waited_for_under_a_short_limit() -> None:
    found = {(str(path.relative_to(tree.ROOT)), line) for path in FILES for line in short_limits(path.read_text("utf-8"))}
    assert {f"{name}:{line}" for name, line in found if name not in MEANT} == set()
    assert set(MEANT) == {name for name, _line in found}, "an exemption that nothing needs"


def test_ports_are_chosen_in_one_place() -> None:
    """Whoever asks the system for a free port and lets go of it may find that another has got it meanwhile."""
    asks = {str(path.relative_to(tree.ROOT)) for path in FILES if ".getsockname()" in path.read_text("utf-8") and path != Path(__file__)}
    assert asks == set(LISTENING)
