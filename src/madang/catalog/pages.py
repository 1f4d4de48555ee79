# SPDX-License-Identifier: Apache-2.0
"""What the list of assets shows: plain values, filled by the door, read by the template as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from madang.catalog.kinds import EXPOSURES, FIELDS, KINDS, STATES
from madang.catalog.models import Asset
from madang.catalog.search import FAMILIES


@dataclass(frozen=True, slots=True)
class Share:
    """So many files whose licence asks this much. ``strength`` as ``licensing.strength`` says it."""

    strength: str
    files: int
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset wherever assets are listed, with what is known of its newest version.

    ``state`` is the newest version's state, or ``empty`` where there is no version yet. ``licence`` is the declared expression. ``files``
    is None until they are counted. ``strip`` is the newest verified version's files by strength, in any order; empty where nothing is
    verified.
    """

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    state: str
    changed_at: datetime
    version: str | None = None
    label: str = ""
    licence: str | None = None
    files: int | None = None
    conflicts: int = 0
    strip: tuple[Share, ...] = ()

    @property
    def address(self) -> str:
        """The asset's page; datasets and models have theirs where the hub's clients print it."""
        first = {"dataset": "/datasets", "model": ""}.get(self.kind, f"/assets/{self.kind}")
        return f"{first}/{quote(self.namespace)}/{quote(self.name)}"

    @property
    def version_address(self) -> str:
        """The page of its newest version, or its own where there is none; of what is not scanned, that of its terms."""
        more = "" if self.kind == "software" else "/terms"
        return (
            f"/assets/{self.kind}/{quote(self.namespace)}/{quote(self.name)}/versions/{self.version}{more}"
            if self.version
            else self.address
        )


def row_of(asset: Asset) -> AssetRow:
    """What a list shows of one asset."""
    return AssetRow(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title or asset.name,
        exposure=asset.exposure, state=asset.state,
        changed_at=asset.changed_at, version=str(asset.number) if asset.number else None, label=asset.label,
        licence=asset.declared, files=asset.files, conflicts=asset.conflicts, strip=tuple(Share(*share) for share in asset.strip),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the picture of the yard: so many assets of a kind and an exposure, its side between 0 and 27, and the list of them."""

    count: int
    side: float
    address: str


@dataclass(frozen=True, slots=True)
class Chip:
    """One value that is asked, and the address of the list without it."""

    parameter: str
    value: str
    address: str


@dataclass(frozen=True, slots=True)
class FacetValue:
    """One value of a facet: how many assets have it under the other filters, and whether it is chosen."""

    value: str
    count: int
    is_chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """One filter of the list. ``parameter`` is its name in the address: ``kind``, ``licence``, ``exposure``, ``organisation``…"""

    parameter: str
    values: tuple[FacetValue, ...]


@dataclass(frozen=True, slots=True)
class AssetsPage:
    """``catalog/assets.html``: the assets that the viewer may see, best answers first where words are asked, else newest first.

    ``total`` counts what matches, ``visible`` all that the viewer may see. ``first`` is the place of the first row, from 1.
    ``previous`` and ``next`` are addresses or None; so are ``csv`` and ``json`` (the same rows for machines), and ``sort``, the same list
    in the other order. ``yard`` has a square for each exposure and kind, under everything that is asked but those two; empty on later
    pages. ``chips`` are the values that are asked.
    """

    rows: tuple[AssetRow, ...]
    facets: tuple[Facet, ...]
    total: int
    visible: int
    first: int = 1
    q: str = ""
    is_filtered: bool = False
    is_by_words: bool = False
    sort: str | None = None
    yard: Mapping[tuple[str, str], Square] = field(default_factory=dict)
    chips: tuple[Chip, ...] = ()
    previous: str | None = None
    next: str | None = None
    csv: str | None = None
    json: str | None = None

    kinds = KINDS
    exposures = EXPOSURES
    fields = FIELDS
    states = STATES
    families = FAMILIES

    def by_exposure(self, exposure: str) -> int:
        """How many squares' assets have that exposure."""
        return sum(square.count for (_, each), square in self.yard.items() if each == exposure)

    def by_kind(self, kind: str) -> int:
        """How many squares' assets are of that kind."""
        return sum(square.count for (each, _), square in self.yard.items() if each == kind)
