# SPDX-License-Identifier: Apache-2.0
"""Samples are asked for and written down."""

import dataclasses
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import access, audit, inbox, jobs, kit, scan
from madang.compliance.samples import queries
from madang.compliance.samples.drawing import Drawn
from madang.compliance.samples.errors import SampleRuns
from madang.compliance.samples.models import DIFFERENT, EQUAL, UNFINISHED, Sample
from madang.kit import _

DIFFERS = inbox.Kind("scan.differs", _("The fast scan said something else than the thorough one (for operators)"), mail="once")
inbox.declare(DIFFERS)
ADDRESS = "/admin/samples?result=different"


def sample_later(session: Session, *, by: kit.Actor) -> str:
    """Some contents are drawn and looked at both ways by the jobs process, whatever the day's number is; the task's id."""
    access.check(by, "operations", "act")
    if queries.is_running(session):
        raise SampleRuns
    task = kit.new_id()
    jobs.enqueue(session, queries.JOB, task, queries.AT_ONCE, lane=jobs.Lane.BACKGROUND, task_id=task)
    audit.record(session, "scan.sampled", target="samples", by=by, files=queries.AT_ONCE, task=task)
    return task


def begin(session: Session) -> str | None:
    """The day's next samples are asked for, if any are left and nobody else's work waits or runs; the task's id.

    The id holds the hour and how many the day has, so two processes that ask at once ask for one task.
    """
    count = queries.due(session)
    if not count:
        return None
    now = kit.now()
    done = queries.count_since(session, queries.midnight(now))
    task = f"sample-{now:%Y%m%d-%H}-{done}"
    return jobs.enqueue(session, queries.JOB, task, count, lane=jobs.Lane.BACKGROUND, task_id=task)


def record(session: Session, drawn: Drawn, pair: scan.Pair, *, task_id: str, release: str) -> Sample | None:
    """What both ways said of a content is kept, and operators are asked to look at a difference. None when another process was quicker."""
    engine = scan.engine()
    result = DIFFERENT if pair.differs else EQUAL if pair.is_whole else UNFINISHED
    sample = Sample(
        id=kit.new_id(), task_id=task_id, at=kit.now(), version_id=drawn.version_id, path=pair.path, sha256=drawn.sha256, size=drawn.size,
        engine=f"{engine.name} {engine.version}", rules=scan.fingerprint(), release=release, fast=_kept(pair.fast),
        thorough=_kept(pair.thorough), differs=list(pair.differs), result=result, fast_seconds=pair.fast.cpu,
        thorough_seconds=pair.thorough.cpu,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(sample)
    except IntegrityError:
        return None
    if result == DIFFERENT:
        _ask(session, sample)
    return sample


def _kept(said: scan.Said) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in dataclasses.asdict(said).items() if name != "cpu"}


def _ask(session: Session, sample: Sample) -> None:
    """One task stands however many differ: a part that is broken differs everywhere."""
    if inbox.open_abouts(session, kind=DIFFERS.name):
        return
    text = _("The fast scan of “%(path)s” said something else than ScanCode's own code. See what, and tell the makers of Madang.")
    inbox.ask(
        session, kind=DIFFERS.name, to=inbox.to_role(kit.Role.OPERATOR), about=f"sample/{sample.id}", address=ADDRESS, text=text,
        values={"path": sample.path[-200:]}, by=kit.SYSTEM,
    )  # fmt: skip
