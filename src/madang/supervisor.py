# SPDX-License-Identifier: Apache-2.0
"""``madang up``: one folder, one lock, a web process and a jobs process that live as long as this one does."""

import contextlib
import ctypes
import errno
import fcntl
import http.client
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from madang.kit import Conflict, Invalid, Unavailable, _
from madang.settings import PREFIX, Settings

log = logging.getLogger("madang.supervisor")
STOP_SECONDS = 8.0
READY_SECONDS = 180.0
STEADY_SECONDS = 60.0
LONGEST_PAUSE = 30.0
FIRST_FAILURES = 3
PR_SET_PDEATHSIG = 1
LOCK = "up.lock"
JOBS_LOCK = "jobs.lock"
RUNNING = "running.json"
PATIENCE_SECONDS = 2.0  # whoever only looks whether the lock is held has it for a moment


class AlreadyUp(Conflict):
    """Another Madang works on the same folder."""

    code = "already-up"
    message = _("Another Madang works in %(home)s (process %(pid)s). Stop it first, or choose another folder with --home.")


class PortTaken(Conflict):
    """Something else listens where Madang should."""

    code = "port-taken"
    message = _(
        'Port %(port)s of %(host)s is taken by another program. Choose another one, for example: make run ARGS="--port %(free)s" (without '
        "make: madang up --port %(free)s)"
    )


class BadHost(Invalid):
    """The address to listen on is not this machine's."""

    code = "bad-host"
    message = _(
        "%(host)s is no address of this machine, so nothing can listen there. Choose another with --host; 127.0.0.1 is this machine."
    )


class HomeUnusable(Unavailable):
    """The folder cannot be made or written."""

    code = "home-unusable"
    message = _("%(home)s cannot be used: %(reason)s. Choose a folder that you may write with --home.")


class NotReady(Unavailable):
    """The web process does not come up."""

    code = "not-ready"
    message = _("Madang did not come up. The lines above say why; `madang doctor` looks at this machine.")


@dataclass(frozen=True, slots=True)
class Running:
    """Where a platform that is up listens, and the address that it printed."""

    host: str
    port: int
    url: str


@dataclass(slots=True)
class Child:
    """A process that is started again whenever it ends, ever later when it ends at once."""

    name: str
    program: Sequence[str]
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None
    failures: int = 0
    started_at: float = 0.0
    due_at: float = field(default=0.0)

    def keep(self, moment: float) -> None:
        """The process runs, or it is known when it is started again."""
        if self.process is not None:
            code = self.process.poll()
            if code is None:
                return
            self.failures = 1 if moment - self.started_at >= STEADY_SECONDS else self.failures + 1
            pause = min(LONGEST_PAUSE, 0.25 * 2**self.failures)
            log.warning("child.ended", extra={"child": self.name, "code": code, "again_in": pause})
            self.process, self.due_at = None, moment + pause
        if moment >= self.due_at:
            command = [*self.program, self.name, "--parent", str(os.getpid())]
            self.process = subprocess.Popen(command, env=self.environment, stdin=subprocess.DEVNULL, process_group=0)
            self.started_at = moment

    def signal(self, number: int) -> None:
        """The process has got the signal, if there still is one."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(number)


def up(
    settings: Settings,
    *,
    prepare: Callable[[Settings], str | None],
    say: Callable[[Settings, str | None], None],
    program: Sequence[str] = (sys.executable, "-m", "madang"),
) -> int:
    """The platform is up until SIGINT or SIGTERM; then everything has ended. Gives the exit code.

    ``prepare`` makes the rows ready and gives a one-time link's secret, if one is due; ``say`` tells the operator that all is ready.
    """
    make_home(settings.home)
    with locked(settings.home / LOCK, wait=PATIENCE_SECONDS), _woken() as wake:
        (settings.home / RUNNING).unlink(missing_ok=True)
        check_port(settings.host, settings.port)
        secret = prepare(settings)
        children = [Child(name, program, environment(settings)) for name in [*["web"] * settings.web_processes, "jobs", "engines"]]
        try:
            _bring_up(settings, children, wake)
            _tell_commands(settings)
            say(settings, secret)
            while not wake(1.0):
                _keep(children)
        finally:
            (settings.home / RUNNING).unlink(missing_ok=True)
            _end(children)
    return 0


def was_up(home: Path) -> bool:
    """Whether a platform ever came up in this home. One that was refused, for a port that is taken, did not."""
    return os.access(home / JOBS_LOCK, os.F_OK) or is_up(home)


def is_up(home: Path) -> bool:
    """Whether a platform works in this home now."""
    try:
        with (home / LOCK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def running(home: Path) -> Running | None:
    """Where the platform of this home listens. None when none is up, or not yet ready; what a killed one left behind does not count."""
    if not is_up(home):
        return None
    try:
        told = json.loads((home / RUNNING).read_text(encoding="utf-8"))
        return Running(str(told["host"]), int(told["port"]), str(told["url"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _tell_commands(settings: Settings) -> None:
    """Commands beside this platform can read where it listens; only its owner can."""
    fresh = settings.home / f".{RUNNING}"
    fresh.touch(mode=0o600)
    fresh.write_text(json.dumps({"host": settings.host, "port": settings.port, "url": settings.url}), encoding="utf-8")
    fresh.replace(settings.home / RUNNING)


def environment(settings: Settings) -> dict[str, str]:
    """What a process of the platform is started with: our environment, with these settings and no others."""
    return {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)} | settings.environment()


def make_home(home: Path) -> None:
    """The folder is there and only its owner may look into it; ``HomeUnusable`` otherwise."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        if home.stat().st_mode & 0o077:
            home.chmod(0o700)
    except OSError as error:
        raise HomeUnusable(home=home, reason=error.strerror or error) from error
    if not os.access(home, os.R_OK | os.W_OK | os.X_OK):
        raise HomeUnusable(home=home, reason=os.strerror(errno.EACCES))


