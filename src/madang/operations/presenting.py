# SPDX-License-Identifier: Apache-2.0
"""From rows to the plain values of pages, in the language of the request."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from madang import audit, compliance, db, institute, jobs, kit, mail, web
from madang.kit import _
from madang.operations import queries, rules
from madang.operations.desk import Desk
from madang.operations.pages import JobRow, Sign

CAP = 40
NEAR = 0.8


def say(message: str, **values: object) -> str:
    """A marked sentence with its places filled, in the language of the request."""
    told = web.translate(message)
    return told % values if values else told


def signs_of(session: Session, desk: Desk, *, viewer: kit.Actor, failed_today: int) -> tuple[Sign, ...]:
    """Everything that is looked at, in the order in which it matters."""
    return (
        _database(session, desk),
        _disk(desk),
        _processes(session),
        _jobs(session, failed_today),
        _limits(session),
        _ledger(session),
        _backup(session, desk, viewer),
        _letters(session, desk),
        _data(session),
    )


def failed_today(session: Session, offset_seconds: int) -> int:
    """How many jobs failed since midnight where the pages' clock is."""
    today = int((kit.now().timestamp() + offset_seconds) // 86_400)
    ended = jobs.ended_by_day(session, since=kit.now() - timedelta(days=1), offset_seconds=offset_seconds)
    return ended.get((today, jobs.State.FAILED), 0)


def plain(text: str) -> str:
    """Text from an address or a body as every database can compare it."""
    return text.replace("\0", "").encode("utf-8", "backslashreplace").decode()


def _database(session: Session, desk: Desk) -> Sign:
    facts = {"kind": desk.database_kind(session), "revision": db.revision(session), "size": web.shown_size(desk.database_bytes(session))}
    fact = say(_("%(kind)s, revision %(revision)s, %(size)s"), **facts)
    return Sign("database", rules.FINE, say(_("Database")), fact)


def _disk(desk: Desk) -> Sign:
    free, total = desk.store.free_bytes(), desk.store.disk_bytes()
    state = rules.of_disk(free, total)
    advice = "" if state == rules.FINE else say(_("Make room: collect what nobody needs, or give the store a larger disk."))
    fact = say(_("%(free)s of %(total)s free"), free=web.shown_size(free), total=web.shown_size(total))
    return Sign("disk", state, say(_("Disk")), fact, advice, "/admin/storage")


def _processes(session: Session) -> Sign:
    alive = jobs.living(session)
    state = rules.of_process(max((process.beat_at for process in alive), default=None), kit.now())
    if state == rules.FINE:
        fact = say(_("web answers; jobs: %(count)s, last beat %(seconds)s s ago"), count=len(alive), seconds=_seconds_since(alive))
        return Sign("processes", state, say(_("Processes")), fact)
    advice = say(_("Nothing is fetched, scanned or sealed. Start it: “madang up”, or “madang jobs” where processes run apart."))
    return Sign("processes", state, say(_("Processes")), say(_("web answers; no jobs process is alive")), advice)


def _seconds_since(alive: list[jobs.Living]) -> int:
    return max(0, int((kit.now() - max(process.beat_at for process in alive)).total_seconds()))


def _jobs(session: Session, failed_today: int) -> Sign:
    counts = jobs.count_by_state(session)
    facts = {"running": counts[jobs.State.RUNNING], "waiting": counts[jobs.State.QUEUED], "failed": failed_today}
    fact = say(_("%(running)s running, %(waiting)s waiting, %(failed)s failed today"), **facts)
    advice = say(_("Look at why, and do them again where it makes sense.")) if failed_today else ""
    return Sign(
        "jobs", rules.of_jobs(failed_today), say(_("Jobs")), fact, advice, "/admin/jobs?state=failed" if failed_today else "/admin/jobs"
    )


def _limits(session: Session) -> Sign:
    """Who has as many versions waiting as one account may, or nearly."""
    most = institute.current(session).max_waiting
    near = [(name, count) for name, count in queries.waiting_by_account(session) if count >= most * NEAR]
    if not near:
        return Sign(
            "limits", rules.FINE, say(_("Limits")), say(_("nobody is near a limit; one account may have %(most)s waiting"), most=most)
        )
    fact = say(
        _("near or at the limit of %(most)s waiting: %(who)s"), most=most, who=", ".join(f"{name} ({count})" for name, count in near)
    )
    advice = say(_("Cancel what is not needed, or raise the limit in the settings."))
    return Sign("limits", rules.LOOK, say(_("Limits")), fact, advice, "/admin/jobs?state=queued")


def _ledger(session: Session) -> Sign:
    seal, oldest = audit.latest_seal(session), audit.oldest_unsealed(session)
    checks = audit.checks(session, limit=1)
    state = rules.of_seal(oldest, kit.now())
    if checks and checks[0].state == "broken":
        return Sign(
            "ledger", rules.WRONG, say(_("Ledger")), say(_("the last verification found it not whole")),
            say(_("Compare with a backup and with the copy of the file of heads before anything else is changed.")), "/admin/ledger#checks",
        )  # fmt: skip
    advice = say(_("Lines wait for more than five minutes: no jobs process seals them.")) if state == rules.WRONG else ""
    fact = say(_("sealed up to line %(line)s"), line=f"{seal.sequence:,}") if seal else say(_("nothing to seal yet"))
    return Sign("ledger", state, say(_("Ledger")), fact, advice, "/admin/ledger")


def _backup(session: Session, desk: Desk, viewer: kit.Actor) -> Sign:
    last = queries.last_deed(session, desk.backup_deed, viewer=viewer)
    state = rules.of_backup(last.at if last else None, kit.now())
    advice = "" if state == rules.FINE else say(_("Make one while it runs: “madang backup FILE”."))
    if last is None:
        return Sign("backup", state, say(_("Backup")), say(_("none was made yet")), advice)
    days = (kit.now() - last.at) // timedelta(days=1)
    fact = say(_("today")) if not days else say(_("%(days)s days ago"), days=days)
    return Sign(
        "backup", state, say(_("Backup")), fact, "" if state == rules.FINE else say(_("Make one while it runs: “madang backup FILE”."))
    )


def _letters(session: Session, desk: Desk) -> Sign:
    waiting, failed = mail.count_waiting(session), mail.count_failed(session)
    state = rules.of_letters(waiting, failed, is_set=desk.has_mail)
    if not desk.has_mail:
        return Sign("mail", state, say(_("Mail")), say(_("no mail server is set")), say(_("Set MADANG_SMTP_URL to send letters.")))
    advice = say(_("Look at what the mail server answers in the log.")) if state != rules.FINE else ""
    return Sign("mail", state, say(_("Mail")), say(_("%(waiting)s waiting, %(failed)s given up"), waiting=waiting, failed=failed), advice)


def _data(session: Session) -> Sign:
    day = compliance.licence_data(session)
    fact = say(_("of %(day)s"), day=day) if day else say(_("known after the first scan"))
    return Sign("data", rules.FINE, say(_("Licence data")), fact)


def job_row(task: jobs.Task, subject: compliance.Subject | None) -> JobRow:
    """A task as the list shows it."""
    ended = task.finished_at or (kit.now() if task.state is jobs.State.RUNNING else None)
    seconds = (ended - task.started_at).total_seconds() if ended and task.started_at else None
    what = ", ".join(str(value) for value in task.arguments)
    row = JobRow(
        id=task.id, name=task.name, state=task.state.value, lane=task.lane, queued_at=task.created_at, started_at=task.started_at,
        finished_at=task.finished_at, seconds=seconds, attempts=task.attempts, who="",
        what=what if len(what) <= CAP else f"{what[:CAP]}…", address="", reason="",
    )  # fmt: skip
    return row if subject is None else replace(row, **_of_version(subject))


def _of_version(subject: compliance.Subject) -> dict[str, Any]:
    """What a row says of the version that its job works on."""
    row, asset = subject.verification, subject.asset
    failure = jobs.Failure(row.failure_code or "", row.failure_message or "", row.failure_values)
    return {
        "who": row.requested_by,
        "what": f"{asset.namespace}/{asset.name} {subject.version.label or subject.version.number}",
        "address": subject.address,
        "reason": failure.sentence(web.translate) if row.failure_code else "",
        "files_done": row.files_done,
        "files_total": row.files_total,
    }
