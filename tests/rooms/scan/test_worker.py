# SPDX-License-Identifier: Apache-2.0
"""A worker's and the server's parts one by one, in this process, with the scanners replaced where the point is what they do wrong."""

import json
import os
import resource
import socket
import subprocess
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import patience
from madang.scan.frames import END, FORGET, PART, READY, TASK, Inbox, pack

with warnings.catch_warnings():
    # The engine's libraries warn of each other when they are imported.
    warnings.simplefilter("ignore")
    from madang.scan import detection, forked, server, worker

# The server runs on one thread; this process need not.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")

Wires = tuple[socket.socket, socket.socket]
Serving = tuple[socket.socket, server.Server]


@pytest.fixture
def wires() -> Iterator[Wires]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(patience.SECONDS)
        yield ours, theirs


def heard(wire: socket.socket) -> list[tuple[bytes, dict[str, Any]]]:
    """All frames up to and with the next END."""
    inbox = Inbox()
    frames: list[tuple[bytes, dict[str, Any]]] = []
    while not frames or frames[-1][0] != END:
        frames += [(kind, json.loads(body)) for kind, body in inbox.feed(wire.recv(1 << 16))]
    return frames


def answer(wires: Wires, path: Path) -> tuple[bool, list[tuple[bytes, dict[str, Any]]]]:
    goes_on = worker._answer(wires[1], {"id": 7, "do": "look", "path": str(path), "parts": ["info", "packages"]})
    return goes_on, heard(wires[0])


def test_each_part_is_told_as_it_is_found(wires: Wires, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detection, "PARTS", {"packages": lambda _location: {"a": 1}, "other": lambda _location: {}, "info": len_of})
    goes_on, frames = answer(wires, tmp_path)
    assert goes_on
    assert [(kind, value.get("part"), value.get("value")) for kind, value in frames] == [
        (PART, "packages", {"a": 1}),
        (PART, "info", {"length": len(str(tmp_path))}),
        (END, None, None),
    ]


def len_of(location: str) -> dict[str, int]:
    return {"length": len(location)}


def raising(error: BaseException) -> Callable[[str], dict[str, Any]]:
    def scanner(_location: str) -> dict[str, Any]:
        raise error

    return scanner


def test_a_scanner_that_raises_costs_its_own_part_only(wires: Wires, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detection, "PARTS", {"packages": raising(ValueError("odd file")), "info": len_of})
    goes_on, frames = answer(wires, tmp_path)
    assert goes_on
    assert frames[0][1]["part"] == "info"
    assert frames[1][1]["reason"] == "engine"
    assert "odd file" in frames[1][1]["detail"]
    assert frames[1][1]["detail"].startswith("packages: ")


def test_a_worker_that_ran_out_of_memory_says_so_and_ends(wires: Wires, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detection, "PARTS", {"info": raising(MemoryError())})
    goes_on, frames = answer(wires, tmp_path)
    assert not goes_on
    assert frames == [(END, {"id": 7, "reason": "memory"})]


def test_a_file_that_cannot_be_read_is_told(wires: Wires, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detection, "PARTS", {"info": raising(OSError(5, "Input/output error"))})
    goes_on, frames = answer(wires, tmp_path)
    assert goes_on
    assert frames == [(END, {"id": 7, "reason": "unreadable", "detail": "Input/output error"})]


