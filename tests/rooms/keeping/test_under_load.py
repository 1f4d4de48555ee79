# SPDX-License-Identifier: Apache-2.0
"""A platform works, people write, backups are made all the while: each restores to one whole moment, and runs.

The short form runs with the tests, on SQLite; ``make soak`` makes more backups, on either database, over a ledger that grows by thousands
of lines.
"""

import http.client
import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

import databases
import patience
from builders import archive
from platforms import Platform

WRITERS = 2


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform that is up. What is written waits to be looked at, and more may wait than one account usually has."""
    made = Platform(tmp_path / "home", {**databases.environment(tmp_path, kept=True), "MADANG_MAX_WAITING": "100000"})
    made.start()
    try:
        made.token = made.madang("token", "create", "--role", "operator", "--note", "test").strip()
        yield made
    finally:
        made.stop()


def upload(platform: Platform, path: str, source: bytes) -> int:
    """The status that an archive is answered with."""
    form = b'--x\r\nContent-Disposition: form-data; name="file"; filename="s.tar.gz"\r\n\r\n' + source + b"\r\n--x--\r\n"
    headers = {"Authorization": f"Bearer {platform.token}", "Content-Type": "multipart/form-data; boundary=x"}
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=patience.SECONDS)
    try:
        connection.request("POST", path, form, headers)
        return connection.getresponse().status
    finally:
        connection.close()


def write(platform: Platform, writer: int, ended: threading.Event, done: list[str]) -> None:
    """Register things, each with a version, until told to end. What was acknowledged is written down."""
    number = 0
    while not ended.is_set():
        number += 1
        name = f"busy-{writer}-{number}"
        body = {"kind": "software", "namespace": "operator", "name": name, "exposure": "private"}
        assert platform.call("POST", "/api/v1/assets", body)[0] == 201
        assert upload(platform, f"/api/v1/assets/software/operator/{name}/versions", archive({"a.txt": name})) == 202
        done.append(name)


@pytest.mark.parametrize("backups", [pytest.param(1, marks=pytest.mark.sqlite), pytest.param(8, marks=pytest.mark.soak)])
def test_a_backup_of_a_busy_platform_restores_to_one_moment(platform: Platform, tmp_path: Path, backups: int) -> None:
    ended, done = threading.Event(), list[str]()
    writers = [threading.Thread(target=write, args=(platform, number, ended, done)) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    before: list[int] = []
    try:
        for number in range(backups):
            until = len(done) + 5
            patience.wait_until(lambda until=until: len(done) >= until or not all(writer.is_alive() for writer in writers))  # type: ignore[misc]
            assert all(writer.is_alive() for writer in writers)
            before.append(len(done))
            platform.madang("backup", str(tmp_path / f"{number}.tar.zst"), "--key", str(tmp_path / "key"))
    finally:
        ended.set()
        for writer in writers:
            writer.join()
    for number in range(backups):
        restored = Platform(tmp_path / f"restored-{number}", databases.environment(tmp_path, kept=True))
        said = restored.madang("restore", str(tmp_path / f"{number}.tar.zst"), "--key", str(tmp_path / "key"), "--keep-tokens")
        assert "every hash was compared" in said
        assert "and is whole" in said
        assets = re.search(r"([\d,]+) catalog_asset\n", said)
        assert assets is not None
        assert before[number] <= int(assets[1].replace(",", "")) <= len(done)
        assert "whole" in restored.madang("ledger", "verify")
        if number == backups - 1:
            starts(restored, platform.token, done[before[number] - WRITERS])


def starts(restored: Platform, token: str, name: str) -> None:
    """The restored platform runs, and knows the old token and what was acknowledged before the backup."""
    restored.start()
    try:
        restored.token = token
        status, answer = restored.call("GET", f"/api/v1/assets/software/operator/{name}")
        assert (status, answer["name"]) == (200, name)
    finally:
        restored.stop()