@contextlib.contextmanager
def locked(path: Path, *, wait: float = 0.0) -> Iterator[None]:
    """Within the block no other process holds this lock; ``AlreadyUp`` when one does for longer than ``wait`` seconds.

    The system gives the lock back when the process ends, however it ends, so nothing stale is ever left.
    """
    until = time.monotonic() + wait
    with path.open("a+", encoding="ascii") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() >= until:
                    raise AlreadyUp(home=path.parent, pid=path.read_text(encoding="ascii").strip() or "?") from None
                time.sleep(0.1)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def check_port(host: str, port: int) -> None:
    """Something of ours can listen there; ``PortTaken`` or ``BadHost`` otherwise."""
    try:
        family, kind, _number, _name, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    except OSError as error:
        raise BadHost(host=host) from error
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError as error:
            raise PortTaken(port=port, host=host, free=_free_port(host)) from error
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise PortTaken(port=port, host=host, free=_free_port(host)) from error
            raise BadHost(host=host) from error


def wait_for_end() -> None:
    """SIGINT or SIGTERM has come. For the main thread of a process whose work runs in others."""
    with _woken() as wake:
        while not wake(3600.0):
            continue


def end_with_parent(pid: int) -> None:
    """This process is killed when its parent is gone, so that a killed supervisor leaves nothing behind.

    Linux does it by itself (prctl(2), PR_SET_PDEATHSIG); elsewhere a thread looks once a second.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    else:
        threading.Thread(target=_watch_parent, args=(pid,), daemon=True).start()
    if os.getppid() != pid:
        os._exit(1)


def _watch_parent(pid: int) -> None:
    while os.getppid() == pid:
        time.sleep(1.0)
    os._exit(1)


def _free_port(host: str) -> int:
    with socket.create_server((host, 0)) as probe:
        return int(probe.getsockname()[1])


def _keep(children: list[Child]) -> None:
    for child in children:
        child.keep(time.monotonic())


def _bring_up(settings: Settings, children: list[Child], wake: Callable[[float], bool]) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until:
        _keep(children)
        if is_ready(settings):
            return
        if wake(0.1):
            raise KeyboardInterrupt
        if children[0].failures > FIRST_FAILURES:
            break
    raise NotReady


def is_ready(settings: Settings) -> bool:
    """Whether the platform at these settings answers that it is ready."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 (nothing is bound here)
    connection = http.client.HTTPConnection(host, settings.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _end(children: list[Child]) -> None:
    for child in children:
        child.signal(signal.SIGTERM)
    until = time.monotonic() + STOP_SECONDS
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("child.killed", extra={"child": child.name})
            child.signal(signal.SIGKILL)
            child.process.wait()


@contextlib.contextmanager
def _woken() -> Iterator[Callable[[float], bool]]:
    """Gives a function that waits so many seconds and says whether an end was asked for; a child's end wakes it early."""
    read_end, write_end = os.pipe()
    os.set_blocking(read_end, False)
    os.set_blocking(write_end, False)
    # nohup(1) ignores SIGHUP, and so do we then; else a terminal that is closed is an end like any other.
    ends = {signal.SIGINT, signal.SIGTERM} | ({signal.SIGHUP} if signal.getsignal(signal.SIGHUP) is signal.SIG_DFL else set())
    numbers = (*ends, signal.SIGCHLD)
    before = {number: signal.signal(number, lambda *_: None) for number in numbers}
    old = signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
    ending = False

    def wake(seconds: float) -> bool:
        nonlocal ending
        if not ending and select.select([read_end], [], [], seconds)[0]:
            told = ends & set(os.read(read_end, 4096))
            ending = bool(told)
            for number in told:
                log.info("signal", extra={"signal": signal.Signals(number).name})
        return ending

    try:
        yield wake
    finally:
        signal.set_wakeup_fd(old)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(read_end)
        os.close(write_end)
