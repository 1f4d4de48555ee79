# SPDX-License-Identifier: Apache-2.0
"""Every read of samples."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from madang import access, catalog, institute, jobs, kit
from madang.compliance.samples.figures import Figures
from madang.compliance.samples.models import DIFFERENT, EQUAL, UNFINISHED, Sample

JOB = "compliance.sample"
AT_ONCE = 10
"""Contents of one job: few enough that whoever comes meanwhile does not wait long for a worker."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A sample with the version where it was drawn, as far as the viewer may see it."""

    sample: Sample
    asset: catalog.Asset | None
    version: catalog.Version | None


def check_sees(viewer: kit.Actor) -> None:
    """Refused to whoever may not see how the platform does."""
    access.check(viewer, "operations", "see")


def figures(session: Session) -> list[Figures]:
    """What the samples of each engine add up to, the engine of the newest sample first."""
    row, compared = Sample, Sample.result != UNFINISHED
    counts = [func.count(case((row.result == word, 1))) for word in (EQUAL, DIFFERENT, UNFINISHED)]
    seconds = [func.coalesce(func.sum(case((compared, each), else_=0.0)), 0.0) for each in (row.fast_seconds, row.thorough_seconds)]
    last = func.max(row.at)
    keys = (row.engine, row.rules, row.release)
    asked = select(*keys, *counts, *seconds, func.min(row.at), last).group_by(*keys).order_by(last.desc(), row.rules)
    return [Figures(*tuple(found)) for found in session.execute(asked)]


def samples(session: Session, *, viewer: kit.Actor, result: str = "", limit: int, after: str | None = None, offset: int = 0) -> list[Shown]:
    """Samples with that result (empty: all), newest first, from behind the id ``after`` or from ``offset``."""
    check_sees(viewer)
    seen = and_(catalog.Asset.id == catalog.Version.asset_id, catalog.visible(viewer))
    asked = (
        select(Sample, catalog.Asset, catalog.Version)
        .join(catalog.Version, catalog.Version.id == Sample.version_id)
        .outerjoin(catalog.Asset, seen)
        .order_by(Sample.id.desc())
    )
    if result:
        asked = asked.where(Sample.result == result)
    if after is not None:
        asked = asked.where(Sample.id < after)
    rows = session.execute(asked.limit(limit).offset(offset))
    return [Shown(sample, asset, version if asset is not None else None) for sample, asset, version in rows]


def count_since(session: Session, moment: datetime) -> int:
    """How many contents were looked at since then."""
    return session.scalar(select(func.count()).where(Sample.at >= moment)) or 0


def count_of(session: Session, task_id: str) -> int:
    """How many contents a task has looked at."""
    return session.scalar(select(func.count()).where(Sample.task_id == task_id)) or 0


def known(session: Session, rules: str, release: str, contents: Collection[str]) -> set[str]:
    """Those of these contents that this engine's samples have already."""
    asked = select(Sample.sha256).where(Sample.rules == rules, Sample.release == release, Sample.sha256.in_(contents))
    return set(session.scalars(asked))


def midnight(moment: datetime) -> datetime:
    """When the moment's day began, in UTC."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def due(session: Session) -> int:
    """How many contents are to be looked at now: some of the day's number, while nobody's work waits or runs."""
    wanted = institute.current(session).scan_sample_files
    counted = jobs.count_by_state(session)
    if not wanted or counted[jobs.State.QUEUED] or counted[jobs.State.RUNNING]:
        return 0
    return max(0, min(AT_ONCE, wanted - count_since(session, midnight(kit.now()))))


def is_running(session: Session) -> bool:
    """Whether samples are being looked at, or wait for it."""
    return bool(jobs.tasks(session, states=[jobs.State.QUEUED, jobs.State.RUNNING], name=JOB, limit=1))
