# SPDX-License-Identifier: Apache-2.0
"""kill -9 at random moments during fetch and scan: every acknowledged version ends verified or failed with a reason, and none twice.

The short form runs with the tests; ``make soak`` kills 50 times. ``KILL_SEED`` repeats the moments of a run that failed.
"""

import os
import random
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

import patience
from platforms import NoAnswer, Platform

FINAL = ("verified", "cancelled", "failed")
FILES = 15
COMMITS = 6
REPOSITORIES = 2
VICTIMS = ("", "", "madang up", " jobs ", " web ", "madang.scan.server")
MOMENTS = (0.4, 3.0, 12.0)  # up to so many seconds after a deed: while it is fetched, while the engine starts, while it is scanned
DRAIN_SECONDS = 900


@dataclass
class Client:
    """Somebody who registers versions, tries again when no answer comes, and remembers what was acknowledged."""

    platform: Platform
    repositories: list[Path]
    sent: dict[str, tuple[str, dict[str, object]]] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)

    def register(self, chance: random.Random) -> None:
        """One more version is asked for; whether it was heard is not known before ``settle``."""
        repository = chance.choice(self.repositories)
        key = f"deed-{len(self.sent)}"
        source = {"git": repository.as_uri(), "ref": f"state-{chance.randrange(COMMITS)}"}
        self.sent[key] = (f"/api/v1/assets/software/operator/{repository.name}/versions", {"source": source, "label": key})
        self.send(key)

    def send(self, key: str) -> None:
        """The deed is sent; an answer acknowledges it."""
        path, body = self.sent[key]
        try:
            status, answer = self.platform.call("POST", path, body, key=key)
        except NoAnswer:
            return
        if status == 503:  # the database was busy with what a killed process had begun
            return
        assert status == 202, answer
        name = f"{path}/{answer['version']}"
        assert self.acknowledged.setdefault(key, name) == name, "one deed made two versions"

    def settle(self) -> None:
        """Every deed that was ever sent is acknowledged."""
        until = time.monotonic() + patience.SECONDS
        while missing := [key for key in self.sent if key not in self.acknowledged]:
            assert time.monotonic() < until, missing
            for key in missing:
                self.send(key)

    def ended(self) -> dict[str, dict[str, Any]]:
        """Every acknowledged version by its address, when all have ended."""
        until = time.monotonic() + DRAIN_SECONDS
        found: dict[str, dict[str, Any]] = {}
        for address in self.acknowledged.values():
            while True:
                status, found[address] = self.platform.call("GET", address)
                assert status == 200, found[address]
                if found[address]["state"] in FINAL:
                    break
                assert time.monotonic() < until, (found[address], self.platform.log()[-3000:])
                time.sleep(0.3)
        return found


def git(folder: Path, *arguments: str) -> None:
    identity = ["-c", "user.name=Builder", "-c", "user.email=builder@example.org", "-c", "init.defaultBranch=main"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, timeout=patience.SECONDS)


def build(folder: Path) -> Path:
    """A repository whose every state has files that no other has, so that each must really be looked at."""
    folder.mkdir()
    git(folder, "init", "--quiet")
    for state in range(COMMITS):
        for number in range(FILES):
            lines = (
                f"// {folder.name} {state} {number}",
                "// SPDX-License-Identifier: MIT",
                f"// Copyright (c) 20{number:02} The authors",
                "",
            )
            (folder / f"part{number}.c").write_text("\n".join(lines), encoding="ascii")
        git(folder, "add", "--all")
        git(folder, "commit", "--quiet", "--message", f"State {state}")
        git(folder, "tag", f"state-{state}")
    return folder


@pytest.fixture
def client(tmp_path: Path) -> Iterator[Client]:
    repositories = [build(tmp_path / f"tool{number}") for number in range(REPOSITORIES)]
    platform = Platform(tmp_path / "home", {"MADANG_ALLOW_FILE": "yes"})
    platform.start()
    platform.token = platform.madang("token", "create", "--role", "operator", "--note", "kills").strip()
    for repository in repositories:
        status, answer = platform.call("POST", "/api/v1/assets", {"kind": "software", "namespace": "operator", "name": repository.name})
        assert status == 201, answer
    yield Client(platform, repositories)
    platform.stop()


def kill_and_bring_back(platform: Platform, victim: str) -> None:
    """Something is killed; the platform comes back by itself or is started again."""
    platform.kill(victim)
    if victim in ("", "madang up"):
        platform.killed()
        platform.start()
    platform.wait_until_ready()


def check_ledger(home: Path, versions: int) -> None:
    """Each version was added once and ended once, by the ledger; and the rows are whole."""
    connection = sqlite3.connect(f"{(home / 'madang.db').as_uri()}?mode=ro", uri=True)
    rows = connection.execute(
        "SELECT deed, count(*), count(DISTINCT target) FROM audit_entry WHERE target LIKE '%operator/tool%@%' GROUP BY deed"
    )
    counts = {deed: (lines, targets) for deed, lines, targets in rows}
    assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    assert counts["version.added"] == (versions, versions)
    ends = [counts.get(deed, (0, 0)) for deed in ("version.verified", "version.failed")]
    assert (sum(lines for lines, _ in ends), sum(targets for _, targets in ends)) == (versions, versions)


def states(home: Path) -> list[str]:
    """The states of the versions that had begun and not ended, when something is about to be killed."""
    connection = sqlite3.connect(f"{(home / 'madang.db').as_uri()}?mode=ro", uri=True)
    rows = connection.execute("SELECT state FROM compliance_verification WHERE state IN ('fetching', 'scanning')").fetchall()
    connection.close()
    return [state for (state,) in rows]


def survive(client: Client, kills: int) -> Counter[str]:
    """After so many kills at random moments nothing that was acknowledged is lost, half there, or there twice. What work was killed in."""
    hit: Counter[str] = Counter()
    seed = int(os.environ.get("KILL_SEED", random.randrange(1 << 30)))
    print(f"KILL_SEED={seed}")
    chance = random.Random(seed)
    for _ in range(kills):
        client.register(chance)
        client.register(chance)
        time.sleep(chance.uniform(0.0, chance.choice(MOMENTS)))
        hit.update(states(client.platform.home))
        kill_and_bring_back(client.platform, chance.choice(VICTIMS))
    client.settle()
    versions = client.ended()
    assert len(versions) == 2 * kills
    for address, version in versions.items():
        if version["state"] == "failed":
            assert version["failure"]["code"] == "interrupted", (address, version)
        else:
            assert (version["state"], version["counts"]["files"], version["license_expression"]) == ("verified", FILES, "MIT"), (
                address,
                version,
            )
    assert sum(version["state"] == "verified" for version in versions.values()) >= 0.9 * len(versions)
    by_ref: dict[tuple[str, str], set[str]] = {}
    for version in versions.values():
        source = version["source"]
        by_ref.setdefault((source["address"], source["ref"]), set()).add(version["content"])
    assert all(len(contents) == 1 for contents in by_ref.values()), "one state was fixed to two contents"
    check_ledger(client.platform.home, len(versions))
    client.platform.madang("ledger", "verify")
    print(f"versions under work at the kills: {dict(hit)}")
    return hit


@pytest.mark.needs("git")
def test_nothing_acknowledged_is_lost_by_three_kills(client: Client) -> None:
    survive(client, 3)


@pytest.mark.needs("git")
@pytest.mark.soak
def test_nothing_acknowledged_is_lost_by_fifty_kills(client: Client) -> None:
    hit = survive(client, 50)
    assert hit["fetching"] + hit["scanning"] >= 25
