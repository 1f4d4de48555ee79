# SPDX-License-Identifier: Apache-2.0
"""What somebody must see to, noticed by the platform itself: a task stands as long as the thing does, and is done when it is over.

Looked at again and again; nothing is written while nothing changes.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from madang import audit, inbox, kit, people, web
from madang.kit import _
from madang.operations import queries, rules
from madang.operations.desk import Desk

LEDGER = inbox.Kind("ledger.broken", _("A verification found the ledger not whole (for operators and auditors)"), mail="once")
DISK = inbox.Kind("disk.full", _("The disk is nearly full (for operators)"), mail="once")
BACKUP = inbox.Kind("backup.late", _("The last backup is too old (for operators)"))
TOKEN = inbox.Kind("token.ending", _("A token of yours ends soon"), mail="once")
inbox.declare(LEDGER, DISK, BACKUP, TOKEN)
ENDING = timedelta(days=7)
"""Whoever owns a token is told so long before it ends, unless it was made for no longer."""
SPARE = 20
"""A disk has room again when it would still have with a twentieth of its free bytes gone, so that a task does not come and go."""
Deed = Callable[[Session], object]


@dataclass(frozen=True, slots=True)
class Watch:
    """Looks at the platform and asks whoever must act."""

    desk: Desk

    def look(self) -> None:
        """Tasks and news are as things stand now."""
        with self.desk.database.reading() as session:
            deeds = [*_ledger(session), *_disk(session, self.desk), *_backup(session, self.desk), *_tokens(session)]
        if deeds:
            with self.desk.database.writing() as session:
                for deed in deeds:
                    deed(session)


def _ask(kind: inbox.Kind, about: str, address: str, text: str, values: Mapping[str, object] | None = None) -> Deed:
    to = inbox.to_role(kit.Role.OPERATOR)
    return lambda session: inbox.ask(
        session, kind=kind.name, to=to, about=about, address=address, text=text, values=values, by=kit.SYSTEM
    )  # fmt: skip


def _finish(kind: inbox.Kind, about: str) -> Deed:
    return lambda session: inbox.finish(session, kind=kind.name, about=about, by=kit.SYSTEM)


def _tell(kind: inbox.Kind, to: str, about: str, address: str, text: str, values: Mapping[str, object]) -> Deed:
    return lambda session: inbox.tell(
        session, kind=kind.name, to=[to], about=about, address=address, text=text, values=values, by=kit.SYSTEM
    )  # fmt: skip


def _ledger(session: Session) -> list[Deed]:
    """The last verification that came to an end decides. One that found damage is asked about once, also when its task is ended by hand."""
    last = next((check for check in audit.checks(session) if check.state in ("whole", "broken")), None)
    if last is None:
        return []
    if last.state == "whole":
        return [_finish(LEDGER, about) for about in inbox.open_abouts(session, kind=LEDGER.name)]
    about, address = f"ledger/{last.id}", "/admin/ledger#checks"
    if inbox.known_abouts(session, kind=LEDGER.name, abouts=[about]):
        return []
    asked = _("The ledger is not whole: a verification found %(count)s problems. Compare it with a backup before anything else is changed.")
    told = _("A verification found the ledger not whole: %(count)s problems. The operators are asked to see to it.")
    values = {"count": len(last.problems)}
    auditors = inbox.to_duty("auditor")
    return [_ask(LEDGER, about, address, asked, values), _tell(LEDGER, auditors, about, address, told, values)]


def _disk(session: Session, desk: Desk) -> list[Deed]:
    free, total = desk.store.free_bytes(), desk.store.disk_bytes()
    is_asked = bool(inbox.open_abouts(session, kind=DISK.name))
    if rules.of_disk(free, total) != rules.FINE:
        text = _("The disk is nearly full: %(free)s of %(total)s free. Collect what nobody needs, or give the store a larger disk.")
        values = {"free": web.shown_size(free), "total": web.shown_size(total)}
        return [] if is_asked else [_ask(DISK, "disk", "/admin/storage", text, values)]
    has_room = rules.of_disk(free - free // SPARE, total) == rules.FINE
    return [_finish(DISK, "disk")] if is_asked and has_room else []


def _backup(session: Session, desk: Desk) -> list[Deed]:
    """A platform that was never backed up counts from its first day."""
    made = queries.last_deed(session, desk.backup_deed, viewer=kit.SYSTEM)
    is_asked = bool(inbox.open_abouts(session, kind=BACKUP.name))
    if rules.of_backup(made.at if made else _first_day(session), kit.now()) == rules.FINE:
        return [_finish(BACKUP, "backup")] if is_asked else []
    if is_asked:
        return []
    days = {"days": rules.BACKUP_LATE.days}
    text = _("No backup was made for %(days)s days. Make one while the platform runs: madang backup FILE")
    return [_ask(BACKUP, "backup", "/admin", text, days)]


def _first_day(session: Session) -> datetime | None:
    operator = people.find_account(session, people.OPERATOR)
    return operator.created_at if operator else None


def _tokens(session: Session) -> list[Deed]:
    ending = people.ending_tokens(session, within=ENDING, viewer=kit.SYSTEM)
    abouts = {f"token/{token.id}": token for token in ending}
    known = inbox.known_abouts(session, kind=TOKEN.name, abouts=list(abouts))
    text = _("Your token “%(note)s” ends on %(day)s. Make a new one before it does.")
    return [
        _tell(TOKEN, inbox.to_account(token.account_id), about, "/me#tokens", text, {"note": token.note, "day": f"{token.expires_at:%F}"})
        for about, token in abouts.items()
        if about not in known
    ]
