# SPDX-License-Identifier: Apache-2.0
"""What the list of assets shows: plain values, filled by the door, read by the template as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from madang.catalog.kinds import FIELDS


@dataclass(frozen=True, slots=True)
class Share:
    """So many files whose licence asks this much. ``strength`` as ``licensing.strength`` says it."""

    strength: str
    files: int
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class AssetRow:
    """One asset in the list, with what is known of its newest version.

    ``state`` is the newest version's state, or ``empty`` where there is no version yet. ``licence`` is the declared expression.
    ``strip`` is the newest verified version's files by strength, in any order; empty where nothing is verified.
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
    """``catalog/assets.html``: the assets that the viewer may see, newest first.

    ``total`` counts what matches, ``visible`` all that the viewer may see. ``first`` is the place of the first row, from 1.
    ``previous`` and ``next`` are addresses or None; so are ``csv`` and ``json`` (the same rows for machines). ``is_filtered`` says
    whether anything is asked.
    """

    rows: tuple[AssetRow, ...]
    facets: tuple[Facet, ...]
    total: int
    visible: int
    first: int = 1
    q: str = ""
    is_filtered: bool = False
    is_by_words: bool = False
    previous: str | None = None
    next: str | None = None
    csv: str | None = None
    json: str | None = None

    @property
    def fields(self) -> Mapping[str, Mapping[str, str]]:
        """What an asset can be about: the word, and its names by language."""
        return FIELDS
