# SPDX-License-Identifier: Apache-2.0
"""What the pages of keys, plans and usage show: plain values, filled by the doors, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from madang.usage.models import Plan, Price, ProductionRequest, Quota
from madang.usage.queries import KeyRow
from madang.web.pictures import Drawing, Forecast


@dataclass(frozen=True, slots=True)
class Total:
    """The picture of one service's month: running totals by key against the cap, and the same as rows (day, then a figure for each key)."""

    service: str
    title: str
    unit: str
    plan: str
    used: int
    cap: int | None
    ahead: Forecast
    meets_on: date | None
    lying: Drawing
    standing: Drawing
    keys: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]

    @property
    def left(self) -> int:
        """What is left of the cap."""
        return max((self.cap or 0) - self.used, 0)


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """What was used of one service on one plan, against what is allowed; ``every`` says within which time."""

    service: str
    plan: str
    unit: str
    every: str
    used: int
    cap: int | None
    bar: Drawing
    cost: str
    is_chosen: bool
    address: str

    @property
    def share(self) -> int | None:
        """Per cent of the cap."""
        return None if not self.cap else min(round(100 * self.used / self.cap), 999)


@dataclass(frozen=True, slots=True)
class KeysPage:
    """``usage/keys.html``: what my keys used this month, and the keys."""

    month: date
    total: Total | None
    quotas: tuple[QuotaRow, ...]
    keys: tuple[KeyRow, ...]
    plans: Mapping[str, Mapping[str, str]]
    services: tuple[str, ...]
    requests: tuple[ProductionRequest, ...] = ()
    secret: str = ""
    line: str = ""
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    asks_for: str = ""
    ends: KeyRow | None = None


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A plan with what it allows and costs."""

    plan: Plan
    quotas: tuple[Quota, ...]
    prices: tuple[Price, ...]
    keys: int = 0


@dataclass(frozen=True, slots=True)
class PlansPage:
    """``usage/plans.html`` for everybody, and ``usage/admin_plans.html`` for whoever may change plans."""

    plans: tuple[PlanRow, ...]
    services: Mapping[str, str]
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    done: str = ""


@dataclass(frozen=True, slots=True)
class NearRow:
    """A key and how much of its nearest quota is used; 100 and more is over."""

    key: KeyRow
    service: str
    unit: str
    every: str
    used: int
    cap: int
    bar: Drawing

    @property
    def share(self) -> int:
        """Per cent of the quota."""
        return round(100 * self.used / self.cap) if self.cap else 100


@dataclass(frozen=True, slots=True)
class OperatorPage:
    """``usage/admin_usage.html``: usage by sector for any period, who is near or over a quota, and what waits to be decided."""

    begins: date
    ends: date
    lying: Drawing
    standing: Drawing
    total: int
    sums: tuple[tuple[str, int, int], ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]
    near: tuple[NearRow, ...]
    keys: tuple[KeyRow, ...]
    requests: tuple[ProductionRequest, ...] = ()
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    done: str = ""
