# SPDX-License-Identifier: Apache-2.0
"""How often files were taken: noted in memory while they are given, written in one unit now and then, as days by sector.

Giving a file never waits for a write this way. Nobody's name is kept. A process that is killed loses at most what was noted since the last
writing. One file that is given from its first byte counts once; the card does not count.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from threading import Lock

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from madang import db, kit, people
from madang.hub import cards
from madang.hub.gates.models import DownloadDay
from madang.hub.models import Repository
from madang.hub.queries import Place

VISITOR = "visitor"
SECTORS = ("industry", "university", "public", "individual", "other", VISITOR)
DAYS = 30
MOST = 10_000
Key = tuple[str, date, str]
_lock = Lock()
_notes: Counter[Key] = Counter()


def note(repository_id: str, path: str, *, by: kit.Actor) -> None:
    """A file of the repository was given to this actor."""
    key = (repository_id, kit.now().date(), by.account_id or "")
    if path != cards.README:
        with _lock:
            if key in _notes or len(_notes) < MOST:
                _notes[key] += 1


def write_downloads(database: db.Database) -> int:
    """What was noted in this process stands in the rows; how many files that were. Call it every few minutes and when the process ends."""
    with _lock:
        noted = dict(_notes)
        _notes.clear()
    if not noted:
        return 0
    with database.writing() as session:
        sectors = _sectors(session, {account for _id, _day, account in noted if account})
        there = set(session.scalars(select(Repository.id).where(Repository.id.in_({key[0] for key in noted}))))
        sums: Counter[Key] = Counter()
        for (repository_id, day, account), count in noted.items():
            if repository_id in there:
                sums[repository_id, day, sectors.get(account, "other") if account else VISITOR] += count
        for key, count in sorted(sums.items()):
            _add(session, key, count)
    return sum(noted.values())


def _add(session: Session, key: Key, count: int) -> None:
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(DownloadDay).values(repository_id=key[0], day=key[1], sector=key[2], files=count)
    more = {"files": DownloadDay.files + row.excluded.files}
    session.execute(row.on_conflict_do_update(index_elements=["repository_id", "day", "sector"], set_=more))


def _sectors(session: Session, ids: set[str]) -> Mapping[str, str]:
    """The sector of each account: of the organisation that it joined first, else its own."""
    found = {row[0]: row[1] for row in session.execute(select(people.Account.id, people.Account.sector).where(people.Account.id.in_(ids)))}
    joined = (
        select(people.Membership.account_id, people.Organisation.sector)
        .join(people.Organisation, people.Organisation.id == people.Membership.organisation_id)
        .where(people.Membership.account_id.in_(ids))
        .order_by(people.Membership.added_at.desc(), people.Organisation.id.desc())
    )
    return found | {row[0]: row[1] for row in session.execute(joined)}


def taken(session: Session, places: Sequence[Place], *, days: int = DAYS) -> Mapping[str, int]:
    """How many files were taken of each repository in the last days, by its id."""
    since = kit.now().date() - timedelta(days=days - 1)
    ids = [place.repository.id for place in places]
    wanted = select(DownloadDay.repository_id, func.sum(DownloadDay.files)).where(
        DownloadDay.repository_id.in_(ids), DownloadDay.day >= since
    )
    return {row[0]: int(row[1]) for row in session.execute(wanted.group_by(DownloadDay.repository_id))}


def days_of(session: Session, place: Place, *, begins: date, ends: date) -> Mapping[tuple[date, str], int]:
    """How many files were taken, by day and sector. For whoever may change the repository."""
    own = (DownloadDay.repository_id == place.repository.id, DownloadDay.day >= begins, DownloadDay.day <= ends)
    return {(row.day, row.sector): row.files for row in session.scalars(select(DownloadDay).where(*own))}


def forget() -> None:
    """What was noted and not written is let go."""
    with _lock:
        _notes.clear()
