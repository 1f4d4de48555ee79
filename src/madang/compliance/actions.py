# SPDX-License-Identifier: Apache-2.0
"""Every write of a verification's own row. What a scan found is written by ``recording``."""

from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from madang import audit, catalog, jobs, kit
from madang.compliance import news, queries
from madang.compliance.errors import NotFailed, TooManyWaiting
from madang.compliance.limits import Limits
from madang.compliance.many import closing
from madang.compliance.models import DECLARED, FINAL, Verification

JOB = "compliance.verify"
_IN_PERSON = Verification.lane == jobs.Lane.PEOPLE.value
"""What came from a list waits in its own lane and hinders nobody from handing in one version more."""


def submit(
    session: Session,
    asset: catalog.Asset,
    *,
    source: catalog.Source,
    label: str = "",
    lane: jobs.Lane = jobs.Lane.PEOPLE,
    limits: Limits = Limits(),  # noqa: B008  # frozen
    by: kit.Actor,
) -> Verification:
    """The asset has a new version, and its verification is queued in the same unit of work.

    Without a label it is called as its branch or tag is, where that is free, else by its number.
    """
    catalog.check_changeable(session, asset, by=by)
    _check_waiting(session, limits, by)
    _free_label(session, asset, label, by)
    version = catalog.add_version(session, asset, source=source, label=label or catalog.free_label(session, asset, source.ref), by=by)
    task_id = _enqueue(session, version.id, lane)
    verification = _queued(session, version, task_id, lane, by)
    if source.content is not None:
        catalog.fix_content(session, version, content=source.content, by=by)
    catalog.describe(asset, version, state="queued")
    return verification


def _queued(session: Session, version: catalog.Version, task_id: str, lane: jobs.Lane, by: kit.Actor) -> Verification:
    verification = Verification(
        version_id=version.id, task_id=task_id, lane=lane.value, state="queued", requested_by_id=by.account_id, requested_by=by.name,
        requested_at=kit.now(), files_done=0, failure_values={}, declared_in=[], counts={}, conflicts=[], left_out=[], engine="",
        data_date="", documents={},
    )  # fmt: skip
    session.add(verification)
    session.flush()
    return verification


def _free_label(session: Session, asset: catalog.Asset, label: str, by: kit.Actor) -> None:
    """A version that came to nothing gives its label to the one that mends it."""
    holder = queries.find_label(session, asset, label) if label else None
    if holder is not None and holder.verification.state in ("failed", "cancelled"):
        catalog.drop_label(session, holder.version, by=by)


def _enqueue(session: Session, version_id: str, lane: jobs.Lane) -> str:
    """The work is queued; it is told its own task, so that an attempt that was cancelled cannot speak for the one after it."""
    task_id = kit.new_id()
    return jobs.enqueue(session, JOB, version_id, task_id, lane=lane, task_id=task_id)


def _check_waiting(session: Session, limits: Limits, by: kit.Actor) -> None:
    waiting = select(func.count()).where(Verification.requested_by_id == by.account_id, Verification.state.not_in(FINAL), _IN_PERSON)
    if by.account_id is not None and (session.scalar(waiting) or 0) >= limits.max_waiting:
        raise TooManyWaiting(limit=limits.max_waiting)


def cancel(session: Session, asset: catalog.Asset, version: catalog.Version, verification: Verification, *, by: kit.Actor) -> None:
    """The verification goes no further. What has ended already stays as it ended."""
    catalog.check_changeable(session, asset, by=by)
    if move(session, version.id, "cancelled", task_id=verification.task_id):
        jobs.cancel(session, verification.task_id)
        catalog.describe(asset, version, state="cancelled")
        audit.record(session, "verification.cancelled", target=f"{asset.ref}@{version.number}", by=by)
        closing.version_ended(session, version.id)


def retry(session: Session, asset: catalog.Asset, version: catalog.Version, verification: Verification, *, by: kit.Actor) -> Verification:
    """The verification is queued again, from where its content is known; for the first time where nobody had asked for it."""
    catalog.check_changeable(session, asset, by=by)
    if verification.state == DECLARED and version.content is not None:
        asked = _queued(session, version, _enqueue(session, version.id, jobs.Lane.PEOPLE), jobs.Lane.PEOPLE, by)
        catalog.describe(asset, version, state="queued")
        audit.record(session, "verification.asked", target=f"{asset.ref}@{version.number}", by=by)
        return asked
    if verification.state not in ("failed", "cancelled"):
        raise NotFailed(state=verification.state)
    verification.state, verification.finished_at, verification.started_at = "queued", None, None
    verification.failure_code, verification.failure_message, verification.failure_values = None, None, {}
    verification.files_done, verification.files_total, verification.seconds_left, verification.rate = 0, None, None, None
    verification.task_id = _enqueue(session, version.id, jobs.Lane(verification.lane))
    catalog.describe(asset, version, state="queued")
    audit.record(session, "verification.retried", target=f"{asset.ref}@{version.number}", by=by)
    return verification


def move(session: Session, version_id: str, state: str, *, task_id: str, **facts: Any) -> bool:
    """The verification is in ``state`` with these facts, unless it has ended or another attempt works on it; whether it moved."""
    if state in FINAL:
        facts["finished_at"] = kit.now()
    mine = (Verification.version_id == version_id, Verification.task_id == task_id, Verification.state.not_in(FINAL))
    moved = update(Verification).where(*mine)
    result = session.execute(moved.values(state=state, **facts).execution_options(synchronize_session="fetch"))
    return bool(result.rowcount)  # type: ignore[attr-defined]  # an UPDATE's result counts rows


def fail(session: Session, version_id: str, task_id: str, failure: jobs.Failure) -> None:
    """The attempt has failed for a reason that a person can read."""
    values: dict[str, Any] = {
        "failure_code": failure.code,
        "failure_message": failure.message,
        "failure_values": dict(failure.values),
    }
    if move(session, version_id, "failed", task_id=task_id, **values):
        version = catalog.get_version_by_id(session, version_id)
        asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
        catalog.describe(asset, version, state="failed")
        audit.record(session, "verification.failed", target=f"{asset.ref}@{version.number}", by=kit.SYSTEM, code=failure.code)
        news.failed(session, asset, version, session.get_one(Verification, version.id), failure)
