# SPDX-License-Identifier: Apache-2.0
"""How the things in a document are joined. Nothing here walks from one to the next, so a circle is only two lines more."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from madang.scan.documents.relations import relations
from madang.scan.report import Dependency, Package, Relationship

NEEDS = ("depends-on", "runtime-depends-on", "build-depends-on", "development-depends-on", "test-depends-on", "optional-depends-on",
         "provided-depends-on", "static-link", "dynamic-link")  # fmt: skip
"""Kinds by which something needs something."""
OUTSIDE = "outside:"
_ANYTHING, _NOTHING = "NOASSERTION", "NONE"


@dataclass
class Joining:
    """Ids, what each stands for, and the relationships between them."""

    known: dict[str, str] = field(default_factory=lambda: {"": ""})
    said: list[tuple[str, str, str | None, str, str]] = field(default_factory=list)
    needed: dict[str, Dependency] = field(default_factory=dict)
    complete: dict[tuple[str, str], str] = field(default_factory=dict)
    is_joined: bool = False

    def know(self, key: str, end: str) -> None:
        """The id ``key`` stands for ``end``: a ``package_uid``, ``file:`` and a path, or "" for the whole."""
        self.known[key] = end

    def need(self, key: str, dependency: Dependency) -> None:
        """The id ``key`` stands for something of which nothing is said but that it is needed."""
        self.needed[key] = dependency

    def join(self, standard: str, source: str, stated: str, target: str, completeness: str = "unknown") -> None:
        """The document says ``stated`` of two ids."""
        kind, is_turned = relations(standard).get(stated, ("other", False))
        if is_turned and target not in (_ANYTHING, _NOTHING):
            source, target = target, source
        self.is_joined = True
        if target == _ANYTHING:
            return
        if target == _NOTHING:
            self.complete[source, kind] = "complete"
            self.said.append((source, kind, None, "complete", stated))
            return
        self.said.append((source, kind, target, completeness, stated))

    def resolved(
        self, packages: Mapping[str, Package]
    ) -> tuple[tuple[Relationship, ...], tuple[Dependency, ...], Mapping[str, tuple[str, ...]]]:
        """The relationships between what the ids stand for; what is needed; and for each file the packages that hold it."""
        relationships: dict[Relationship, None] = {}
        holding: dict[str, list[str]] = {}
        dependencies: dict[tuple[str, str], Dependency] = {}
        for source, kind, target, completeness, stated in self.said:
            from_, to = self._end(source), None if target is None else self._end(target)
            if target is not None and target in self.needed:
                made = _used(self.needed[target], from_ if from_ in packages else None)
                dependencies.setdefault((made.dependency_uid, from_), made)
                continue
            if kind == "describes" and to == "":
                continue
            if kind == "contains" and to is not None and to.startswith("file:"):
                if from_ in packages:
                    holding.setdefault(to, []).append(from_)
                continue
            completeness = self.complete.get((source, kind), completeness)
            relationships[Relationship(from_, kind, to, completeness, stated)] = None
        used = {uid for uid, _user in dependencies}
        dependencies |= {(each.dependency_uid, ""): each for each in self.needed.values() if each.dependency_uid not in used}
        return tuple(relationships), tuple(dependencies.values()), {path: tuple(dict.fromkeys(ids)) for path, ids in holding.items()}

    def _end(self, key: str) -> str:
        return self.known.get(key, f"{OUTSIDE}{key}")


def _used(dependency: Dependency, user: str | None) -> Dependency:
    return replace(dependency, for_package_uid=user)
