# SPDX-License-Identifier: Apache-2.0
"""Code that means no good, each way alone: it is bounded, and the next call and the service beside it are answered."""

import asyncio
import shutil
import threading
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from madang import sandbox, serving
from madang.serving import keeper
from madang.serving.engines import ProcessEngine, places

OPERATIONS = ("call", "raises", "leaks", "loops", "exits", "forks", "fills", "litters", "connects", "reads", "knows", "rubbish", "huge",
              "talks", "counts", "three")  # fmt: skip
BOUNDS = sandbox.Bounds(memory_bytes=256 << 20, disk_bytes=8 << 20, most_files=500, user=62_001)
PATIENCE = 60.0


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A keeper with two versions: one to hurt, and one beside it."""
    home = tmp_path_factory.mktemp("serving-with-a-name-that-is-longer-than-the-address-of-a-socket-may-be-on-this-system-or-any")
    code = home / "code"
    code.mkdir()
    shutil.copy(Path(__file__).parent / "hostile.py", code / "function.py")
    target = sandbox.Target("function", str(code), operations={name: name for name in OPERATIONS}, longest=1 << 20)
    wanted = [keeper.Wanted(name, target, BOUNDS) for name in ("hurt", "beside")]
    ended: list[Any] = []

    async def keep() -> None:
        end = asyncio.Event()
        ended.extend([asyncio.get_running_loop(), end])
        await keeper.Keeper(home, lambda: wanted).run(end)

    thread = threading.Thread(target=lambda: asyncio.run(keep()))
    thread.start()
    yield home
    ended[0].call_soon_threadsafe(ended[1].set)
    thread.join()


def act(kept: Path, deed: Callable[[ProcessEngine, ProcessEngine], Awaitable[Any]]) -> Any:
    async def run() -> Any:
        hurt, beside = (ProcessEngine(kept, name, longest=1 << 20) for name in ("hurt", "beside"))
        try:
            return await deed(hurt, beside)
        finally:
            await hurt.close()
            await beside.close()

    return asyncio.run(run())


async def ask(engine: ProcessEngine, operation: str = "call", seconds: float = PATIENCE, **inputs: object) -> Any:
    return await engine.call(inputs, operation, asyncio.get_running_loop().time() + seconds)


async def ask_until(engine: ProcessEngine) -> Any:
    """The answer of a service that may just be starting again."""
    until = asyncio.get_running_loop().time() + PATIENCE
    while True:
        try:
            return await ask(engine, text="again")
        except (serving.EngineDown, serving.EngineFailed):
            assert asyncio.get_running_loop().time() < until
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    ("operation", "seconds", "refusal"),
    [
        ("raises", PATIENCE, serving.EngineFailed),
        ("leaks", PATIENCE, serving.EngineFailed),
        ("loops", 1.0, serving.TookTooLong),
        ("exits", PATIENCE, serving.EngineFailed),
        ("forks", PATIENCE, serving.EngineFailed),
        ("fills", PATIENCE, serving.EngineFailed),
        ("litters", PATIENCE, serving.EngineFailed),
        ("connects", PATIENCE, serving.EngineFailed),
        ("rubbish", PATIENCE, serving.EngineFailed),
        ("huge", PATIENCE, serving.EngineFailed),
        ("talks", 1.0, serving.TookTooLong),
    ],
)
def test_what_means_no_good_is_bounded_and_hurts_nobody_else(kept: Path, operation: str, seconds: float, refusal: type[Exception]) -> None:
    async def deed(hurt: ProcessEngine, beside: ProcessEngine) -> None:
        with pytest.raises(refusal):
            await ask(hurt, operation, seconds)
        assert await ask(beside, text="unharmed") == "unharmed"
        assert await ask_until(hurt) == "again"

    act(kept, deed)


def test_it_reads_none_of_our_files_and_knows_none_of_our_variables(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = kept / "madang.db"
    secret.write_text("secret")
    paths = [secret, Path("/etc/passwd"), Path("/proc/1/environ"), Path("/proc/self/environ"), kept / places.STATE]

    async def deed(hurt: ProcessEngine, _beside: ProcessEngine) -> None:
        for path in paths:
            with pytest.raises(serving.EngineFailed):
                await ask(hurt, "reads", path=str(path))
        assert not [name for name in await ask(hurt, "knows") if name.startswith(("MADANG", "PYTEST", "USER", "SSH"))]

    if sandbox.confinement().files:
        act(kept, deed)


def test_what_does_not_fit_is_told_in_words(kept: Path) -> None:
    async def deed(hurt: ProcessEngine, _beside: ProcessEngine) -> None:
        for inputs, word in (({"text": 1}, "Expected `str`"), ({}, "missing"), ({"text": "a", "more": 1}, "unknown")):
            with pytest.raises(serving.BadInputs, match=word):
                await ask(hurt, **inputs)

    act(kept, deed)


def test_a_stream_comes_in_parts_and_ends_when_whoever_asked_goes(kept: Path) -> None:
    async def deed(hurt: ProcessEngine, _beside: ProcessEngine) -> None:
        until = asyncio.get_running_loop().time() + PATIENCE
        assert [part async for part in hurt.stream({}, "three", until)] == ["하나".encode(), "둘".encode(), "셋".encode()]
        parts = hurt.stream({}, "counts", until)
        assert [await anext(parts) for _ in range(3)] == [b"0\n", b"1\n", b"2\n"]
        await parts.aclose()  # type: ignore[attr-defined]
        assert await ask_until(hurt) == "again"

    act(kept, deed)


def test_more_than_may_wait_are_refused_at_once(kept: Path) -> None:
    async def deed(hurt: ProcessEngine, _beside: ProcessEngine) -> None:
        await ask_until(hurt)
        hurt.turns.queue = 3
        told = await asyncio.gather(*(ask(hurt, text=str(number)) for number in range(6)), return_exceptions=True)
        assert [type(each) for each in told] == [str, str, str, str, serving.Busy, serving.Busy]

    act(kept, deed)


def test_what_it_prints_is_in_its_log_and_the_log_is_bounded(kept: Path) -> None:
    log = places.log_file(kept, "hurt")
    assert log.stat().st_size < 2 * keeper.LOG_BYTES
    kept_too = log.with_suffix(".old")  # there only if the process lived long enough to print so much
    told = log.read_text(errors="replace") + (kept_too.read_text(errors="replace") if kept_too.exists() else "")
    assert "the process ended" in told


def test_a_log_that_grows_gives_its_place_to_a_new_one(tmp_path: Path) -> None:
    log = places.log_file(tmp_path, "talks")
    log.parent.mkdir(parents=True)
    place, kept = SimpleNamespace(folder=tmp_path), SimpleNamespace(wanted=SimpleNamespace(version_id="talks"))
    for number in range(40):
        keeper.Keeper._write(place, kept, b"%5d" % number + b"x" * 65_531)  # type: ignore[arg-type]  # what it needs of them
    assert log.stat().st_size <= keeper.LOG_BYTES + 65_536
    assert log.with_suffix(".old").stat().st_size <= keeper.LOG_BYTES + 65_536
    assert b"   39x" in log.read_bytes()
