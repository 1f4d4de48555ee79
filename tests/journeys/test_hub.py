# SPDX-License-Identifier: Apache-2.0
"""People push and pull with the clients that they have, against a platform as it is started."""

import base64
import contextlib
import hashlib
import http.client
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import hub_clients
import patience
from platforms import NoAnswer, Platform

pytestmark = pytest.mark.needs("hub-clients")
CARD = "---\nlicense: apache-2.0\nlanguage:\n- ko\n---\n# 말뭉치\n"
ROWS = "".join(f"가{number},{number}\n" for number in range(500))
REFUSALS = ["RepositoryNotFoundError", "RevisionNotFoundError", "EntryNotFoundError", "409", "409", "412", "401"]


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """A platform and its operator's token."""
    home = tmp_path_factory.mktemp("hub") / "home"
    home.mkdir()
    made = Platform(home)
    made.start()
    try:
        made.token = made.madang("token", "create", "--role", "operator", "--note", "clients").strip()
        yield made
    finally:
        made.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is pushed: a card, a table, and bytes that are no text."""
    made = tmp_path / "given"
    (made / "data").mkdir(parents=True)
    (made / "README.md").write_text(CARD, encoding="utf-8")
    (made / "data" / "train.csv").write_text(f"이름,값\n{ROWS}", encoding="utf-8")
    (made / "noise.dat").write_bytes(os.urandom(200_000))
    return made


def given(platform: Platform, home: Path) -> dict[str, str]:
    """What a client of this platform is started with."""
    return hub_clients.environment(home, f"http://127.0.0.1:{platform.port}", platform.token)


@pytest.mark.parametrize("version", hub_clients.VERSIONS)
def test_each_client_pushes_and_pulls_as_it_is(platform: Platform, tmp_path: Path, folder: Path, version: str) -> None:
    name = f"operator/by-{version}"
    told = hub_clients.told(version, "push_and_pull.py", [name, str(folder)], given(platform, tmp_path))
    assert told.pop("first")
    assert told == {
        "who": "operator", "address": f"http://127.0.0.1:{platform.port}/datasets/{name}", "again": True, "same": True,
        "snapshot": ["README.md", "data/train.csv", "noise.dat"], "whole": True, "branch": "on a branch", "refs": ["main", "dev/x", "v1"],
        "history": ["first", "initial commit"], "files": True, "glob": [f"datasets/{name}/data/train.csv"],
        "card": {"license": "apache-2.0", "language": ["ko"]}, "sizes": sum(path.stat().st_size for path in folder.rglob("*.*")),
        "paths": ["RepoFolder", "RepoFile"], "listed": [name], "refusals": REFUSALS, "moved": f"{name}-moved", "gone": False,
    }  # fmt: skip


@pytest.mark.parametrize("version", hub_clients.VERSIONS)
def test_a_large_file_that_was_changed_a_little_sends_little(platform: Platform, tmp_path: Path, version: str) -> None:
    name, size = f"operator/large-{version}", 8_000_000
    before = len(platform.log())
    told = hub_clients.told(version, "chunked.py", [name, str(tmp_path / "large.bin"), str(size)], given(platform, tmp_path))
    assert told == {"whole": True, "changed": True}
    if version != "hf-0.36":  # asks for LFS, and is given it
        assert '"/xet/v1/shards"' in platform.log()[before:]
        blocks = [path.stat().st_size for path in platform.home.glob("xorbs/*/*/*")]
        assert min(blocks) < 1_000_000 < size / 2 < max(blocks)


@pytest.mark.parametrize("version", hub_clients.VERSIONS)
def test_plain_lfs_is_taken_from_those_who_prefer_it(platform: Platform, tmp_path: Path, version: str) -> None:
    environ = {**given(platform, tmp_path), "HF_HUB_DISABLE_XET": "1"}
    before = len(platform.log())
    told = hub_clients.told(version, "chunked.py", [f"operator/lfs-{version}", str(tmp_path / "large.bin"), "3000000"], environ)
    assert told == {"whole": True, "changed": True}
    assert "/xet/" not in platform.log()[before:]


def test_the_command_line_uploads_and_downloads(platform: Platform, tmp_path: Path, folder: Path) -> None:
    environ = given(platform, tmp_path)
    assert "operator" in hub_clients.run("hf-2", ["hf", "auth", "whoami"], environ)
    said = hub_clients.run("hf-2", ["hf", "upload", "operator/by-hand", str(folder), "--repo-type", "dataset"], environ)
    assert f"http://127.0.0.1:{platform.port}/datasets/operator/by-hand/" in said
    hub_clients.run("hf-2", ["hf", "download", "operator/by-hand", "--repo-type", "dataset", "--local-dir", str(tmp_path / "got")], environ)
    for path in ("README.md", "data/train.csv", "noise.dat"):
        assert (tmp_path / "got" / path).read_bytes() == (folder / path).read_bytes()


def test_a_dataset_is_loaded_whole_and_as_a_stream_and_pushed(platform: Platform, tmp_path: Path, folder: Path) -> None:
    environ = given(platform, tmp_path)
    hub_clients.run("hf-2", ["hf", "upload", "operator/loaded", str(folder), "--repo-type", "dataset"], environ)
    told = hub_clients.told("hf-2", "load.py", ["operator/loaded"], environ)
    assert told == {
        "rows": 500,
        "columns": ["이름", "값"],
        "first": {"이름": "가0", "값": 0},
        "streamed": 500,
        "pushed": {"글": "나", "수": 2},
    }


class Sender(threading.Thread):
    """Sends large files and commits them one after the other, and notes which commits were acknowledged, until nobody answers."""

    def __init__(self, platform: Platform, name: str) -> None:
        super().__init__(daemon=True)
        self.platform, self.name_, self.acknowledged = platform, name, list[str]()

    def run(self) -> None:
        with contextlib.suppress(NoAnswer, OSError, http.client.HTTPException):
            while True:
                self.acknowledged.append(self._commit(os.urandom(300_000)))

    def _commit(self, data: bytes) -> str:
        sha256 = hashlib.sha256(data).hexdigest()
        asked = {"operation": "upload", "objects": [{"oid": sha256, "size": len(data)}]}
        _status, told = self.platform.call("POST", f"/datasets/{self.name_}.git/info/lfs/objects/batch", asked)
        href = urlsplit(told["objects"][0]["actions"]["upload"]["href"])
        self._send("PUT", f"{href.path}?{href.query}", data)
        small = base64.b64encode(data[:1000]).decode()
        lines = [
            {"key": "header", "value": {"summary": sha256}},
            {"key": "lfsFile", "value": {"path": f"large/{sha256}", "algo": "sha256", "oid": sha256}},
            {"key": "file", "value": {"path": f"small/{sha256}", "content": small, "encoding": "base64"}},
        ]
        body = "\n".join(json.dumps(line) for line in lines).encode()
        made: dict[str, str] = json.loads(self._send("POST", f"/api/datasets/{self.name_}/commit/main", body))
        return made["commitOid"]

    def _send(self, method: str, path: str, body: bytes) -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", self.platform.port, timeout=patience.SECONDS)
        try:
            connection.request(method, path, body, {"Authorization": f"Bearer {self.platform.token}"} if method == "POST" else {})
            answer = connection.getresponse()
            read = answer.read()
            assert answer.status == 200, read
            return read
        finally:
            connection.close()


def test_no_acknowledged_commit_is_lost_when_all_is_killed(platform: Platform) -> None:
    status, _told = platform.call("POST", "/api/repos/create", {"name": "killed", "type": "dataset"})
    assert status == 200
    sender = Sender(platform, "operator/killed")
    sender.start()
    patience.wait_until(lambda: len(sender.acknowledged) >= 3 or not sender.is_alive())
    assert platform.kill()
    platform.killed()
    sender.join(patience.SECONDS)
    assert len(sender.acknowledged) >= 3
    platform.start()
    platform.wait_until_ready()
    _status, commits = platform.call("GET", "/api/datasets/operator/killed/commits/main?limit=1000")
    assert set(sender.acknowledged) <= {commit["id"] for commit in commits}
    assert json.loads(platform.madang("hub", "fsck", "--bytes", "--json"))["faults"] == []


@pytest.mark.parametrize("version", hub_clients.VERSIONS)
def test_a_client_knows_a_gate_and_passes_it_once_access_is_granted(platform: Platform, tmp_path: Path, version: str) -> None:
    name = f"wanting-{version.replace('.', '-')}"
    platform.madang("user", "create", name, "--role", "reader")
    token = platform.madang("token", "create", "--as", name, "--role", "reader", "--note", "clients").strip()
    environ = {**given(platform, tmp_path), "HF_TOKEN": token}
    told = hub_clients.told(version, "gated.py", [f"operator/gated-{version}", platform.token], environ)
    assert told == {
        "gated": "manual", "card": "# card\n",
        "before": ["GatedRepoError 403", "GatedRepoError 401", "GatedRepoError 403", "GatedRepoError 403"], "accepted": True,
        "after": "n\n1\n", "snapshot": ["README.md", "a.csv"], "withdrawn": "GatedRepoError 403", "rejected": ["rejected"],
    }  # fmt: skip
