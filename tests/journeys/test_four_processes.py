# SPDX-License-Identifier: Apache-2.0
"""Two web and two jobs processes on one PostgreSQL, each started alone and killed at random under load: nothing lost, nothing twice.

The short form runs with the tests; ``make soak`` kills 40 times. ``KILL_SEED`` repeats the moments of a run that failed.
"""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

import databases
import patience
import ports
from journeys.test_kill import FILES, REPOSITORIES, Client, build
from platforms import NoAnswer, Platform

PROCESSES = ("web-1", "web-2", "jobs-1", "jobs-2")
pytestmark = [pytest.mark.needs("postgresql"), pytest.mark.needs("git")]


@dataclass
class Four(Platform):
    """One home, one database, four processes that nobody supervises but this."""

    url: str = ""
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)
    ports: dict[str, int] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return super().environment() | {"MADANG_DATABASE_URL": self.url, "MADANG_SCAN_WORKERS": "1"}

    def begin(self, name: str) -> None:
        """The process runs, from now on."""
        kind = name.partition("-")[0]
        here = {"MADANG_PORT": str(self.ports.setdefault(name, ports.free()))}
        with (self.home.parent / f"{self.home.name}.log").open("a") as log:
            program = [sys.executable, "-m", "madang", kind]
            self.running[name] = subprocess.Popen(program, env=self.environment() | here, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def end(self, name: str, number: signal.Signals) -> None:
        """The process has got the signal and is gone."""
        process = self.running.pop(name)
        process.send_signal(number)
        try:
            process.wait(patience.SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def call(self, method: str, path: str, body: object = None, *, key: str = "") -> tuple[int, Any]:
        """Like a proxy: a web process answers, another one each time; who only reads and gets no answer is sent to the next."""
        webs = [self.ports[name] for name in self.running if name.startswith("web")]
        for self.port in random.sample(webs, len(webs)):
            try:
                return super().call(method, path, body, key=key)
            except NoAnswer:
                if method != "GET":
                    raise
        raise NoAnswer("no web process answers")


@pytest.fixture
def four(tmp_path: Path) -> Iterator[Four]:
    four = Four(tmp_path / "home", {"MADANG_ALLOW_FILE": "yes"}, url=databases.cluster().create())
    four.home.mkdir(mode=0o700)
    for name in PROCESSES:  # all at once on an empty database: one migrates it, the others wait
        four.begin(name)
    for name in PROCESSES[:2]:
        four.port = four.ports[name]
        Platform.wait_until_ready(four)
    four.token = four.madang("token", "create", "--role", "operator", "--note", "kills").strip()
    yield four
    for name in list(four.running):
        four.end(name, signal.SIGTERM)
    databases.forget()


def rows(four: Four, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(four.url) as connection:
        return connection.execute(query.encode()).fetchall()


def survive(four: Four, folder: Path, kills: int) -> Counter[str]:
    """After so many kills everything that was acknowledged has ended once, whoever worked on it."""
    seed = int(os.environ.get("KILL_SEED", random.randrange(1 << 30)))
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    client = Client(four, [build(folder / f"tool{number}") for number in range(REPOSITORIES)])
    for repository in client.repositories:
        status, answer = four.call("POST", "/api/v1/assets", {"kind": "software", "namespace": "operator", "name": repository.name})
        assert status == 201, answer
    killed: Counter[str] = Counter()
    for kill in range(kills):
        client.register(chance)
        client.register(chance)
        time.sleep(chance.uniform(0.0, 4.0))
        # The jobs processes in turn, so that a short run kills both; a web process now and then.
        victim = PROCESSES[2 + kill % 2] if kill % 3 < 2 else chance.choice(PROCESSES[:2])
        four.end(victim, signal.SIGKILL)
        killed[victim.partition("-")[0]] += 1
        four.begin(victim)
    client.settle()
    versions = client.ended()
    assert len(versions) == 2 * kills
    states = Counter((version["state"], version["counts"]["files"], version["license_expression"]) for version in versions.values())
    assert states == {("verified", FILES, "MIT"): 2 * kills}
    contents: dict[tuple[str, str], set[str]] = {}
    for version in versions.values():
        contents.setdefault((version["source"]["address"], version["source"]["ref"]), set()).add(version["content"])
    assert all(len(found) == 1 for found in contents.values()), "one state was fixed to two contents"
    deeds = "SELECT deed, count(*), count(DISTINCT target) FROM audit_entry WHERE target LIKE '%operator/tool%@%' GROUP BY deed"
    assert set(rows(four, deeds)) >= {(deed, 2 * kills, 2 * kills) for deed in ("version.added", "version.verified")}
    return killed


def check_rest(four: Four) -> None:
    """Nothing is left under way, the living are as many as run, and the ledger is whole."""
    assert rows(four, "SELECT workflow_uuid FROM dbos.workflow_status WHERE status IN ('PENDING', 'ENQUEUED')") == []
    patience.wait_until(lambda: len(rows(four, "SELECT id FROM jobs_process")) == 2, pause=0.5)
    for name in [*PROCESSES[2:]]:
        four.end(name, signal.SIGTERM)
    assert rows(four, "SELECT id FROM jobs_process") == []
    four.madang("ledger", "verify")


def test_nothing_is_lost_or_twice_by_three_kills_of_four_processes(four: Four, tmp_path: Path) -> None:
    assert survive(four, tmp_path, 3) == {"jobs": 2, "web": 1}
    check_rest(four)


@pytest.mark.soak
def test_nothing_is_lost_or_twice_by_forty_kills_of_four_processes(four: Four, tmp_path: Path) -> None:
    survive(four, tmp_path, 40)
    check_rest(four)
