# SPDX-License-Identifier: Apache-2.0
"""People from a list: what each row asks for, what will happen, and then doing it, some rows at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import audit, sheets
from madang.db import Database, slices
from madang.kit import Actor, Refusal, Role, now
from madang.people import queries, rules
from madang.people.actions.accounts import create_account
from madang.people.actions.names import check_free_word
from madang.people.actions.organisations import join
from madang.people.actions.profiles import Change, change_account
from madang.people.errors import ComputedCell, EmailTaken, NameTaken, NoNameColumn, NoOrganisation, NoPeopleList, TwiceInList
from madang.people.models import Account, Name, PeopleList, PeopleListRow

SLICE = 5
KEPT_SLICE = 250
VOCABULARY = {
    "name": ("account", "user", "login", "id", "이름", "계정", "아이디", "사용자"),
    "display_name": ("display name", "full name", "성명", "표시 이름", "보이는 이름"),
    "email": ("e-mail", "mail", "전자우편", "이메일", "메일"),
    "role": ("역할", "권한"),
    "reach": ("거리", "소속 구분"),
    "sector": ("유형", "이용자 유형"),
    "organisation": ("organization", "기관", "소속", "부서"),
}
FIELDS = tuple(VOCABULARY)
NEW, KNOWN, REFUSED = "new", "known", "refused"


@dataclass(frozen=True, slots=True)
class Planned:
    """What will become of one row, or became of it once done: ``new``, ``known`` (there already, nothing happens) or ``refused``.

    ``refusal`` says why.
    """

    place: int
    number: int
    given: Mapping[str, str]
    outcome: str
    refusal: Refusal | None = None


def keep_list(database: Database, table: sheets.Table, *, name: str, by: Actor) -> str:
    """The list lies ready to be looked at, and nothing of it is done yet; its id. Written in slices.

    ``NoNameColumn`` when no column is headed as the account's name.
    """
    rules.check_may(by, "people-list", "create")
    found = sheets.columns(table, VOCABULARY)
    if "name" not in found:
        raise NoNameColumn(field="file", words=", ".join(("name", *VOCABULARY["name"])))
    title = rules.one_line(name, field="file")[:200] or "list"
    with database.writing() as session:
        kept = PeopleList(name=title, total=0, done=0, created_at=now(), created_by=by.name)
        session.add(kept)
        session.flush()
        list_id = kept.id
    for chunk in slices(enumerate(table.rows), KEPT_SLICE):
        with database.writing() as session:
            session.add_all([_kept(list_id, place, row, found) for place, row in chunk])
            session.get_one(PeopleList, list_id).total += len(chunk)
    return list_id


def plan(session: Session, kept: PeopleList, *, first: int = 0, limit: int, by: Actor) -> list[Planned]:
    """What became of rows from ``first`` on, and what will happen to those that are not done, as things stand now. Only reads."""
    rules.check_may(by, "people-list", "see")
    here = (PeopleListRow.list_id == kept.id, PeopleListRow.place >= first, PeopleListRow.place < first + limit)
    rows = session.scalars(select(PeopleListRow).where(*here).order_by(PeopleListRow.place)).all()
    keys = [row.name_key for row in rows]
    earlier = select(PeopleListRow.name_key, func.min(PeopleListRow.number)).where(
        PeopleListRow.list_id == kept.id, PeopleListRow.place < first, PeopleListRow.name_key.in_(keys)
    )
    before: dict[str, int] = {row[0]: row[1] for row in session.execute(earlier.group_by(PeopleListRow.name_key))}
    seen = _Seen(before, _taken(session, keys), _emails(session, rows))
    return [_as_done(row) if row.outcome else _planned(session, row, seen, by) for row in rows]


def carry_out(database: Database, list_id: str, *, by: Actor, most: int = 2000) -> int:
    """Up to ``most`` more rows of the list are done, a few in each unit of work; how many accounts that made.

    Each row is done once, whoever presses the button how often: the number of rows done is part of the unit that does them.
    """
    made = 0
    for _number in range(0, most, SLICE):
        with database.writing() as session:
            kept = session.get(PeopleList, list_id, with_for_update=True)
            if kept is None:
                raise NoPeopleList
            planned = plan(session, kept, first=kept.done, limit=SLICE, by=by)
            if not planned:
                break
            fresh = sum(_done(session, kept, row, by) == NEW for row in planned)
            kept.done += len(planned)
            audit.record(session, "people-list.done", target=f"people-list/{kept.id}", by=by, rows=len(planned), made=fresh)
            made += fresh
    return made


@dataclass(slots=True)
class _Seen:
    """What was seen before a row: names in earlier rows with their number, names and addresses that are taken, organisations."""

    names: dict[str, int]
    taken: dict[str, bool]
    emails: set[str]
    organisations: dict[str, bool] = field(default_factory=dict)


def _kept(list_id: str, place: int, row: sheets.Row, found: Mapping[str, int]) -> PeopleListRow:
    """A row as it is kept. A computed cell is not taken: what it shows is not what somebody wrote."""
    given = {each: row.cell(column).strip() for each, column in found.items()}
    computed = [each for each, column in found.items() if column in row.computed]
    return PeopleListRow(
        list_id=list_id, place=place, number=row.number, name_key=given["name"].lower()[:96],
        given={**given, **({"computed": computed[0]} if computed else {})},
    )  # fmt: skip


def _as_done(row: PeopleListRow) -> Planned:
    why = Refusal(str(row.reason["message"]), **row.reason["values"]) if row.reason else None
    return Planned(row.place, row.number, _given(row), row.outcome or "", why)


def _given(row: PeopleListRow) -> dict[str, str]:
    return {each: str(row.given.get(each, "")) for each in FIELDS}


def _taken(session: Session, keys: Sequence[str]) -> dict[str, bool]:
    """Which of these names are taken; True where an account has it."""
    wanted = select(Name.key, Name.account_id).where(Name.key.in_(keys))
    return {key: account is not None for key, account in session.execute(wanted)}


def _emails(session: Session, rows: Sequence[PeopleListRow]) -> set[str]:
    given = [str(row.given.get("email", "")).lower() for row in rows]
    return {key for key in session.scalars(select(Account.email_key).where(Account.email_key.in_([key for key in given if key]))) if key}


def _planned(session: Session, row: PeopleListRow, seen: _Seen, by: Actor) -> Planned:
    given = _given(row)
    whole = Planned(row.place, row.number, given, NEW)
    try:
        if "computed" in row.given:
            raise ComputedCell(field=str(row.given["computed"]))
        if row.name_key in seen.names:
            raise TwiceInList(name=given["name"][:96], number=seen.names[row.name_key], field="name")
        if seen.taken.get(row.name_key):
            whole = replace(whole, outcome=KNOWN)
        else:
            _check(session, given, seen, by)
    except Refusal as refusal:
        whole = replace(whole, outcome=REFUSED, refusal=refusal)
    seen.names.setdefault(row.name_key, row.number)
    return whole


def _check(session: Session, given: Mapping[str, str], seen: _Seen, by: Actor) -> None:
    check_free_word(given["name"])
    if given["name"].lower() in seen.taken:
        raise NameTaken(name=given["name"], field="name")
    rules.check_offer(_role(given), by)
    _change(given)
    if given["email"]:
        key = rules.check_email(given["email"]).lower()
        if key in seen.emails:
            raise EmailTaken(field="email")
        seen.emails.add(key)
    rules.display_name(given["display_name"])
    name = given["organisation"]
    if name and name not in seen.organisations:
        seen.organisations[name] = queries.find_organisation(session, name) is not None
    if name and not seen.organisations[name]:
        raise NoOrganisation(name=name[:96])


def _done(session: Session, kept: PeopleList, planned: Planned, by: Actor) -> str:
    """The row is done, or undone and refused; which of them."""
    outcome, refusal = planned.outcome, planned.refusal
    if outcome == NEW:
        try:
            with session.begin_nested():
                _make(session, planned.given, by)
        except Refusal as found:
            outcome, refusal = REFUSED, found
    row = session.get_one(PeopleListRow, (kept.id, planned.place))
    row.outcome = outcome
    if refusal:
        row.reason = {"message": refusal.template, "values": {key: str(value)[:96] for key, value in refusal.values.items()}}
    return outcome


def _make(session: Session, given: Mapping[str, str], by: Actor) -> None:
    account = create_account(session, name=given["name"], role=_role(given), display_name=given["display_name"], by=by)
    change_account(session, account, _change(given), by=by)
    organisation = queries.find_organisation(session, given["organisation"]) if given["organisation"] else None
    if organisation:
        join(session, organisation, account, role=Role.MEMBER, by=by)


def _role(given: Mapping[str, str]) -> Role:
    return rules.role_named(given["role"].lower()) if given["role"] else Role.MEMBER


def _change(given: Mapping[str, str]) -> Change:
    reach = rules.reach_named(given["reach"].lower()) if given["reach"] else None
    sector = rules.check_sector(given["sector"].lower()) if given["sector"] else None
    return Change(reach=reach, sector=sector, email=given["email"] or None)
