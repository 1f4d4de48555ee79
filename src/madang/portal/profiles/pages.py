# SPDX-License-Identifier: Apache-2.0
"""What the pages of people and organisations show: plain values, read by the templates as ``page``."""

from dataclasses import dataclass
from datetime import datetime

from madang import catalog


@dataclass(frozen=True, slots=True)
class Tie:
    """An organisation of a person, with the role there; ``role`` is empty where only the tie is told."""

    name: str
    display_name: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class ProfilePage:
    """``portal/profile.html``: a person (``sort`` is ``person``) or an organisation, and their assets in pages.

    ``is_known``: the viewer is told more than the name. ``members``: the viewer may see who is in the organisation. ``edit`` is the
    address where who may keep the account or the organisation does so.
    """

    sort: str
    name: str
    display_name: str
    is_known: bool
    sector: str
    reach: str
    since: datetime
    rows: tuple[catalog.AssetRow, ...]
    total: int
    first: int
    ties: tuple[Tie, ...] = ()
    members: str | None = None
    edit: str | None = None
    previous: str | None = None
    next: str | None = None
    is_shut: bool = False
