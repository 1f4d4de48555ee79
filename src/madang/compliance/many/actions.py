# SPDX-License-Identifier: Apache-2.0
"""Every write of a list: taken in as a draft, mended, confirmed once, cancelled, its failures tried again."""

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from madang import access, audit, catalog, forges, jobs, kit
from madang.compliance.many import planning, queries
from madang.compliance.many.errors import NotADraft, NothingToDo, TooManyRows, TooManyUnderWay
from madang.compliance.many.models import CANCELLING, DRAFT, DUPLICATE, ENDED, LEFT_OUT, READY, RUNNING, Registration, RegistrationRow

JOB = "compliance.register-list"
MAKE, CANCEL, RETRY = "make", "cancel", "retry"
MOST_ROWS = 2_000
MOST_DRAFTS = 20
"""Of one account; the oldest makes room for the next."""
MOST_UNDER_WAY = 4_000
"""Rows of one account that are confirmed and not ended."""
Rows = Sequence[tuple[int, Mapping[str, str]]]


def draft(
    session: Session,
    rows: Rows,
    guard: forges.Guard,
    *,
    name: str,
    told: str = "",
    namespace: str = "",
    exposure: str = "private",
    by: kit.Actor,
) -> Registration:
    """The list stands as a draft, each row with what will happen; nothing is registered yet."""
    check_may_register(by)
    if len(rows) > MOST_ROWS:
        raise TooManyRows(limit=MOST_ROWS, field="file")
    made = Registration(
        id=kit.new_id(), account_id=by.account_id, made_by=by.name, made_at=kit.now(), name=name[:200], told=told[:200],
        namespace=(namespace or by.name)[:96], exposure=exposure or "private", state=DRAFT,
    )  # fmt: skip
    if made.exposure not in catalog.EXPOSURES:
        raise catalog.InvalidExposure(field="exposure", exposure=exposure[:40], exposures=", ".join(catalog.EXPOSURES))
    _discard_oldest(session, by)
    session.add(made)
    session.flush()
    raw = [(number, dict(given), READY, False) for number, given in rows]
    plans = planning.plan(raw, queries.ground(session, raw, made, guard, viewer=by), namespace=made.namespace, exposure=made.exposure)
    values = [_row(made.id, number, dict(given), plans[number]) for number, given in rows]
    if values:
        session.execute(insert(RegistrationRow), values)
    audit.record(session, "registration.drafted", target=f"registration/{made.id}", by=by, name=made.name, rows=len(rows))
    return made


def _discard_oldest(session: Session, by: kit.Actor) -> None:
    """There is room for one more draft of this account: its oldest ones go."""
    mine = select(Registration).where(Registration.account_id == by.account_id, Registration.state == DRAFT)
    for old in session.scalars(mine.order_by(Registration.id.desc()).offset(MOST_DRAFTS - 1).limit(MOST_DRAFTS)).all():
        session.execute(delete(RegistrationRow).where(RegistrationRow.registration_id == old.id))
        session.delete(old)
        audit.record(session, "registration.discarded", target=f"registration/{old.id}", by=by, name=old.name)


def _row(list_id: str, number: int, given: Mapping[str, str], planned: planning.Planned) -> dict[str, object]:
    return {"registration_id": list_id, "number": number, "given": given, "is_forced": False, "version_id": None, **_facts(planned)}


def _facts(planned: planning.Planned) -> dict[str, object]:
    names = ("state", "action", "kind", "namespace", "asset", "source", "message")
    return {**{name: getattr(planned, name) for name in names}, "values": dict(planned.values)}


def check_may_register(by: kit.Actor) -> None:
    """Refuse whoever is not signed in. Where they may register is decided for every row."""
    if by.account_id is None or not access.allows(by, "registration", "see"):
        raise kit.NotSignedIn


def mend(
    session: Session,
    made: Registration,
    guard: forges.Guard,
    number: int,
    *,
    given: Mapping[str, str] | None = None,
    leave_out: bool | None = None,
    force: bool = False,
    by: kit.Actor,
) -> None:
    """A row of the draft is corrected, left out or taken in, and every row says anew what will happen."""
    _check_draft(made)
    row = queries.get_row(session, made, number)
    if given is not None:
        row.given = {**row.given, **{name: text[:2000] for name, text in given.items() if name in planning.FIELDS}}
    if force:
        row.is_forced = True
    if leave_out is not None:
        row.state = LEFT_OUT if leave_out else READY
    elif row.state == LEFT_OUT:
        row.state = READY
    replan(session, made, guard, by=by)


def replan(session: Session, made: Registration, guard: forges.Guard, *, by: kit.Actor) -> None:
    """Every row of the draft says what will happen as things stand now."""
    rows = queries.rows(session, made, limit=MOST_ROWS)
    raw = [(row.number, dict(row.given), row.state, row.is_forced) for row in rows]
    plans = planning.plan(raw, queries.ground(session, raw, made, guard, viewer=by), namespace=made.namespace, exposure=made.exposure)
    for row in rows:
        for name, value in _facts(plans[row.number]).items():
            if getattr(row, name) != value:
                setattr(row, name, value)
    session.flush()


def confirm(session: Session, made: Registration, guard: forges.Guard, *, by: kit.Actor) -> None:
    """The list is worked on behind. Confirmed again it changes nothing; ``NothingToDo`` when no row is ready."""
    if made.state != DRAFT:
        return
    check_may_register(by)
    replan(session, made, guard, by=by)
    ready = queries.counts(session, made)[READY]
    if not ready:
        raise NothingToDo
    if queries.count_under_way(session, by) + ready > MOST_UNDER_WAY:
        raise TooManyUnderWay(limit=MOST_UNDER_WAY)
    mine = update(Registration).where(Registration.id == made.id, Registration.state == DRAFT)
    took = session.execute(mine.values(state=RUNNING, confirmed_at=kit.now()).execution_options(synchronize_session=False))
    session.refresh(made)
    if took.rowcount:  # type: ignore[attr-defined]  # an UPDATE's result counts rows
        jobs.enqueue(session, JOB, made.id, MAKE, lane=jobs.Lane.BACKGROUND)
        audit.record(session, "registration.confirmed", target=f"registration/{made.id}", by=by, rows=ready)


def cancel(session: Session, made: Registration, *, by: kit.Actor) -> None:
    """A draft is over; of a list that is worked on, what has not ended goes no further."""
    if made.state == DRAFT:
        made.state, made.ended_at = ENDED, kit.now()
    elif made.state == RUNNING:
        made.state = CANCELLING
        jobs.enqueue(session, JOB, made.id, CANCEL, lane=jobs.Lane.PEOPLE)
    else:
        return
    audit.record(session, "registration.cancelled", target=f"registration/{made.id}", by=by)


def retry(session: Session, made: Registration, *, by: kit.Actor) -> None:
    """What failed or was cancelled is tried again, and rows that are ready are made."""
    if made.state == DRAFT:
        raise NotADraft
    made.state, made.ended_at = RUNNING, None
    jobs.enqueue(session, JOB, made.id, RETRY, lane=jobs.Lane.BACKGROUND)
    audit.record(session, "registration.retried", target=f"registration/{made.id}", by=by)


def _check_draft(made: Registration) -> None:
    if made.state != DRAFT:
        raise NotADraft


__all__ = ["CANCEL", "DUPLICATE", "JOB", "MAKE", "RETRY", "cancel", "check_may_register", "confirm", "draft", "mend", "replan", "retry"]
