# SPDX-License-Identifier: Apache-2.0
"""What the pages of terms show: plain values, filled by the doors, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The version that the page is about."""

    kind: str
    namespace: str
    name: str
    title: str
    version: str
    label: str
    exposure: str
    created_at: datetime
    address: str


@dataclass(frozen=True, slots=True)
class Named:
    """A thing as the viewer may know it; ``address`` is empty where there is no page for them."""

    name: str
    address: str = ""
    license: str | None = None
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """How the next thing was made of the one before, and which rule says what comes over."""

    way: str
    source: str
    thing: Named


@dataclass(frozen=True, slots=True)
class Found:
    """One fact with the shortest chain to here. ``only`` names the reading if it holds in one alone."""

    says: str
    severity: str
    start: Named
    license: str | None
    source: str
    steps: tuple[Step, ...]
    only: str = ""
    voices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done, once, with the first thing that asks for it and how many more do."""

    first: Found
    more: int


@dataclass(frozen=True, slots=True)
class Mend:
    """What would help, and the verdict that it would bring."""

    says: str
    verdict: str
    source: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A decision in words. ``readings`` are pairs of a reading and its verdict; ``question`` is what a person would ask."""

    goal: str
    question: str
    verdict: str
    readings: tuple[tuple[str, str], ...]
    reading: str
    license: str | None
    scope: str
    day: str
    rules: str
    reasons: tuple[Found, ...]
    duties: tuple[Duty, ...]
    choices: tuple[str, ...]
    mends: tuple[Mend, ...]
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One goal of the box."""

    goal: str
    word: str
    verdict: str
    readings: Mapping[str, str]
    duties: tuple[str, ...]
    reasons: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A way into the version, or a thing that it is made of."""

    id: str
    thing: Named
    way: str
    details: tuple[str, ...]
    is_complete: bool
    is_declared: bool
    is_imported: bool
    note: str
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that removes facts. ``is_over``: it expired and removes nothing."""

    id: str
    removes: tuple[str, ...]
    issuer: str
    expires: date | None
    is_over: bool
    sha256: str | None
    note: str
    at_edge: bool
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What a person stated of the version, beside what arrived. ``is_any``: whether there is something to take back."""

    license: str
    arrived: str | None
    is_own: bool
    complete: bool | None
    arrived_complete: bool
    facts: tuple[str, ...]
    is_any: bool


@dataclass(frozen=True, slots=True)
class Sbom:
    """A list of parts that is attached. ``is_complete``: it says that it names all."""

    id: str
    name: str
    title: str
    about: str
    sha256: str
    parts: int
    is_complete: bool
    made_at: datetime
    made_by: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept decision in a list."""

    id: str
    says: str
    license: str | None
    verdict: str
    reading: str
    sha256: str
    is_stale: bool
    decided_at: datetime
    decided_by: str


@dataclass(frozen=True)
class TermsPage:
    """What may be done with one version. ``waiting``: so many components in it stand under nothing that anybody stated. ``fault`` is a
    refusal and ``part`` the form that it belongs to; ``values`` is what was typed."""

    head: Head
    license: str | None
    is_complete: bool
    things: int
    hidden: int
    lines: tuple[Line, ...]
    answer: Answered | None
    question: Mapping[str, str]
    made: tuple[Made, ...]
    papers: tuple[Paper, ...]
    stated: Stated
    sboms: tuple[Sbom, ...]
    waiting: int
    may_state: bool
    kept: tuple[Kept, ...]
    next: Mapping[str, str | None]
    may_change: bool
    may_keep: bool
    words: Mapping[str, Mapping[str, str]]
    fault: str = ""
    part: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class DecisionPage:
    """One kept decision. ``replayed`` is None until it was asked for. ``is_whole``: the viewer may see all that it rests on."""

    head: Head
    kept: Kept
    answer: Answered
    is_whole: bool
    replayed: bool | None
    question: Mapping[str, str]
    words: Mapping[str, Mapping[str, str]]
