# SPDX-License-Identifier: Apache-2.0
"""A real platform in an empty folder: ``madang up`` as a person starts it, its token, its JSON, and ways to kill it."""

import contextlib
import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import patience
import ports


class NoAnswer(Exception):
    """Nobody answered, or not to the end: whether the deed was done is not known."""


@dataclass
class Platform:
    """One home folder and one port; it may be up or not."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    token: str = ""
    link: str = ""
    _process: "subprocess.Popen[str] | None" = None

    def environment(self) -> dict[str, str]:
        """What its commands are started with: no setting but its own, and no scan of Madang itself unless it is asked for."""
        others = {name: value for name, value in os.environ.items() if not name.startswith("MADANG_")}
        return (
            others
            | {
                "MADANG_HOME": str(self.home),
                "MADANG_LANGUAGE": "en",
                "MADANG_LOG_FORMAT": "json",
                "MADANG_REGISTER_ITSELF": "no",
                "MADANG_REFERENCE_SERVICES": "no",
            }
            | dict(self.settings)
        )

    def start(self) -> None:
        """It is up and says so."""
        if not self.port:
            self.port = ports.free()
        with (self.home.parent / f"{self.home.name}.log").open("a") as log:
            command = [sys.executable, "-m", "madang", "up", "--port", str(self.port)]
            self._process = subprocess.Popen(command, env=self.environment(), stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout is not None
        said = ""
        while "3. " not in said:
            line = self._process.stdout.readline()
            assert line, f"it ended before it was ready: {self.log()[-3000:]}"
            said += line
        link = re.search(r"/link/(\S+)", said)
        self.link = link[0] if link else ""

    def log(self) -> str:
        """What it told its operator so far."""
        return (self.home.parent / f"{self.home.name}.log").read_text(encoding="utf-8")

    def madang(self, *arguments: str) -> str:
        """What a command beside it prints."""
        command = [sys.executable, "-m", "madang", *arguments]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True, timeout=patience.SECONDS).stdout

    def processes(self) -> dict[int, str]:
        """Its processes and their command lines, the supervisor first."""
        assert self._process is not None
        found: dict[int, str] = {}
        waiting = [self._process.pid]
        children = _children()
        while waiting:
            pid = waiting.pop(0)
            found[pid] = _command_line(pid)
            waiting += children.get(pid, [])
        return found

    def kill(self, wanted: str = "") -> bool:
        """kill -9 at once of all its processes, or of those whose command line has ``wanted``. Whether there was one."""
        victims = [pid for pid, command in self.processes().items() if wanted in command]
        for pid in victims:
            _send(pid, signal.SIGSTOP)
        for pid in victims:
            _send(pid, signal.SIGKILL)
        return bool(victims)

    def is_up(self) -> bool:
        """Whether the supervisor lives."""
        return self._process is not None and self._process.poll() is None

    def stop(self) -> None:
        """It has ended in order, or is killed when it does not."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(patience.SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        self._forget()

    def killed(self) -> None:
        """The supervisor was killed: what it left behind has died with it."""
        assert self._process is not None
        self._process.wait(patience.SECONDS)
        self._forget()

    def _forget(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._process = None

    def call(self, method: str, path: str, body: object = None, *, key: str = "") -> tuple[int, Any]:
        """The status and the JSON of an answer; ``NoAnswer`` when none came to the end."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience.SECONDS)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read() or b"null")
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(str(error)) from error
        finally:
            connection.close()

    def make(self, name: str) -> None:
        """A member of that name has an account."""
        status, answer = self.call("POST", "/api/v1/accounts", {"name": name, "role": "member"})
        assert status == 201, answer

    def make_link(self, name: str) -> str:
        """The path of a one-time link with which that person signs in."""
        status, answer = self.call("POST", f"/api/v1/accounts/{name}/link")
        assert status == 201, answer
        return str(urlsplit(answer["link"]).path)

    def wait_until_ready(self) -> None:
        """The web process answers that it is ready."""
        patience.wait_until(self._is_ready, lambda: self.log()[-3000:], pause=0.1)

    def _is_ready(self) -> bool:
        try:
            return self.call("GET", "/readyz")[0] == 200
        except NoAnswer:
            return False


def _children() -> dict[int, list[int]]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()[1])
            except (OSError, IndexError):
                continue
            children.setdefault(parent, []).append(int(entry.name))
    return children


def _command_line(pid: int) -> str:
    try:
        return (Path("/proc") / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def _send(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
