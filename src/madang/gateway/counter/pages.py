# SPDX-License-Identifier: Apache-2.0
"""What the pages of services show: plain values, filled by the doors, read by the templates as ``page``."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from madang.gateway.counter.codes import Code
from madang.gateway.counter.fields import Field
from madang.gateway.results import Shown
from madang.web.pictures import Drawing

SECTORS = ("industry", "university", "public", "individual", "other")
"""The order of the sectors from the foot of a bar up."""
GROUPS = ("language", "speech", "vision", "data")


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """A service in the list. ``state``: open, paused, or missing where nothing answers behind it."""

    address: str
    full_name: str
    title: str
    about: str
    unit: str
    calls: int
    exposure: str
    state: str
    field: str
    version: str


@dataclass(frozen=True, slots=True)
class Use:
    """Calls by day and sector: drawn, and as rows (day, then a figure for each sector)."""

    lying: Drawing
    standing: Drawing
    total: int
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    sums: tuple[int, ...]
    begins: date
    ends: date


@dataclass(frozen=True, slots=True)
class ServicesPage:
    """``gateway/services.html``: the services by field, and how much all of them are called."""

    groups: tuple[tuple[str, tuple[ServiceRow, ...]], ...]
    use: Use
    may_publish: bool = False

    @property
    def count(self) -> int:
        """How many services the viewer may see."""
        return sum(len(rows) for _group, rows in self.groups)


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A service as operators see it: calls that were answered and that failed on our side today, and how its process fares (running, idle,
    down, or "" where none is known)."""

    address: str
    full_name: str
    title: str
    version: str
    exposure: str
    is_paused: bool
    process: str
    reason: str
    calls: int
    failed: int


@dataclass(frozen=True, slots=True)
class KeptPage:
    """``gateway/admin_services.html``: every service, those that fail first."""

    rows: tuple[KeptRow, ...]
    first: int
    total: int
    calls: int
    failed: int
    previous: str | None = None
    next: str | None = None
    done: str = ""


@dataclass(frozen=True, slots=True)
class PublishPage:
    """``gateway/publish.html``: the form that publishes a folder. ``suffixes`` are those of archives that are opened."""

    namespaces: tuple[str, ...]
    most_bytes: int
    suffixes: tuple[str, ...]
    values: Mapping[str, str]
    faults: Mapping[str, str]
    may_publish: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of a try: a picture, the answer as JSON, what it cost; or a refusal's sentence."""

    shown: Shown | None = None
    json: str = ""
    units: int = 0
    milliseconds: float = 0
    fault: str = ""
    field: str = ""
    code: str = ""
    status: int = 200
    is_guest: bool = True
    is_own_key: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """One row of what a plan allows for a service. ``amount`` is None where it has no bound."""

    plan: str
    title: Mapping[str, str]
    given: str
    quotas: tuple[tuple[str, int, str, str], ...]
    price: str
    is_mine: bool = False


@dataclass(frozen=True, slots=True)
class Speed:
    """How long answers took by day, drawn, and as rows (day, calls, p50, p95, p99 in milliseconds)."""

    lying: Drawing
    standing: Drawing
    rows: tuple[tuple[str, int, float, float, float], ...]
    failed: int
    calls: int

    @property
    def success(self) -> str:
        """The share of the calls that were answered."""
        return f"{100 * (self.calls - self.failed) / self.calls:.3f}".rstrip("0").rstrip(".") if self.calls else "–"


@dataclass(frozen=True, slots=True)
class Mine:
    """What the viewer used of this service today, against what the plan allows of it."""

    used: int
    most: int | None
    unit: str
    plan: str
    bar: Drawing


@dataclass(frozen=True, slots=True)
class ReleaseRow:
    """A version that takes, or took, calls. ``state`` is its process's: running, idle, down, or "" where nothing is known of one."""

    label: str
    engine: str
    share: int
    state: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Keeping:
    """What whoever keeps the service sees of it, and may do to it."""

    releases: tuple[ReleaseRow, ...]
    paused_at: datetime | None
    paused_by: str
    done: str = ""


@dataclass(frozen=True, slots=True)
class ServicePage:
    """``gateway/service.html``: one service, tried on the spot."""

    kind: str
    namespace: str
    name: str
    title: str
    version: str
    about: str
    exposure: str
    field: str
    unit: str
    state: str
    owner: str
    licence: str
    calls: int
    fields: tuple[Field, ...]
    operations: tuple[str, ...]
    operation: str
    codes: tuple[Code, ...]
    allowances: tuple[Allowance, ...]
    speed: Speed | None
    versions: int
    terms: str
    card: tuple[tuple[str, str], ...] = ()
    secret: str = ""
    trial: Trial | None = None
    mine: Mine | None = None
    may_change: bool = False
    keeping: Keeping | None = None
    faults: Mapping[str, str] = dataclasses.field(default_factory=dict)

    @property
    def address(self) -> str:
        """The service's page."""
        return f"/assets/api/{self.namespace}/{self.name}"

    @property
    def full_name(self) -> str:
        """Its name on wires."""
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """``gateway/figures.html``: what came of a service, for its owner: this year on one sheet."""

    namespace: str
    name: str
    title: str
    unit: str
    years: tuple[int, ...]
    year: int
    use: Use
    speed: Speed | None
    calls: int
    units: int
    failed: int
    users: int
    organisations: tuple[tuple[str, str, int, int], ...]
    before: int

    @property
    def address(self) -> str:
        """The service's page."""
        return f"/assets/api/{self.namespace}/{self.name}"
