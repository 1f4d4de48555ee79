# SPDX-License-Identifier: Apache-2.0
"""What the JSON doors of this room take and give. Money is text: no program rounds it."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

from madang.usage.words import GIVEN, PERS, SCOPES, WINDOWS

WINDOW: JsonDict = {"enum": list(WINDOWS)}
Service = Field(
    "",
    description="`namespace/name` of the one service that it is for; every one when empty.",
    examples=["madang/language-id"],
    max_length=200,
)


class Body(BaseModel):
    """What comes is of its types as it came: no number is read out of a truth or a text."""

    model_config = ConfigDict(strict=True)


class KeyOut(BaseModel):
    """A key without its secret; ``beginning`` is how it starts. ``state``: valid, ending, paused, expired or revoked."""

    id: str
    beginning: str
    account: str
    plan: str
    service: str
    note: str
    state: str
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None
    successor: str


class KeyList(BaseModel):
    """Keys, newest first."""

    items: list[KeyOut]
    next: str | None = None


class NewKeyIn(Body):
    """What to make. ``organisation`` is the one that it counts for; the first that one belongs to when empty."""

    plan: str = Field("development", max_length=40)
    service: str = Service
    note: str = Field("", max_length=200, examples=["test server"])
    organisation: str = Field("", max_length=96)
    days: int | None = Field(None, ge=1, le=3650)


class MadeKey(BaseModel):
    """A new key. ``key`` is the secret: it is shown now and never again."""

    id: str
    key: str
    plan: str
    service: str


class RotationIn(Body):
    """How many hours the old key is good beside the new one."""

    hours: int | None = Field(None, ge=0, le=24 * 90)


class QuotaOut(BaseModel):
    """How much of a unit in a minute, day or month. ``each``: every service has it for itself; ``hard``: more is refused."""

    id: str
    unit: str
    every: str
    amount: int
    scope: str
    service_id: str
    account_id: str
    each: bool
    hard: bool


class PriceOut(BaseModel):
    """What ``per`` units cost, as exact decimal text."""

    unit: str
    amount: str
    per: int
    currency: str
    service_id: str
    account_id: str


class PlanOut(BaseModel):
    """What one may use. ``given``: guests, at-once, by-request or by-operator."""

    name: str
    title: dict[str, str]
    given: str
    quotas: list[QuotaOut]
    prices: list[PriceOut]


class PlanList(BaseModel):
    """Plans, the smallest first."""

    items: list[PlanOut]
    next: str | None = None


class PlanIn(Body):
    """A plan's names and who gets it; what is empty stays."""

    title: dict[str, str] = Field(default_factory=dict, examples=[{"ko": "개발", "en": "Development"}])
    given: str = Field("", json_schema_extra={"enum": ["", *GIVEN]})


class QuotaIn(Body):
    """A quota; where the same one stands it gets this amount."""

    unit: str = Field("call", max_length=24)
    every: str = Field("day", json_schema_extra=WINDOW)
    amount: int
    scope: str = Field("account", json_schema_extra={"enum": list(SCOPES)})
    service: str = Service
    account: str = Field("", max_length=96)
    each: bool = True
    hard: bool = True


class PriceIn(Body):
    """A price from now on."""

    unit: str = Field(max_length=24, examples=["character"])
    amount: str = Field(max_length=40, examples=["0.5"])
    per: int = Field(1, json_schema_extra={"enum": list(PERS)})
    currency: str = Field("KRW", max_length=3)
    service: str = Service
    account: str = Field("", max_length=96)


class UsageRowOut(BaseModel):
    """The sum of one service, key, plan and unit; ``from`` and ``to`` are the first and the last day of use."""

    service: str
    key: str
    plan: str
    begins: date = Field(serialization_alias="from")
    ends: date = Field(serialization_alias="to")
    calls: int
    units: int
    unit: str


class UsageOut(BaseModel):
    """What was used, as far as one may see it and the logs are drained (every two seconds)."""

    rows: list[UsageRowOut]


class ProductionIn(Body):
    """What for, and how much of the unit in that time."""

    key: str = Field(max_length=26, description="The id of the key that is to do more.")
    plan: str = Field("production", max_length=40)
    purpose: str = Field(min_length=1, max_length=2000)
    wanted: int
    unit: str = Field("call", max_length=24)
    every: str = Field("day", json_schema_extra=WINDOW)


class ProductionOut(BaseModel):
    """A request for production. ``state``: waiting, approved, declined or withdrawn."""

    id: str
    key: str
    plan: str
    purpose: str
    wanted: int
    unit: str
    every: str
    state: str
    reason: str
    asked_at: datetime
    asked_by: str
    decided_at: datetime | None
    decided_by: str | None


class ProductionList(BaseModel):
    """Some requests, what waits first and then the newest, and the address of the next ones."""

    items: list[ProductionOut]
    next: str | None = None


class ApprovalIn(Body):
    """What was agreed; what is left out is as the plan has it."""

    amount: int | None = None
    price: str = Field("", max_length=40)
    price_unit: str = Field("", max_length=24)
    per: int = 1
    currency: str = Field("KRW", max_length=3)
    reason: str = Field("", max_length=2000, description="Told to whoever asked.")


class ReasonIn(Body):
    """Why."""

    reason: str = Field(min_length=1, max_length=2000)


class InvoiceOut(BaseModel):
    """An invoice. ``state``: draft, issued or void; ``number`` only once it is issued."""

    id: str
    number: str | None
    payer: str
    month: str
    part: int
    currency: str
    total: str
    state: str
    issued_at: datetime | None


class InvoiceLineOut(BaseModel):
    """One service on one plan at one price; ``amount`` is exact."""

    service: str
    plan: str
    calls: int
    units: int
    unit: str
    price: str
    per: int
    amount: str


class WholeInvoice(InvoiceOut):
    """An invoice with what stands on it."""

    lines: list[InvoiceLineOut]


class InvoiceList(BaseModel):
    """Some invoices, the newest month first, and the address of the next ones."""

    items: list[InvoiceOut]
    next: str | None = None


class MonthIn(Body):
    """A month."""

    month: str = Field(max_length=7, examples=["2026-11"])
