# SPDX-License-Identifier: Apache-2.0
"""A house with an operator, a meter on it, and services that exist only as assets of the catalogue."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import pytest

import databases
from builders import HTML, Yard, yard_in
from madang import app, catalog, kit, people, scan, settings, usage

T = TypeVar("T")
LIMITS = usage.Limits(refresh_seconds=0.05, lease_idle_seconds=0.3)


@dataclass
class Place:
    """A house, and shortcuts to what tests of usage need of it."""

    house: app.House

    @property
    def folder(self) -> Path:
        return self.house.usage_logs

    def meter(self, **limits: Any) -> usage.Meter:
        return usage.Meter(self.house.database, self.folder, node="test", limits=replace(LIMITS, **limits))

    def key(self, plan: str = "development", *, owner: str = people.OPERATOR, **options: Any) -> str:
        with self.house.database.writing() as session:
            account = people.find_account(session, owner) or people.create_account(
                session, name=owner, role=kit.Role.MEMBER, by=kit.SYSTEM
            )  # fmt: skip
            return usage.create_key(session, account=account, plan=plan, by=kit.SYSTEM, **options).secret

    def service(self, name: str = "echo", unit: str = "call") -> usage.Metered:
        with self.house.database.writing() as session:
            asset = catalog.find_asset(session, "api", "operator", name, viewer=kit.SYSTEM)
            if asset is None:
                operator = people.find_account(session, people.OPERATOR)
                assert operator is not None
                by = people.actor_of(session, operator, via="session")
                asset = catalog.register(session, kind="api", namespace="operator", name=name, by=by)
            return usage.Metered(asset.id, f"operator/{name}", unit)

    def quota(self, plan: str, amount: int, **options: Any) -> None:
        with self.house.database.writing() as session:
            given = usage.set_plan(session, plan, given="at-once", by=kit.SYSTEM)
            usage.set_quota(session, given, amount=amount, by=kit.SYSTEM, **{"unit": "call", "every": "day", **options})

    def drain(self) -> int:
        return usage.drain(self.house.database, self.folder)

    def sums(self, **asked: Any) -> list[usage.UsageRow]:
        with self.house.database.reading() as session:
            return list(usage.sums(session, usage.Asked(**asked), viewer=kit.SYSTEM))


@pytest.fixture
def yard(tmp_path: Path) -> Iterator[Yard]:
    """A house, seen by its operator's browser."""
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = yard_in(tmp_path / "home", pool)
        yard.client.headers.update(HTML)
        yield yard
        yard.house.close()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    given = settings.read({"MADANG_HOME": str(tmp_path / "home"), "MADANG_LANGUAGE": "en", **databases.furnished(tmp_path / "home")})
    house = app.open_house(given)
    yield Place(house)
    house.close()


def run(work: Callable[[], Awaitable[T]]) -> T:
    """The work on an event loop of its own."""

    async def whole() -> T:
        return await asyncio.wait_for(work(), 60)

    return asyncio.run(whole())