def test_a_worker_whose_server_is_gone_ends(wires: Wires, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(detection, "PARTS", {"info": len_of})
    wires[0].close()
    assert not worker._answer(wires[1], {"id": 7, "do": "look", "path": str(tmp_path), "parts": ["info"]})


def test_the_memory_bound_is_kept_by_the_system() -> None:
    pid = os.fork()
    if pid == 0:
        try:
            forked.quiet()
            worker._bound_memory(worker._address_space() + 50_000_000)
            try:
                # More than the heap of a whole run's process may have free; nothing of it is touched.
                bytearray(3_000_000_000)
            except MemoryError:
                worker._bound_memory(resource.RLIM_INFINITY)
                os._exit(42)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 42


def test_what_hangs_is_given_up_and_what_waits_its_turn_is_not() -> None:
    """A sleeping process has had no processor time."""
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        try:
            ours, theirs = socket.socketpair()
            with ours, theirs:
                busy = server.Worker(sleeper.pid, ours, task={"seconds": 2}, began_at=100.0)
                assert server._cpu_left(busy, 102.0) == pytest.approx(2, abs=0.2)
                assert server._cpu_left(busy, 121.0) == 0
                busy.cpu_before = -2.5
                assert server._cpu_left(busy, 102.0) == 0
                busy.task = None
                assert server._cpu_left(busy, 102.0) == 0
        finally:
            sleeper.kill()


def test_without_proc_the_clock_counts() -> None:
    assert server._cpu_seconds(-1) == pytest.approx(time.monotonic(), abs=60)


@pytest.fixture
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    """A server in this process, whose workers answer without any engine: quickly, or never when the path says so."""

    def looks(location: str, _parts: list[str], *, thorough: bool = False) -> Iterator[tuple[str, Any, str]]:
        if location.endswith("hang"):
            time.sleep(600)
        if location.endswith("exit"):
            os._exit(3)
        yield "info", {"path": location}, ""

    monkeypatch.setattr(worker, "looks", looks)
    ours, theirs = socket.socketpair()
    ours.settimeout(patience.SECONDS)
    with ours, theirs:
        served = server.Server(theirs, workers=2)
        for _number in range(2):
            served._fork()
        yield ours, served
        served.end()
        assert served._workers == []


def task(number: int, path: Path, seconds: float = 60) -> bytes:
    path.touch()
    message = {"id": number, "do": "look", "path": str(path), "parts": ["info"], "seconds": seconds, "memory": 1 << 30}
    return pack(TASK, message)


def ends(wire: socket.socket, served: server.Server, count: int) -> dict[int, dict[str, Any]]:
    """Let the server turn until it has told so many ends."""
    inbox = Inbox()
    found: dict[int, dict[str, Any]] = {}
    wire.setblocking(False)
    until = time.monotonic() + patience.SECONDS
    while len(found) < count and time.monotonic() < until:
        assert served._turn()
        try:
            for kind, body in inbox.feed(wire.recv(1 << 16)):
                if kind == END:
                    found[json.loads(body)["id"]] = json.loads(body)
        except BlockingIOError:
            continue
    return found


def test_the_server_hands_out_and_hangs_and_exits_lose_themselves_only(serving: Serving, tmp_path: Path) -> None:
    wire, served = serving
    wire.sendall(task(1, tmp_path / "hang", seconds=0.05) + task(2, tmp_path / "exit"))
    wire.sendall(task(3, tmp_path / "a") + task(4, tmp_path / "b"))
    found = ends(wire, served, 4)
    assert {number: found[number].get("reason") for number in sorted(found)} == {1: "deadline", 2: "died", 3: None, 4: None}
    assert found[2]["detail"] == "exit status 3"
    assert len(served._workers) == 2


def test_a_forgotten_task_frees_its_worker(serving: Serving, tmp_path: Path) -> None:
    wire, served = serving
    wire.sendall(task(1, tmp_path / "hang") + task(2, tmp_path / "x.hang") + task(3, tmp_path / "y.hang"))
    served._turn()
    first = [each.pid for each in served._workers]
    wire.sendall(b"".join(pack(FORGET, {"id": number}) for number in (1, 2, 3)) + task(4, tmp_path / "a"))
    assert list(ends(wire, served, 1)) == [4]
    assert not set(first) & {each.pid for each in served._workers}


def test_a_worker_is_replaced_after_many_files(serving: Serving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_TASKS_A_WORKER", 1)
    wire, served = serving
    first = {each.pid for each in served._workers}
    wire.sendall(task(1, tmp_path / "a") + task(2, tmp_path / "b"))
    ends(wire, served, 2)
    assert not first & {each.pid for each in served._workers}


def test_the_server_ends_when_its_caller_goes_and_leaves_no_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(server, "load", lambda _indexes: ["*/setup.py"])
    monkeypatch.setattr("gc.freeze", lambda: None)
    folder = tmp_path / "folder"
    folder.mkdir()
    ours, theirs = socket.socketpair()
    with ours:
        ours.sendall(b"")
        ours.shutdown(socket.SHUT_WR)
        assert server.main([str(theirs.detach()), "1", str(folder), ""]) == 0
        ((kind, body),) = Inbox().feed(ours.recv(1 << 16))
    assert (kind, json.loads(body)["patterns"]) == (READY, ["*/setup.py"])
    assert not folder.exists()
