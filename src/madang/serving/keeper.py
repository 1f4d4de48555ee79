# SPDX-License-Identifier: Apache-2.0
"""The keeper of services' processes: it listens for each version, starts its process when somebody comes, and ends what breaks bounds.

It lives in a process of its own (``engines``) and never reads what a service answers. When it dies, the processes die with it.
"""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from madang import sandbox
from madang.kit import new_id
from madang.serving.engines import places

log = logging.getLogger("madang.serving.keeper")
TICK_SECONDS = 0.5
READ_TICKS = 2
STEADY_SECONDS = 10.0
LONGEST_PAUSE = 5.0
LOG_BYTES = 256 << 10
LOG_BYTES_A_TICK = 64 << 10
BACKLOG = 256


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version that is to answer. ``folder`` is where its files lie, brought there by ``bring`` before the first start."""

    version_id: str
    target: sandbox.Target
    bounds: sandbox.Bounds
    bring: Callable[[], None] = field(compare=False, repr=False, default=lambda: None)


@dataclass(slots=True)
class Kept:
    """One version and its process, if it has one now."""

    wanted: Wanted
    listener: socket.socket
    started: sandbox.Started | None = None
    watch: int = -1
    started_at: float = 0.0
    failures: int = 0
    due_at: float = 0.0
    said: int = 0
    reads: bool = False
    starts: int = 0
    why: str = ""


class Keeper:
    """Keeps every version that ``read`` names."""

    def __init__(self, folder: Path, read: Callable[[], Sequence[Wanted]]) -> None:
        self.folder, self.read = folder, read
        self.kept: dict[str, Kept] = {}
        self.told = ""

    async def run(self, ended: asyncio.Event) -> None:
        """Versions are kept until ``ended``; then their processes are gone."""
        self._make_ready()
        server = await asyncio.start_unix_server(self._asked, places.address(self.folder, places.KEEPER))
        tick = 0
        try:
            while not ended.is_set():
                if tick % READ_TICKS == 0:
                    await self._look()
                self._watch()
                tick += 1
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(ended.wait(), TICK_SECONDS)
        finally:
            server.close()
            for version_id in list(self.kept):
                self._drop(version_id)

    def _make_ready(self) -> None:
        for name in ("", "logs", "scratch", "code"):
            (self.folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in [*self.folder.glob("*.sock"), self.folder / places.STATE]:
            left.unlink(missing_ok=True)
        for left in (self.folder / "scratch").iterdir():
            shutil.rmtree(left, ignore_errors=True)

    async def _look(self) -> None:
        """What the rows name now is what is kept."""
        try:
            wanted = {each.version_id: each for each in await asyncio.to_thread(self.read)}
        except (OSError, RuntimeError) as error:  # what was kept a second ago is kept on
            log.warning("keeper.not-read", extra={"error": str(error)[:200]})
            return
        for version_id in [each for each, kept in self.kept.items() if wanted.get(each) != kept.wanted]:
            self._drop(version_id)
        for version_id, each in wanted.items():
            if version_id not in self.kept:
                await asyncio.to_thread(each.bring)
                self._take_on(each)

    def _take_on(self, wanted: Wanted) -> None:
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path = places.address(self.folder, places.socket_name(wanted.version_id))
        with contextlib.suppress(FileNotFoundError):
            Path(path).unlink()
        listener.bind(path)
        listener.listen(BACKLOG)
        listener.setblocking(False)
        kept = self.kept[wanted.version_id] = Kept(wanted, listener)
        asyncio.get_running_loop().add_reader(listener, self._came, kept)

    def _drop(self, version_id: str) -> None:
        kept = self.kept.pop(version_id)
        loop = asyncio.get_running_loop()
        loop.remove_reader(kept.listener)
        self._stop(kept)
        kept.listener.close()
        Path(places.address(self.folder, places.socket_name(version_id))).unlink(missing_ok=True)

    def _came(self, kept: Kept) -> None:
        """Somebody has come and no process runs."""
        if time.monotonic() < kept.due_at:
            with contextlib.suppress(OSError):
                connection, _name = kept.listener.accept()
                again = max(1, round(kept.due_at - time.monotonic() + 0.5))
                connection.send(sandbox.pack(sandbox.DOWN, 0, {"retry_after": again}))
                connection.close()
            return
        try:
            self._start(kept)
        except OSError as error:
            self._failed(kept, str(error))

    def _start(self, kept: Kept) -> None:
        loop = asyncio.get_running_loop()
        scratch = self.folder / "scratch" / kept.wanted.version_id
        shutil.rmtree(scratch, ignore_errors=True)
        kept.started = sandbox.start(kept.wanted.target, kept.wanted.bounds, listener=kept.listener, scratch=scratch, instance=new_id())
        kept.started_at, kept.starts, kept.why = time.monotonic(), kept.starts + 1, ""
        loop.remove_reader(kept.listener)
        assert kept.started.process.stdout is not None
        os.set_blocking(kept.started.process.stdout.fileno(), False)
        self._read_on(kept)
        kept.watch = os.pidfd_open(kept.started.process.pid)
        loop.add_reader(kept.watch, self._ended, kept)
        log.info("service.started", extra={"version": kept.wanted.version_id, "pid": kept.started.process.pid})

    def _ended(self, kept: Kept) -> None:
        """The process is gone; the next who comes starts another, later when this one lived for a moment only."""
        assert kept.started is not None
        code = kept.started.process.wait()
        lived = time.monotonic() - kept.started_at
        self._hear(kept)
        self._stop(kept)
        if code == 0:
            kept.failures = 0
        else:
            kept.failures = 1 if lived >= STEADY_SECONDS else kept.failures + 1
            self._failed(kept, kept.why or f"it ended with {code}")
        loop = asyncio.get_running_loop()
        loop.add_reader(kept.listener, self._came, kept)

    def _failed(self, kept: Kept, why: str) -> None:
        pause = 0.0 if kept.failures <= 1 else min(LONGEST_PAUSE, 0.25 * 2**kept.failures)
        kept.why, kept.due_at = why, time.monotonic() + pause
        log.warning("service.ended", extra={"version": kept.wanted.version_id, "why": why, "again_in": pause})
        self._write(kept, f"-- the process ended: {why}\n".encode())

    def _stop(self, kept: Kept) -> None:
        """The process is gone and nothing of it is held."""
        if kept.started is None:
            return
        loop = asyncio.get_running_loop()
        kept.started.kill()
        kept.started.process.wait()
        if kept.watch >= 0:
            loop.remove_reader(kept.watch)
            os.close(kept.watch)
            kept.watch = -1
        if kept.started.process.stdout is not None:
            if kept.reads:
                loop.remove_reader(kept.started.process.stdout)
            kept.started.process.stdout.close()
        kept.reads = False
        shutil.rmtree(kept.started.scratch, ignore_errors=True)
        kept.started = None

    def _read_on(self, kept: Kept) -> None:
        if kept.started is not None and kept.started.process.stdout is not None and not kept.reads:
            kept.reads = True
            asyncio.get_running_loop().add_reader(kept.started.process.stdout, self._hear, kept)

    def _hear(self, kept: Kept) -> None:
        """What the process printed is in its log; it is read no faster than the log may grow."""
        assert kept.started is not None
        stdout = kept.started.process.stdout
        assert stdout is not None
        try:
            data = os.read(stdout.fileno(), 1 << 16)
        except (BlockingIOError, OSError):
            data = b""
        kept.said += len(data)
        if data:
            self._write(kept, data)
        if (not data or kept.said > LOG_BYTES_A_TICK) and kept.reads:
            kept.reads = False
            asyncio.get_running_loop().remove_reader(stdout)

    def _write(self, kept: Kept, data: bytes) -> None:
        path = places.log_file(self.folder, kept.wanted.version_id)
        with contextlib.suppress(OSError):  # a full disk must not end the keeper
            if path.exists() and path.stat().st_size > LOG_BYTES:
                path.replace(path.with_suffix(".old"))
            with path.open("ab") as file:
                file.write(data)

    def _watch(self) -> None:
        """Whatever takes more than it may is ended; what was printed is read on."""
        states = {}
        for version_id, kept in self.kept.items():
            kept.said = 0
            if kept.started is not None:
                self._read_on(kept)
                self._bound(kept, kept.started)
            states[version_id] = self._state(kept)
        self._tell(states)

    def _bound(self, kept: Kept, started: sandbox.Started) -> None:
        bounds = kept.wanted.bounds
        if started.memory_bytes() > bounds.memory_bytes:
            kept.why = "it took more memory than it may"
            started.kill()
        size, files = _taken(started.scratch)
        if size > bounds.disk_bytes or files > bounds.most_files:
            kept.why = "it wrote more than it may"
            started.kill()

    def _state(self, kept: Kept) -> dict[str, object]:
        if kept.started is not None:
            return {
                "state": "running",
                "pid": kept.started.process.pid,
                "memory_bytes": kept.started.memory_bytes() >> 20 << 20,
                "starts": kept.starts,
            }
        return {"state": "down" if kept.due_at > time.monotonic() else "idle", "starts": kept.starts, "why": kept.why}

    def _tell(self, states: dict[str, dict[str, object]]) -> None:
        """Who looks can read how each version fares."""
        told = json.dumps(states)
        if told != self.told:
            fresh = self.folder / f".{places.STATE}"
            with contextlib.suppress(OSError):
                fresh.write_text(told, encoding="utf-8")
                fresh.replace(self.folder / places.STATE)
                self.told = told

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """A process whose call took too long is ended, if it is still the same one."""
        with contextlib.suppress(OSError, ValueError, TimeoutError):
            line = await asyncio.wait_for(reader.readline(), 5)
            told = json.loads(line)
            kept = self.kept.get(str(told.get("end", "")))
            if kept is not None and kept.started is not None and told.get("instance") in ("", kept.started.instance):
                kept.why = "a call took too long"
                kept.started.kill()
        writer.close()


def _taken(folder: Path) -> tuple[int, int]:
    """Bytes and files below the folder."""
    size = files = 0
    waiting = [folder]
    while waiting and files < 100_000:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as found:
            for each in found:
                files += 1
                if each.is_dir(follow_symlinks=False):
                    waiting.append(Path(each.path))
                else:
                    with contextlib.suppress(OSError):
                        size += each.stat(follow_symlinks=False).st_blocks * 512
    return size, files
