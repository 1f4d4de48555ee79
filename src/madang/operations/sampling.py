# SPDX-License-Identifier: Apache-2.0
"""What the page of samples shows, in plain values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madang import catalog, compliance


@dataclass(frozen=True, slots=True)
class EngineRow:
    """What the samples of one engine add up to. Shares are percent; ``share`` and ``times`` are None where nothing was compared."""

    engine: str
    release: str
    rules: str
    sampled: int
    equal: int
    different: int
    unfinished: int
    share: float | None
    low: float
    high: float
    times: float | None
    fast_seconds: float
    thorough_seconds: float
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One thing that both ways said differently."""

    what: str
    fast: str
    thorough: str


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One content. ``address`` and ``version`` are empty where the viewer may not see the version; ``path`` is then too."""

    id: str
    at: datetime
    result: str
    address: str
    version: str
    path: str
    sha256: str
    size: int
    engine: str
    release: str
    answers: tuple[AnswerRow, ...]
    fault: str
    fast_seconds: float
    thorough_seconds: float


@dataclass(frozen=True, slots=True)
class SamplesPage:
    """``operations/samples.html``: what the newest engine's samples add up to, those before, and the contents of a result (empty: all)."""

    now: EngineRow | None
    before: tuple[EngineRow, ...]
    rows: tuple[SampleRow, ...]
    result: str
    counts: Mapping[str, int]
    files_a_day: int
    is_running: bool
    first: int
    total: int
    previous: str | None
    next: str | None
    csv: str
    json: str
    fault: str = ""


def engine_row(found: compliance.Figures) -> EngineRow:
    """The figures of one engine in percent."""
    low, high = found.interval
    return EngineRow(
        found.engine, found.release, found.rules, found.sampled, found.equal, found.different, found.unfinished,
        None if found.share is None else 100 * found.share, 100 * low, 100 * high, found.times, found.fast_seconds, found.thorough_seconds,
        found.first_at, found.last_at,
    )  # fmt: skip


def sample_row(shown: compliance.Shown) -> SampleRow:
    """One content, with as much of its place as the viewer may see."""
    sample, asset, version = shown.sample, shown.asset, shown.version
    is_seen = asset is not None and version is not None
    return SampleRow(
        id=sample.id,
        at=sample.at,
        result=sample.result,
        address=catalog.version_address(asset, version) if asset is not None and version is not None else "",
        version=f"{asset.namespace}/{asset.name} {version.label or version.number}" if asset is not None and version is not None else "",
        path=sample.path if is_seen else "",
        sha256=sample.sha256,
        size=sample.size,
        engine=sample.engine,
        release=sample.release,
        answers=tuple(AnswerRow(name, _said(sample.fast, name), _said(sample.thorough, name)) for name in sample.differs),
        fault=str(sample.fast.get("fault") or sample.thorough.get("fault") or ""),
        fast_seconds=sample.fast_seconds,
        thorough_seconds=sample.thorough_seconds,
    )


def _said(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name)
    return "; ".join(value) if isinstance(value, list) else str(value or "")
