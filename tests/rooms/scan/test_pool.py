# SPDX-License-Identifier: Apache-2.0
"""The pool's promises, kept by real processes: nothing here pretends to hang, die or grow."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import patience
from madang import scan
from madang.scan.pool import Answer, Line, PoolClosed, PoolFailed
from madang.scan.process import ServerProcess
from rooms.scan.conftest import HEADER

Grow = Callable[..., Path]
LOOKS = ["info", "packages", "copyrights", "licenses"]
MUCH = 1_500_000_000


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file that keeps the matcher busy for long: legal words in no order."""
    words = ["license", "copyright", "warranty", "redistribution", "conditions", "notice", "permission", "granted", "liability", "terms"]
    chance = random.Random(1)
    path = tmp_path_factory.mktemp("slow") / "slow.txt"
    path.write_text("\n".join(" ".join(chance.choice(words) for _word in range(12)) for _line in range(60_000)))
    return path


def put(line: Line, path: Path, *, key: object = None, seconds: float = 60, memory: int = MUCH, parts: list[str] | None = None) -> None:
    line.put(key or path.name, {"do": "look", "path": str(path), "parts": parts or LOOKS}, seconds=seconds, memory=memory)


def take(line: Line) -> Answer:
    until = time.monotonic() + patience.SECONDS
    while time.monotonic() < until:
        answer = line.get(timeout=0.5)
        if answer is not None:
            return answer
    raise AssertionError("no answer came")


def expression(answer: Answer) -> object:
    return answer.found["licenses"]["detected_license_expression_spdx"]


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def gone(pid: int) -> bool:
    until = time.monotonic() + patience.SECONDS
    while time.monotonic() < until:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.05)
    return False


def test_findings_come_back_under_their_key(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"a.py": HEADER})
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, root / "a.py", key=("any", 1))
        answer = take(line)
    assert (answer.key, answer.reason) == (("any", 1), None)
    assert expression(answer) == "BSD-3-Clause"
    assert answer.found["info"]["programming_language"] == "Python"
    assert answer.found["copyrights"]["holders"][0]["holder"] == "Example Research Institute"
    assert answer.found["packages"] == {"package_data": []}


def test_a_thorough_look_finds_the_same_with_scancodes_own_index(pool: scan.Pool, grow: Grow) -> None:
    root = grow({"a.py": HEADER, "b.py": HEADER})
    look = {"do": "look", "path": str(root / "a.py"), "parts": LOOKS}
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        for number, thorough in enumerate([False, True, False, True]):
            line.put(number, {**look, "thorough": thorough}, seconds=60, memory=MUCH)
        answers = [take(line) for _number in range(4)]
    assert [answer.reason for answer in answers] == [None] * 4
    assert all(answer.found == answers[0].found for answer in answers)


def test_a_file_that_is_not_there_is_told(pool: scan.Pool, tmp_path: Path) -> None:
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, tmp_path / "missing")
        answer = take(line)
    assert answer.reason == "unreadable"
    assert "No such file" in answer.detail


def test_a_file_over_its_deadline_loses_itself_only(pool: scan.Pool, grow: Grow, slow: Path) -> None:
    root = grow({"a.py": HEADER})
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow, seconds=1.5)
        for number in range(3):
            put(line, root / "a.py", key=f"good {number}")
        answers = {answer.key: answer for answer in (take(line) for _number in range(4))}
    assert answers["slow.txt"].reason == "deadline"
    assert "info" in answers["slow.txt"].found
    assert "licenses" not in answers["slow.txt"].found
    assert all(expression(answers[f"good {number}"]) == "BSD-3-Clause" for number in range(3))


def test_a_file_over_its_memory_loses_itself_only(pool: scan.Pool, grow: Grow, slow: Path) -> None:
    root = grow({"a.py": HEADER})
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow, memory=20_000_000, parts=["licenses"])
        first = take(line)
        put(line, root / "a.py")
        second = take(line)
    assert first.reason in ("memory", "died")
    assert second.reason is None


def test_a_worker_that_dies_loses_one_file_and_names_the_signal(pool: scan.Pool, grow: Grow, slow: Path) -> None:
    root = grow({"a.py": HEADER})
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        put(line, root / "a.py")
        assert take(line).key == "a.py"
        assert pool.server_pid
        busy = [pid for pid in children(pool.server_pid) if "R" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]]
        for pid in busy:
            os.kill(pid, signal.SIGSEGV)
        answer = take(line)
        assert (answer.key, answer.reason, answer.detail) == ("slow.txt", "died", "SIGSEGV")
        put(line, root / "a.py")
        assert take(line).reason is None


