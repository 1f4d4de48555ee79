# SPDX-License-Identifier: Apache-2.0
"""A house with people, versions whose parts have arrived, and short ways to say what is made of what."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from builders import Yard, yard_in
from madang import catalog, kit, people, provenance, scan, terms


@dataclass
class Graph:
    """Versions by name, in a house where nothing is scanned."""

    yard: Yard
    versions: dict[str, str] = field(default_factory=dict)

    def actor(self, name: str, role: kit.Role = kit.Role.MEMBER, *duties: str) -> kit.Actor:
        """Somebody of the institute, with an account."""
        with self.yard.house.database.writing() as session:
            account = people.find_account(session, name) or people.create_account(session, name=name, role=role, by=kit.SYSTEM)
            if duties:
                people.change_account(session, account, people.Change(duties=frozenset(duties)), by=kit.SYSTEM)
            return people.actor_of(session, account, via="test")

    def add(
        self, name: str, license: str | None = None, *, kind: str = "software", owner: str = "researcher", exposure: str = "open",  # noqa: A002
        parts: tuple[provenance.Part, ...] = (), complete: bool = True, arrived: bool = True,
    ) -> str:  # fmt: skip
        """A version of a new asset, whose parts have arrived; its id."""
        by = self.actor(owner)
        with self.yard.house.database.writing() as session:
            asset = catalog.register(session, kind=kind, namespace=owner, name=name, exposure=exposure, by=by)
            version = catalog.add_version(session, asset, source=catalog.Source("git", "https://example.org/a.git"), by=by)
            if arrived:
                provenance.take_components(session, version, parts, license=license, is_complete=complete)
            self.versions[name] = version.id
        return version.id

    def join(self, source: str, target: str, kind: str = "links-static", *, owner: str = "researcher", **how: Any) -> str:
        """The version ``target`` is made with ``source`` (a name, or a package URL); the edge's id."""
        by = self.actor(owner)
        with self.yard.house.database.writing() as session:
            if source.startswith("pkg:"):
                how["purl"] = source
            else:
                how["source"] = session.get_one(catalog.Version, self.versions[source])
            version = session.get_one(catalog.Version, self.versions[target])
            return provenance.declare(session, version, kind=kind, by=by, **how).id

    def ask(
        self, name: str, goal: str = "open", licence: str | None = "Apache-2.0", *, viewer: kit.Actor = kit.SYSTEM
    ) -> provenance.Answer:
        """May this be done with the version, for that viewer."""
        with self.yard.house.database.reading() as session:
            version = session.get_one(catalog.Version, self.versions[name])
            return provenance.answer(session, version, terms.Goal(goal, licence if goal == "open" else None), viewer=viewer)

    def verdict(self, name: str, goal: str = "open", licence: str | None = "Apache-2.0") -> str:
        """The verdict alone."""
        return self.ask(name, goal, licence).decision.verdict


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[Graph]:
    yard = yard_in(tmp_path / "home", scan.Pool())
    with yard.client:
        yield Graph(yard)
    yard.house.close()
    yard.verifier.pool.close()
