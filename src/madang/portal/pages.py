# SPDX-License-Identifier: Apache-2.0
"""What the home page and the search show: plain values, filled by the door, read by the template as ``page``."""

from dataclasses import dataclass

from madang.catalog import AssetRow
from madang.portal.queries import Answer


@dataclass(frozen=True, slots=True)
class RunningRow:
    """One version under way. ``task`` is the id whose events ``/api/v1/tasks/{task}/events`` tells."""

    task: str
    address: str
    title: str
    label: str
    state: str
    files_done: int = 0
    files_total: int | None = None
    seconds_left: float | None = None


@dataclass(frozen=True, slots=True)
class HomePage:
    """``portal/home.html``: what this place is, what I can do now, what is new.

    ``kinds`` counts the assets that the viewer may see by kind, most first. ``new`` is at most eight rows, newest first. ``running``
    is what the viewer waits for. ``own`` is Madang's own first scan while it runs. ``files_verified`` counts the files of the newest
    verified versions that the viewer may see. ``offers_example`` says whether the example with a licence conflict can still be
    registered by one click (POST ``/examples``).
    """

    kinds: tuple[tuple[str, int], ...]
    new: tuple[AssetRow, ...]
    running: tuple[RunningRow, ...] = ()
    own: RunningRow | None = None
    files_verified: int = 0
    versions_verified: int = 0
    conflicts: int = 0
    offers_example: bool = False

    @property
    def assets(self) -> int:
        """How many assets the viewer may see."""
        return sum(count for _, count in self.kinds)


@dataclass(frozen=True, slots=True)
class SearchPage:
    """``portal/search.html`` and ``portal/_answers.html``: what was asked and what it may mean, sort by sort."""

    q: str
    answers: tuple[Answer, ...]
