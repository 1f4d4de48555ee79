# SPDX-License-Identifier: Apache-2.0
"""What the JSON doors take and answer."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from madang import web

Goal = Literal["use", "change", "pass-on", "open", "serve", "sell", "train", "publish-output"]
Reading = Literal["strict", "permissive", "both"]
Scope = Literal["inner", "partner", "open"]
Kind = Literal[
    "contains", "links-static", "links-dynamic", "separate-process", "aggregates", "modifies", "copies", "trained-on", "evaluated-on",
    "fine-tuned-from", "distilled-from", "merged-from", "output-of", "served-as", "calls", "built-with", "practises", "documents",
]  # fmt: skip
Name = Annotated[str, Field(json_schema_extra=dict(web.NAME), examples=["lab"])]
Licence = Annotated[str, Field(max_length=20_000, examples=["Apache-2.0"])]
Text = Annotated[str, Field(max_length=2_000)]
Thing = Annotated[str, Field(max_length=700, description="An id of the answer's: kind/namespace/name@version, or a package URL.")]


class VersionName(BaseModel):
    """A version by its address; ``version`` is a number, a label or ``latest``."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=40, examples=["software"])]
    namespace: Name
    name: Name
    version: Annotated[str, Field(max_length=100)] = "latest"


class Question(VersionName):
    """May this be done with that version. The goal ``open`` needs a ``license``. With ``keep`` the decision is kept as a record."""

    goal: Goal
    license: Licence | None = None
    actions: Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=16)] = []
    scope: Scope = "open"
    reading: Reading = "both"
    keep: StrictBool = False


class ChangeIn(BaseModel):
    """One change to think of. ``license``: another licence at a thing; ``drop-edge`` and ``add-edge``: from ``from`` into ``at``;
    ``evidence``: facts removed there; ``withdraw``: the thing with every way out of it."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    change: Literal["license", "drop-edge", "add-edge", "evidence", "withdraw"]
    at: Thing
    source: Annotated[Thing | None, Field(alias="from")] = None
    license: Licence | None = None
    kind: Kind | None = None
    removes: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=50)] = []


class WhatIfIn(Question):
    """A question, and what would be changed before it is asked."""

    keep: Literal[False] = False
    changes: Annotated[list[ChangeIn], Field(min_length=1, max_length=20)]


class DecisionOut(BaseModel):
    """The answer. Ids that begin with ``hidden:`` are things that you may not see; they count. ``id`` and ``sha256`` are of the kept
    record, null where none was kept. ``said`` is what else one should know, as codes with values."""

    id: str | None = None
    sha256: str | None = None
    stale: bool = False
    decided_at: datetime | None = None
    decided_by: str | None = None
    verdict: Literal["yes", "no", "contested", "unknown"]
    readings: dict[str, str]
    duties: list[dict[str, Any]]
    reasons: list[dict[str, Any]]
    choices: list[dict[str, Any]]
    repairs: list[dict[str, Any]]
    said: list[dict[str, Any]]
    node: str
    goal: dict[str, Any]
    reading: str
    today: date
    rules: str


class GoalOut(BaseModel):
    """One thing that one may want, in short."""

    goal: str
    verdict: str
    readings: dict[str, str]
    duties: list[str]
    reasons: list[dict[str, Any]]


class TermsOut(BaseModel):
    """What may be done with a version: the terms that count for it, whether all its parts are named, and each goal in short."""

    node: str
    license: str | None
    stated: bool
    own: bool
    complete: bool
    things: int
    hidden: int
    goals: list[GoalOut]
    rules: str


class StatedIn(BaseModel):
    """What is stated of a version; what is left out stays. ``license`` "" goes back to what was found."""

    model_config = ConfigDict(extra="forbid")

    license: Licence | None = None
    own: StrictBool | None = None
    complete: StrictBool | None = None
    facts: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=50)] | None = None


class ComponentIn(BaseModel):
    """What is stated of a component, for everybody."""

    model_config = ConfigDict(extra="forbid")

    purl: Annotated[str, Field(max_length=400, examples=["pkg:pypi/requests@2.32.0"])]
    license: Licence | None = None
    facts: Annotated[list[Annotated[str, Field(max_length=120)]], Field(max_length=50)] | None = None


class ComponentOut(BaseModel):
    """A component as it counts now."""

    purl: str
    license: str | None
    facts: list[str]


class DerivationIn(BaseModel):
    """What the version is made with: a component (``purl``) or a version (``from``), and how."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    source: Annotated[VersionName | None, Field(alias="from")] = None
    purl: Annotated[str, Field(max_length=400)] = ""
    kind: Kind
    released_with: StrictBool = True
    modified: StrictBool | None = None
    pinned: StrictBool = True
    complete: StrictBool = True
    note: Text = ""


class DerivationOut(BaseModel):
    """An edge. ``name`` and ``url`` are null where you may not see what stands there."""

    id: str
    name: str | None
    url: str | None
    kind: str
    released_with: bool
    modified: bool | None
    pinned: bool
    complete: bool
    origin: str
    note: str
    made_at: datetime
    made_by: str


class DerivationList(BaseModel):
    """Some edges, and the address of the next ones."""

    items: list[DerivationOut]
    next: str | None


class EvidenceIn(BaseModel):
    """A document that removes facts at the version, or with ``derivation`` at that way into it."""

    model_config = ConfigDict(extra="forbid")

    removes: Annotated[list[Annotated[str, Field(max_length=120)]], Field(min_length=1, max_length=50)]
    issuer: Annotated[str, Field(min_length=1, max_length=300)]
    derivation: Annotated[str | None, Field(max_length=26)] = None
    expires: date | None = None
    sha256: Annotated[str | None, Field(pattern="^[0-9a-f]{64}$")] = None
    note: Text = ""


class EvidenceOut(BaseModel):
    """A document that stands."""

    id: str
    removes: list[str]
    issuer: str
    expires: date | None
    sha256: str | None
    note: str
    at_edge: bool
    made_at: datetime
    made_by: str


class EvidenceList(BaseModel):
    """Some documents at a version, and the address of the next ones."""

    items: list[EvidenceOut]
    next: str | None


class AffectedOut(BaseModel):
    """A version whose verdict would be another."""

    name: str
    url: str
    before: str
    after: str


class WhatIfOut(BaseModel):
    """Before, after, and whom else it would reach, of what you may see. ``more``: not all could be looked at."""

    before: DecisionOut
    after: DecisionOut
    affected: list[AffectedOut]
    more: bool
