# SPDX-License-Identifier: Apache-2.0
"""A store, people, and services laid into folders."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from madang import kit, serving, storage
from madang.db import Database

FUNCTION = '''
def call(text: str, times: int = 1) -> dict[str, str]:
    """Say it again."""
    return {"text": text * times}
'''
CARD = """
name = "echo"
version = "{version}"
unit = "character"
counts = "text"
license = "MIT"
title = "Echo"
[engine]
most = 4
[example]
text = "hello"
"""


@pytest.fixture
def store(tmp_path: Path) -> storage.Store:
    return storage.Store(tmp_path / "store")


@pytest.fixture
def lay(tmp_path: Path) -> Callable[..., Path]:
    """A service in a folder of its own."""

    def lay(version: str = "1", *, function: str = FUNCTION, card: str = CARD, name: str = "echo") -> Path:
        folder = tmp_path / f"{name}-{version}"
        folder.mkdir()
        (folder / "function.py").write_text(function, encoding="utf-8")
        (folder / "card.toml").write_text(card.replace("{version}", version), encoding="utf-8")
        return folder

    return lay


@pytest.fixture
def deploy(database: Database, store: storage.Store, lay: Callable[..., Path]) -> Callable[..., Any]:
    """A version of the echo service stands, and what was made of it."""

    def deploy(version: str = "1", *, share: int = 100, by: kit.Actor = kit.SYSTEM, namespace: str = "lab", **how: Any) -> Any:
        prepared = serving.prepare(lay(version, **how), store, limits=serving.Limits())
        with database.writing() as session:
            return serving.deploy(session, prepared, namespace=namespace, share=share, by=by)

    return deploy


@pytest.fixture
def kept(database: Database, store: storage.Store, tmp_path: Path) -> Iterator[Path]:
    """A keeper works in this home."""
    home = tmp_path / "home"
    home.mkdir()
    ended: list[Any] = []

    async def keep() -> None:
        end = asyncio.Event()
        ended.extend([asyncio.get_running_loop(), end])
        await serving.keeper_of(database, store, home, limits=serving.Limits).run(end)

    thread = threading.Thread(target=lambda: asyncio.run(keep()))
    thread.start()
    yield home
    ended[0].call_soon_threadsafe(ended[1].set)
    thread.join()
