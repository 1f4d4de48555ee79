# SPDX-License-Identifier: Apache-2.0
"""What the pages of keys, plans and usage show: plain values, filled by the doors, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from madang.usage.models import Invoice, InvoiceLine, Plan, Price, ProductionRequest, Quota
from madang.usage.queries import KeyRow, RequestFacts
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
class Asking:
    """What may be asked for beyond development: on which plans, with which keys; and what was asked."""

    plans: tuple[str, ...] = ()
    keys: tuple[KeyRow, ...] = ()
    requests: tuple[ProductionRequest, ...] = ()


@dataclass(frozen=True, slots=True)
class KeysPage:
    """``usage/keys.html``: what my keys used this month, and the keys."""

    month: date
    total: Total | None
    quotas: tuple[QuotaRow, ...]
    keys: tuple[KeyRow, ...]
    plans: Mapping[str, Mapping[str, str]]
    services: tuple[str, ...]
    asking: Asking = Asking()
    secret: str = ""
    line: str = ""
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    ends: KeyRow | None = None


@dataclass(frozen=True, slots=True)
class RequestsPage:
    """``usage/requests.html``: requests for production. ``names`` are accounts' by their ids; ``decides``: the viewer is the office."""

    requests: tuple[ProductionRequest, ...]
    names: Mapping[str, str]
    plans: Mapping[str, Mapping[str, str]]
    decides: bool
    next: str | None = None
    first: str | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What a key used by day and service: drawn, and as rows (day, then a figure for each name)."""

    lying: Drawing
    standing: Drawing
    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True, slots=True)
class RequestPage:
    """``usage/request.html``: one request, what it is decided on, and the place to decide."""

    request: ProductionRequest
    facts: RequestFacts
    use: Use | None
    plans: Mapping[str, Mapping[str, str]]
    decides: bool
    withdraws: bool
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    done: str = ""


@dataclass(frozen=True, slots=True)
class InvoicesPage:
    """``usage/invoices.html``: the viewer's invoices, or everybody's for the office, which drafts a month here."""

    invoices: tuple[Invoice, ...]
    month: str
    last_month: str
    manages: bool
    next: str | None = None
    is_first: bool = True
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    done: str = ""


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """``usage/invoice.html``: one invoice, as it is printed."""

    invoice: Invoice
    lines: tuple[InvoiceLine, ...]
    plans: Mapping[str, Mapping[str, str]]
    manages: bool
    faults: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, str] = field(default_factory=dict)
    done: str = ""


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
    names: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    done: str = ""
