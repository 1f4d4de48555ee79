# SPDX-License-Identifier: Apache-2.0
"""The rows of a report of which a few files are others than in one that stands: what is the same is copied by the database."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, case, insert, literal, select, update
from sqlalchemy.orm import Session

from madang import scan
from madang.compliance import recording, rules, sharing
from madang.compliance.licence_map import Tally, in_order
from madang.compliance.models import FoundFile, Holder, Making, UnreadFile
from madang.compliance.models import Tally as TallyRow
from madang.compliance.reuse import Statements
from madang.compliance.verdict import Verdict, strip_of

_Place = tuple[str, str | None, str, bool]


@dataclass(frozen=True)
class Change:
    """What is said otherwise: the files that came or changed, as they were and are, those that are gone, and the whole documents."""

    files: Mapping[str, scan.File]
    was: Mapping[str, scan.File]
    gone: Mapping[str, scan.File]
    before: scan.Kept
    now: scan.Kept
    name: str
    unread: Sequence[dict[str, Any]] | None
    """The rows of what was not read, where they are others."""
    cards: Sequence[dict[str, Any]]

    @cached_property
    def old_places(self) -> list[int]:
        """Where in the order of the report before the rows stand that are not copied."""
        return sorted(self.before.places[path] for path in {*self.was, *self.gone})

    @cached_property
    def steps(self) -> list[tuple[int, int]]:
        """From which place on the others stand by how many places further down."""
        steps, last = list[tuple[int, int]](), 0
        for place, path in enumerate(self.now.places):
            if path not in self.files and (moved := place - self.before.places[path]) != last:
                steps.append((self.before.places[path], moved))
                last = moved
        end = len(self.now.places) - len(self.before.places)
        return [*steps, (len(self.before.places), end)] if end != last else steps


class Patch:
    """The rows that are not copied, and the facts, of one change to the report with the id ``known_id``."""

    def __init__(self, change: Change, statements: Statements, known_id: str) -> None:
        self.change, self.known_id = change, known_id
        self.expressions: Counter[str] = Counter()
        self.verdict = Verdict(_part(change), statements, expressions=self.expressions)
        self.tallies: tuple[Tally, ...] = ()
        self.has_other_tallies = False

    def read(self, session: Session) -> None:
        """What the report before counts is counted on."""
        rows = session.scalars(select(TallyRow).where(TallyRow.report_id == self.known_id).order_by(TallyRow.place)).all()
        counts = Counter({(row.folder, row.expression, row.strength, row.is_conflict): row.files for row in rows})
        gone = list(self._gone(session))
        for row in rows:
            self.expressions.update({row.expression: row.files} if row.expression else {})
        self.expressions.subtract(expression for _folder, expression, _strength, _conflict in gone if expression)
        files = self.change.files.values()
        self.expressions.update(expression for file in files if (expression := self.verdict.expression(file)))
        for each in [name for name, count in self.expressions.items() if count <= 0]:
            del self.expressions[each]
        came = [self._place_of(file) for file in files]
        self.has_other_tallies = Counter(gone) != Counter(came)
        counts.subtract(gone)
        counts.update(came)
        self.tallies = in_order(+counts)

    def _gone(self, session: Session) -> Iterator[_Place]:
        wanted = select(FoundFile.path, FoundFile.expression, FoundFile.strength, FoundFile.is_conflict)
        wanted = wanted.where(FoundFile.report_id == self.known_id, FoundFile.place.in_(self.change.old_places))
        for path, *facts in session.execute(wanted):
            yield (path.rpartition("/")[0], *facts)  # type: ignore[misc]  # four columns

    def _place_of(self, file: scan.File) -> _Place:
        verdict = self.verdict
        return file.path.rpartition("/")[0], verdict.expression(file), verdict.strength(file), verdict.is_conflict(file)

    def facts(self, known: Mapping[str, Any], document: str, basis: scan.Basis) -> dict[str, Any]:
        """The facts of the new report, by those of the one before."""
        verdict, kept = self.verdict, self.change.now
        told = recording.facts_of(verdict, {"json": document}, basis)
        totals, skipped = kept.member("totals"), kept.member("skipped")
        files = known["counts"]["files"] + len(kept.places) - len(self.change.before.places)
        counts = {
            **known["counts"],
            "files": files,
            "bytes": totals["bytes"],
            "findings": totals["files_with_findings"],
            "licences": len(self.expressions),
            "holders": len(kept.member("holder_counts")),
            "skipped": len(skipped),
            "conflicts": len(verdict.conflicts),
        }
        return {**known, **told, "declared_in": known["declared_in"], "counts": counts, "strip": strip_of(self.tallies)}

    def write_counts(self, session: Session, report_id: str) -> None:
        """The rows of all tables but the files stand in the report, copied or anew."""
        change = self.change
        new: dict[Any, Iterable[dict[str, Any]]] = {}
        if self.has_other_tallies:
            new[TallyRow] = map(recording.tally_row, self.tallies)
        if (holders := self._holders(session)) is not None:
            new[Holder] = holders
        if change.unread is not None:
            new[UnreadFile] = change.unread
        for table in sharing.TABLES:
            if table in new:
                rows = [{"report_id": report_id, "place": place, **row} for place, row in enumerate(new[table])]
                session.execute(insert(table), rows, execution_options={"render_nulls": True}) if rows else None
            elif table is not FoundFile:
                copy(session, table, self.known_id, report_id)
        for number, card in enumerate(change.cards, 1):
            session.execute(update(Making).where(Making.report_id == report_id, Making.place == number).values(**card))

    def write_files(self, session: Session, report_id: str) -> None:
        """The rows of the files that came or changed stand in the report."""
        places = self.change.now.places
        rows = [recording.file_row(self.verdict, file) for file in self.change.files.values()]
        placed = [{"report_id": report_id, "place": places[row["path"]], **row} for row in recording.told(session, rows)]
        if placed:
            session.execute(insert(FoundFile), placed, execution_options={"render_nulls": True})

    def _holders(self, session: Session) -> list[dict[str, Any]] | None:
        """The rows of holders; None where they are as they were."""
        change = self.change
        old, new = [*change.was.values(), *change.gone.values()], change.files.values()
        touched = {each.shown for file in (*old, *new) for each in file.holders}
        if not touched:
            return None
        rows = session.scalars(select(Holder).where(Holder.report_id == self.known_id))
        known = {row.holder: (row.statement, row.path) for row in rows}
        found = []
        for holder, files in change.now.member("holder_counts").items():
            said = _first(change.now, holder) if holder in touched else known[holder]
            found.append(recording.holder_row(holder, files, *said))
        return found


def _first(kept: scan.Kept, holder: str) -> tuple[str, str]:
    """The first statement that names the holder, and the file in which it stands."""
    for file in kept.holding(holder):
        if (said := rules.statement_of(file, holder)) is not None:
            return said, file.path
    raise AssertionError("a holder that is counted stands in a file")


def _part(change: Change) -> scan.Report:
    """A report of the files that came or changed, which declares what the whole does."""
    member = change.now.member
    return scan.Report(
        name=change.name, engine=scan.engine(), files=tuple(change.files.values()), directories=(), packages=(), dependencies=(),
        license_detections=(), unread=(), skipped=(), totals=scan.Totals(**member("totals")),
        declared_license_expression=member("declared_license_expression"), declared_in=(),
        license_expression=member("license_expression"), license_counts={}, holder_counts={},
    )  # fmt: skip


def copy(session: Session, table: Any, known_id: str, report_id: str) -> None:
    """All rows of the table stand in the report too."""
    names = [column.name for column in table.__table__.columns if column.name != "report_id"]
    _copy(session, table, known_id, report_id, {name: table.__table__.c[name] for name in names})


def copy_files(session: Session, known_id: str, report_id: str, places: range, change: Change) -> None:
    """The rows of the files that stood at ``places`` and are as they were stand in the report, each where it belongs now."""
    table = FoundFile.__table__
    columns = {column.name: column for column in table.columns if column.name != "report_id"}
    inside = [place for place in change.old_places if place in places]
    rows = {**columns, "place": table.c.place + _moved(table.c.place, change.steps) if change.steps else table.c.place}
    _copy(session, FoundFile, known_id, report_id, rows, table.c.place.between(places.start, places.stop - 1), table.c.place.not_in(inside))


def _moved(place: ColumnElement[int], steps: Sequence[tuple[int, int]]) -> ColumnElement[int]:
    starts = [(0, 0), *steps]
    whens = [(place < stop, literal(moved)) for (_start, moved), (stop, _next) in zip(starts, steps, strict=False)]
    return case(*whens, else_=literal(steps[-1][1]))


def _copy(session: Session, table: Any, known_id: str, report_id: str, rows: Mapping[str, Any], *where: ColumnElement[bool]) -> None:
    wanted = select(literal(report_id), *rows.values()).where(table.__table__.c.report_id == known_id, *where)
    session.execute(insert(table.__table__).from_select(["report_id", *rows], wanted))
