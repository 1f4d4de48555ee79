# SPDX-License-Identifier: Apache-2.0
"""One command brings two processes up, keeps them, and takes them with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import patience
import ports
from madang import settings, supervisor

UP = Path(__file__).with_name("up.py")
Up = Callable[[], "subprocess.Popen[str]"]


@pytest.fixture
def port() -> int:
    return ports.free()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def up(home: Path, port: int) -> Iterator[Up]:
    running: list[subprocess.Popen[str]] = []

    def begin() -> "subprocess.Popen[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MADANG_")}
        command = [sys.executable, str(UP), str(home), str(port)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment))
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.communicate()


def pids(home: Path, name: str) -> list[int]:
    path = home / f"{name}.pids"
    return [int(line) for line in path.read_text(encoding="ascii").split()] if path.exists() else []


def is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


def ready(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_comes_up_says_so_and_ends_with_everything(up: Up, home: Path, port: int, number: signal.Signals) -> None:
    process = up()
    assert ready(process) == f"ready http://127.0.0.1:{port} s3cret"
    patience.wait_until(lambda: len(pids(home, "jobs")) == 1)
    assert home.stat().st_mode & 0o777 == 0o700
    process.send_signal(number)
    assert process.wait(patience.SECONDS) == 0
    assert not any(is_alive(pid) for name in ("web", "jobs") for pid in pids(home, name))


@pytest.mark.parametrize("name", ["web", "jobs"])
def test_a_process_that_ends_is_started_again(up: Up, home: Path, name: str) -> None:
    process = up()
    ready(process)
    patience.wait_until(lambda: len(pids(home, name)) == 1)
    os.kill(pids(home, name)[0], signal.SIGKILL)
    patience.wait_until(lambda: len(pids(home, name)) == 2)
    assert process.poll() is None


def test_children_of_a_killed_supervisor_die_too(up: Up, home: Path) -> None:
    process = up()
    ready(process)
    patience.wait_until(lambda: len(pids(home, "jobs")) == 1)
    process.kill()
    patience.wait_until(lambda: not any(is_alive(pid) for name in ("web", "jobs") for pid in pids(home, name)))
    again = up()
    assert ready(again).startswith("ready")


def test_a_process_that_does_not_hear_is_killed(up: Up, home: Path) -> None:
    home.mkdir()
    (home / "deaf").touch()
    process = up()
    ready(process)
    patience.wait_until(lambda: len(pids(home, "jobs")) == 1)
    process.terminate()
    assert process.wait(patience.SECONDS) == 0
    assert not is_alive(pids(home, "jobs")[0])


def test_a_web_process_that_cannot_start_is_not_tried_for_ever(up: Up, home: Path) -> None:
    home.mkdir()
    (home / "web.fails").touch()
    process = up()
    _out, errors = process.communicate(timeout=patience.SECONDS)
    assert "NotReady" in errors
    assert len(pids(home, "web")) == 4


def test_a_second_one_on_the_same_folder_is_refused(up: Up, home: Path) -> None:
    first = up()
    ready(first)
    with pytest.raises(supervisor.AlreadyUp, match=f"process {first.pid}"), supervisor.locked(home / "up.lock"):
        pass


def test_where_it_listens_is_told_as_long_as_it_is_up(up: Up, home: Path, port: int) -> None:
    home.mkdir(mode=0o700)
    (home / supervisor.RUNNING).write_text("what a killed one left behind")
    process = up()
    ready(process)
    assert supervisor.running(home) == supervisor.Running("127.0.0.1", port, f"http://127.0.0.1:{port}")
    assert (supervisor.was_up(home), supervisor.is_up(home)) == (True, True)
    assert (home / supervisor.RUNNING).stat().st_mode & 0o777 == 0o600
    process.terminate()
    assert process.wait(patience.SECONDS) == 0
    assert supervisor.running(home) is None
    assert not (home / supervisor.RUNNING).exists()
    assert not supervisor.is_up(home)


def test_a_home_that_is_not_there_was_never_up(tmp_path: Path) -> None:
    assert not supervisor.was_up(tmp_path / "home")
    assert not supervisor.is_up(tmp_path / "home")
    with supervisor.locked(tmp_path / supervisor.LOCK):
        assert supervisor.was_up(tmp_path)
    assert not supervisor.was_up(tmp_path)


def test_a_lock_is_waited_for(tmp_path: Path) -> None:
    program = "import fcntl, sys, time; f = open(sys.argv[1], 'a+'); fcntl.flock(f, 2); print('held', flush=True); time.sleep(0.5)"
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "lock")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with supervisor.locked(tmp_path / "lock", wait=patience.SECONDS):
            assert (tmp_path / "lock").read_text(encoding="ascii") == str(os.getpid())


def test_a_taken_port_is_told_with_a_free_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(supervisor.PortTaken) as refused:
            supervisor.check_port("127.0.0.1", port)
    assert f"Port {port} of 127.0.0.1 is taken" in str(refused.value)
    assert "make run ARGS=" in str(refused.value)
    supervisor.check_port("127.0.0.1", int(str(refused.value).rpartition(" ")[2].rstrip(")")))


@pytest.mark.parametrize("host", ["192.0.2.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_told(host: str) -> None:
    with pytest.raises(supervisor.BadHost, match=host):
        supervisor.check_port(host, 8000)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(supervisor.HomeUnusable, match="Not a directory"):
        supervisor.make_home(tmp_path / "file" / "home")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(supervisor.HomeUnusable, match="Permission denied"):
        supervisor.make_home(tmp_path)


def test_a_folder_that_others_may_read_is_closed(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir(mode=0o755)
    supervisor.make_home(tmp_path / "home")
    assert (tmp_path / "home").stat().st_mode & 0o777 == 0o700


def test_nobody_answers_where_nothing_listens(port: int) -> None:
    assert not supervisor.is_ready(settings.read({}, port=port))


def test_the_main_thread_waits_for_the_end() -> None:
    program = "from madang import supervisor; print('waits', flush=True); supervisor.wait_for_end(); print('ends')"
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "waits\n"
        time.sleep(0.2)
        process.terminate()
        assert process.stdout.readline() == "ends\n"
        assert process.wait(patience.SECONDS) == 0
