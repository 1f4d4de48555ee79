# SPDX-License-Identifier: Apache-2.0
"""Gateways in processes of their own, as web processes are, so that they can be killed, and callers that note what they were answered.

Run as a program it is a nursery: it has everything loaded and forks a gateway for each port on its standard input. Its arguments are the
environment of the home as JSON, and how many calls a gateway lets in at once.
"""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

import patience
from madang import app, gateway, settings, usage
from madang.app.connections import Watch, raise_descriptors, watched
from rooms.gateway import engines


def begin(environment: dict[str, str], port: int, at_once: int) -> int:
    """A gateway is on its way up; its process's number."""
    if pid := os.fork():
        return pid
    house = app.open_house(settings.read(environment))
    limits = usage.Limits(refresh_seconds=0.2, log_bytes=256 << 10, slab_bytes=128 << 10)
    meter = usage.Meter(house.database, house.usage_logs, node="test", limits=limits)
    admission = gateway.Admission(
        meter, engines.switchboard(), gateway.Limits(body=1 << 20, at_once=at_once), gateway.Retries(house.database)
    )
    path = gateway.CallPath(Starlette(), admission, gateway.all_wires(), language="en")
    http = watched(Watch(most=raise_descriptors()), path.takes)
    config = uvicorn.Config(path, http=http, port=port, log_config=None, access_log=False, lifespan="on", backlog=4096)
    uvicorn.Server(config).run()
    os._exit(0)


@dataclass
class Gates:
    """Gateways on one home, by their ports."""

    nursery: subprocess.Popen[str]
    pids: dict[int, int] = field(default_factory=dict)

    def open(self, port: int) -> None:
        """A gateway is on its way up there."""
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{port}\n")
        self.nursery.stdin.flush()
        self.pids[port] = int(self.nursery.stdout.readline())

    def kill(self, port: int) -> None:
        """It is gone in the middle of whatever it did."""
        os.kill(self.pids.pop(port), signal.SIGKILL)

    def end(self, port: int) -> None:
        """It is told to end, and has."""
        pid = self.pids.pop(port)
        os.kill(pid, signal.SIGTERM)
        patience.wait_until(lambda: not Path(f"/proc/{pid}").exists())

    def bytes_of(self, port: int) -> int:
        """The memory that it holds."""
        pages = int(Path(f"/proc/{self.pids[port]}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


@contextlib.contextmanager
def gates(environment: dict[str, str], *, at_once: int = 1024) -> Iterator[Gates]:
    """A nursery within the block; all gateways end with it."""
    command = [sys.executable, __file__, json.dumps(environment), str(at_once)]
    path = os.pathsep.join(each for each in sys.path if each)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as nursery:
        found = Gates(nursery)
        try:
            yield found
        finally:
            for pid in found.pids.values():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            nursery.kill()


@dataclass
class Caller:
    """One caller with a key of its own: what it was answered, and what it asked for and heard nothing of."""

    port: int
    key: str
    acknowledged: int = 0
    units: int = 0
    unanswered: list[int] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)
    headless: list[bytes] = field(default_factory=list)
    """Heads of 503 without Retry-After, and of any other answer of 500 and above."""
    seconds: list[float] = field(default_factory=list)

    async def call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str, body: bytes, units: int = 0) -> int:
        """The status of one answer, read to its end."""
        began = time.monotonic()
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {self.key}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.unanswered.append(units)
        writer.write(head.encode() + body)
        told = await reader.readuntil(b"\r\n\r\n")
        status = int(told[9:12])
        await _rest(reader, told.lower())
        self.unanswered.pop()
        self.seconds.append(time.monotonic() - began)
        self.statuses[status] += 1
        if status >= 500 and (status != 503 or b"\r\nretry-after: " not in told.lower()):
            self.headless.append(told)
        if status == 200:
            self.acknowledged, self.units = self.acknowledged + 1, self.units + units
        return status


async def _rest(reader: asyncio.StreamReader, head: bytes) -> None:
    """The body, by its length or in chunks."""
    if b"transfer-encoding: chunked" in head:
        while size := int(await reader.readuntil(b"\r\n"), 16):
            await reader.readexactly(size + 2)
        await reader.readexactly(2)
        return
    await reader.readexactly(int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]))


async def reach(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to the gateway there, as soon as it is up."""
    until = time.monotonic() + patience.SECONDS
    while True:
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(0.05)


async def leave(writer: asyncio.StreamWriter) -> None:
    """The connection is gone, whatever was still to come on it."""
    writer.transport.abort()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


def main() -> None:
    """Gateways as they are asked for, until nobody asks any more."""
    environment, at_once = json.loads(sys.argv[1]), int(sys.argv[2])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        print(begin(environment, int(line), at_once), flush=True)


if __name__ == "__main__":
    main()