def test_a_server_that_is_killed_is_started_again_and_nothing_is_lost(grow: Grow) -> None:
    root = grow({f"{number}.py": f"{HEADER}# {number}\n" * 20 for number in range(12)})
    with scan.Pool(scan.Limits(workers=2)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        for path in sorted(root.iterdir()):
            put(line, path)
        first = take(line)
        killed = pool.server_pid
        assert killed
        workers = children(killed)
        os.kill(killed, signal.SIGKILL)
        answers = [first, *(take(line) for _number in range(11))]
        assert {answer.key for answer in answers} == {path.name for path in root.iterdir()}
        assert all(expression(answer) == "BSD-3-Clause" for answer in answers)
        assert pool.server_pid != killed
        assert all(gone(pid) for pid in workers)


def test_a_task_that_was_in_hand_of_two_dead_servers_is_given_up(slow: Path) -> None:
    with scan.Pool(scan.Limits(workers=1)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        for _time in range(2):
            while not (pool.server_pid and pool._flying):
                time.sleep(0.05)
            os.kill(pool.server_pid, signal.SIGKILL)
            killed = pool.server_pid
            while pool.server_pid == killed:
                time.sleep(0.05)
        answer = take(line)
    assert (answer.reason, answer.detail) == ("died", "the scan server ended twice")


CALLER = """
import sys, time
from pathlib import Path
from madang import scan
pool = scan.Pool(scan.Limits(workers=2))
line = pool.open_line(scan.Priority.FOREGROUND)
for number in range(4):
    line.put(number, {"do": "look", "path": sys.argv[1], "parts": ["licenses"]}, seconds=600, memory=1500000000)
while not pool._flying:
    time.sleep(0.05)
print(pool.server_pid, pool._server.folder, flush=True)
time.sleep(600)
"""


def test_a_caller_that_is_killed_leaves_no_process_and_no_folder(slow: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", CALLER, str(slow)], stdout=subprocess.PIPE, text=True) as caller:
        assert caller.stdout is not None
        pid, folder = caller.stdout.readline().split()
        workers = children(int(pid))
        assert len(workers) == 2
        caller.kill()
    assert gone(int(pid))
    assert all(gone(worker) for worker in workers)
    assert not Path(folder).exists()


def test_background_work_waits_while_foreground_has_any(pool: scan.Pool, grow: Grow) -> None:
    root = grow({f"{number}.py": f"{HEADER}# {number}\n" * 40 for number in range(8)})
    order: list[str] = []
    with pool.open_line(scan.Priority.BACKGROUND) as back, pool.open_line(scan.Priority.FOREGROUND) as front:
        for path in sorted(root.iterdir()):
            put(front, path, key=f"front {path.name}")
        for path in sorted(root.iterdir()):
            put(back, path, key=f"back {path.name}")
        while len(order) < 16:
            for line in (front, back):
                while (answer := line.get(timeout=0.01)) is not None:
                    order.append(str(answer.key))
    assert all(name.startswith("front") for name in order[:8])
    assert all(name.startswith("back") for name in order[8:])


def test_a_line_that_is_closed_gives_its_workers_back(pool: scan.Pool, grow: Grow, slow: Path) -> None:
    root = grow({"a.py": HEADER})
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        for number in range(4):
            put(line, slow, key=number)
        while not pool._flying:
            time.sleep(0.05)
    with pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, root / "a.py")
        assert take(line).reason is None


def test_an_idle_pool_ends_its_server_and_starts_again_without_modules_of_the_current_folder(
    grow: Grow, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = grow({"licensedcode.py": "raise SystemExit('caught')", "json.py": "raise SystemExit('caught')", "a.py": HEADER})
    monkeypatch.chdir(root)
    with scan.Pool(scan.Limits(workers=1, idle_seconds=0.5)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, root / "a.py")
        assert take(line).reason is None
        first = pool.server_pid
        assert first
        assert gone(first)
        put(line, root / "a.py")
        assert take(line).reason is None
        assert pool.server_pid != first


def test_a_closed_pool_refuses_and_tells_who_waits(slow: Path) -> None:
    pool = scan.Pool(scan.Limits(workers=1))
    line = pool.open_line(scan.Priority.FOREGROUND)
    put(line, slow)
    pool.close()
    pool.close()
    with pytest.raises(PoolClosed):
        take(line)
    with pytest.raises(PoolClosed):
        put(line, slow)
    with pytest.raises(PoolClosed):
        pool.open_line(scan.Priority.FOREGROUND)
    assert pool.server_pid is None


def test_a_server_that_cannot_start_is_told_with_its_last_words(monkeypatch: pytest.MonkeyPatch, slow: Path) -> None:
    monkeypatch.setattr("madang.scan.process._PROGRAM", "madang.scan.no_such_program")
    with scan.Pool(scan.Limits(workers=1)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        with pytest.raises(PoolFailed, match="no_such_program") as caught:
            take(line)
        assert str(Path(sys.executable).parent) not in str(caught.value)


def test_a_python_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, slow: Path) -> None:
    monkeypatch.setattr(sys, "executable", "/no/such/python")
    with scan.Pool(scan.Limits(workers=1)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        with pytest.raises(PoolFailed, match="No such file") as caught:
            take(line)
        assert "/no/such" not in str(caught.value)


def test_a_server_that_is_not_ready_in_time_is_given_up(slow: Path) -> None:
    with scan.Pool(scan.Limits(workers=1, start_seconds=0.1)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        with pytest.raises(PoolFailed, match="start_seconds"):
            take(line)
        assert pool.server_pid is None


def test_a_fault_of_the_pool_itself_leaves_nobody_waiting(monkeypatch: pytest.MonkeyPatch, slow: Path) -> None:
    def broken(_pool: scan.Pool) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(scan.Pool, "_send", broken)
    monkeypatch.setattr("threading.excepthook", lambda _arguments: None)
    with scan.Pool(scan.Limits(workers=1)) as pool, pool.open_line(scan.Priority.FOREGROUND) as line:
        put(line, slow)
        with pytest.raises(PoolFailed, match="fault"):
            take(line)
        for thread in threading.enumerate():
            if thread.name == "scan-pool":
                thread.join(patience.SECONDS)  # its fault is told to the hook above before that is taken away


def test_the_server_sees_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MADANG_SECRET", "secret")
    server = ServerProcess(workers=1)
    try:
        assert b"MADANG_SECRET" not in Path(f"/proc/{server.pid}/environ").read_bytes()
    finally:
        server.stop()
    assert not server.folder.exists()
