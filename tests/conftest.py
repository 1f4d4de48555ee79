# SPDX-License-Identifier: Apache-2.0
"""What every test stands on: parts of the system that may be missing, and the closing lines of a run.

A test says ``@pytest.mark.needs("chromium")``. Where the part is missing it is skipped, and the run's last line names the part; with
``TEST_ALL=1`` it fails instead.
"""

import json
import os
import shutil
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path

import hypothesis
import pytest

import databases
import hub_clients
import npm_peers
import patience
import stores
from madang.people import passwords
from side_by_side import ROOMS_WITHOUT_ROWS

TESTS = Path(__file__).parent
_skipped: Counter[str] = Counter()
_seconds: defaultdict[str, float] = defaultdict(float)


def _has_korean_font() -> bool:
    if not shutil.which("fc-list"):
        return False
    return bool(subprocess.run(["fc-list", ":lang=ko"], capture_output=True, check=True, timeout=patience.SECONDS).stdout)


PARTS: dict[str, Callable[[], bool]] = {
    "chromium": lambda: shutil.which("chromium") is not None,
    "hub-clients": hub_clients.are_there,
    "hub-readers": hub_clients.readers_are_there,
    "git": lambda: shutil.which("git") is not None,
    "korean-font": _has_korean_font,
    "nginx": lambda: shutil.which("nginx") is not None,
    "not-root": lambda: os.geteuid() != 0,
    "npm": lambda: shutil.which("npm") is not None,
    "oidc-provider": lambda: npm_peers.is_there("oidc", "oidc-provider"),
    "openssl": lambda: shutil.which("openssl") is not None,
    "postgresql": lambda: databases.programs() is not None,
    "root": lambda: os.geteuid() == 0,
    "s3-server": stores.is_there,
    "ssh": lambda: shutil.which("ssh") is not None,
    "systemd": lambda: shutil.which("systemd-analyze") is not None,
}


@cache
def is_there(part: str) -> bool:
    """Whether this machine has the part; looked at once a run."""
    return PARTS[part]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=databases.KINDS,
        default=databases.kind(),
        help="the database that rooms with rows are tested on; with postgresql the tests without rows are left out",
    )


# How long one example takes says how busy the machine is.
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


def pytest_configure(config: pytest.Config) -> None:
    # In the environment, so that a process that a test starts knows it too.
    os.environ["TEST_DATABASE"] = config.getoption("--database")
    # Tests set thousands of passwords that guard nothing. Platforms that run as processes of their own hash as everywhere.
    passwords.use(passwords.Cost(passes=1, kibibytes=8))


def _has_rows(item: pytest.Item) -> bool:
    """Whether the test can tell another database from SQLite: it stands in a room with rows, and does not say that it is SQLite's."""
    kind, _slash, room = room_of(item.path).partition("/")
    return kind == "rooms" and room not in ROOMS_WITHOUT_ROWS and not item.get_closest_marker("sqlite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if databases.kind() != "sqlite":
        left_out = [item for item in items if not _has_rows(item)]
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _has_rows(item)]
        for item in items:
            item.add_marker(pytest.mark.needs("postgresql"))
    # What is quick comes first. Journeys come last: the browser's driver keeps an event loop in this thread that rooms must not meet.
    order = {"house": 0, "rooms": 1, "journeys": 2}
    items.sort(key=lambda item: order.get(item.path.relative_to(TESTS).parts[0], 1))


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs"):
        for part in mark.args:
            if is_there(part):
                continue
            sentence = f"this machine has no {part}"
            if os.environ.get("TEST_ALL"):
                pytest.fail(sentence, pytrace=False)
            pytest.skip(sentence)


def room_of(path: Path) -> str:
    """The part of the tests that a file belongs to: ``rooms/scan``, ``journeys``, ``house``."""
    parts = path.relative_to(TESTS).parts
    return "/".join(parts[:2]) if parts[0] == "rooms" else parts[0]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        _skipped[report.longrepr[2].removeprefix("Skipped: ")] += 1
    _seconds[room_of(TESTS.parent / report.location[0])] += report.duration


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rooms = sorted(_seconds.items(), key=lambda pair: -pair[1])
    if len(rooms) > 1:
        terminalreporter.ensure_newline()
        terminalreporter.write_line("seconds: " + " · ".join(f"{room} {seconds:.1f}" for room, seconds in rooms))


def pytest_unconfigure(config: pytest.Config) -> None:
    databases.end()
    stores.end()
    if notes := os.environ.get("TEST_NOTES"):
        Path(notes).write_text(json.dumps({"seconds": _seconds, "skipped": _skipped}), "utf-8")
    if _skipped:
        named = "; ".join(f"{reason} ({count} {'test' if count == 1 else 'tests'})" for reason, count in sorted(_skipped.items()))
        print(f"Skipped: {named}. With TEST_ALL=1 a missing part is a failure.")
