# SPDX-License-Identifier: Apache-2.0
"""What the findings of a tree rest on beside each file's own content, so that of a change it can be told what else it touches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from madang.scan.finishes import ALL

MOST = 2000
"""So many names at most are kept of each kind; where there are more it may be any file."""


@dataclass(frozen=True, slots=True)
class Basis:
    """``ties``: files on whose contents rests what is said of others; ``/`` where that may be any. ``asked``: paths that were asked for
    by name, there or not. ``manifests``: each manifest with the key under which its answer is remembered."""

    ties: frozenset[str] = frozenset({ALL})
    asked: frozenset[str] = frozenset()
    manifests: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether others may rest on any file."""
        return ALL in self.ties or ALL in self.asked

    def to_json(self) -> dict[str, Any]:
        """Plain values, few enough to be kept beside a report."""
        if self.is_open or max(len(self.ties), len(self.asked), len(self.manifests)) > MOST:
            return {"ties": [ALL]}
        return {"ties": sorted(self.ties), "asked": sorted(self.asked), "manifests": dict(sorted(self.manifests.items()))}

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """What ``to_json`` gave; of anything else that it may be any file."""
        if not isinstance(value, Mapping) or "manifests" not in value:
            return cls()
        return cls(frozenset(value["ties"]), frozenset(value["asked"]), value["manifests"])
