# SPDX-License-Identifier: Apache-2.0
"""What is asked of a table and what is answered: plain values that cross from one process to the other.

The process that read the file is not trusted with more than the file: what it says is taken in form by form, and ``ValueError`` is the end
of what has another form.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ENDINGS: Mapping[str, str] = {
    ".csv": "CSV", ".tsv": "TSV", ".jsonl": "JSON", ".ndjson": "JSON", ".json": "JSON", ".parquet": "Parquet",
}  # fmt: skip
COMPARISONS = ("is", "is-not", "contains", "less", "more", "missing", "there")
KINDS = ("number", "time", "yes-no", "text", "other")
NUMBERS = (
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT", "FLOAT", "DOUBLE",
    "DECIMAL",
)  # fmt: skip
TIMES = ("DATE", "TIMESTAMP")
Cell = str | int | float | bool | None


def form_of(path: str) -> str | None:
    """The form that a file's name says, or None for what is no table."""
    return next((form for ending, form in ENDINGS.items() if path.lower().endswith(ending)), None)


def kind_of(type_: str) -> str:
    """number, time, yes-no, text or other: how a column is summed up."""
    if type_.startswith(NUMBERS) and "[" not in type_:
        return "number"
    if type_.startswith(TIMES) and "[" not in type_:
        return "time"
    return {"BOOLEAN": "yes-no", "VARCHAR": "text"}.get(type_, "other")


@dataclass(frozen=True, slots=True)
class Question:
    """Which rows. With ``sql`` that alone counts, else: those in which ``search`` stands somewhere and whose ``column`` compares so to
    ``value``, sorted by ``sort``."""

    sql: str = ""
    search: str = ""
    column: str = ""
    comparison: str = ""
    value: str = ""
    sort: str = ""
    down: bool = False
    limit: int = 100
    offset: int = 0

    @property
    def is_plain(self) -> bool:
        """Whether nothing is asked but rows in their order."""
        return not (self.sql or self.search or self.column or self.comparison or self.sort)


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as JSON has them. ``columns`` are names with their types. ``total`` is how many rows there are in all, None where nobody
    counted; ``has_more`` whether more follow. ``cut`` is how many values were too long and are shown by their beginning."""

    columns: Sequence[tuple[str, str]]
    rows: Sequence[Sequence[Cell]]
    total: int | None
    has_more: bool
    cut: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Answer":
        """As the process told it."""
        columns = [(_text(each["name"]), _text(each["type"])) for each in _list(told["columns"])]
        return cls(
            columns, _cells(told["rows"], len(columns)), _count_or_none(told["total"]), told["has_more"] is True, _count(told["cut"])
        )


@dataclass(frozen=True, slots=True)
class Bar:
    """So many values are ``start``, or lie from there on up to ``end``."""

    start: Cell
    end: Cell
    count: int


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``kind`` is a word of ``KINDS``; the rest is None where nobody counted. ``distinct`` is an estimate unless ``is_exact``.
    ``by``: the bars are of each ``value``, of equal ``step``s, or of the ``length`` of texts; "" where there are none."""

    name: str
    type: str
    kind: str
    missing: int | None = None
    distinct: int | None = None
    is_exact: bool = False
    least: Cell = None
    most: Cell = None
    mean: Cell = None
    by: str = ""
    bars: tuple[Bar, ...] = ()

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Column":
        """As the process told it, or as it was kept."""
        kind, by = _text(told["kind"]), _text(told.get("by", ""))
        if kind not in KINDS or by not in ("", "value", "step", "length"):
            raise ValueError("unknown word")
        bars = tuple(Bar(_cell(each["start"]), _cell(each["end"]), _count(each["count"])) for each in _list(told.get("bars", [])))
        return cls(
            _text(told["name"]), _text(told["type"]), kind, _count_or_none(told.get("missing")), _count_or_none(told.get("distinct")),
            told.get("is_exact") is True, _cell(told.get("least")), _cell(told.get("most")), _cell(told.get("mean")), by, bars,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    """What a table holds. ``columns_in_all`` may be more than are shown; ``rows`` and ``duplicates`` are None where nobody counted;
    ``cut`` values of the first rows are shown by their beginning."""

    form: str
    encoding: str
    columns_in_all: int
    rows: int | None
    duplicates: int | None
    columns: tuple[Column, ...]
    first: Sequence[Sequence[Cell]]
    cut: int

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Facts":
        """As the process told it, or as it was kept."""
        columns = tuple(Column.of(each) for each in _list(told["columns"]))
        return cls(
            _text(told["form"]), _text(told["encoding"]), _count(told["columns_in_all"]), _count_or_none(told["rows"]),
            _count_or_none(told["duplicates"]), columns, _cells(told["first"], len(columns)), _count(told["cut"]),
        )  # fmt: skip


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no count")
    return value


def _count_or_none(value: Any) -> int | None:
    return None if value is None else _count(value)


def _cell(value: Any) -> Cell:
    if value is not None and not isinstance(value, str | int | float | bool):
        raise ValueError("no value of a cell")
    return value


def _cells(value: Any, columns: int) -> list[list[Cell]]:
    rows = [[_cell(each) for each in _list(row)] for row in _list(value)]
    if any(len(row) != columns for row in rows):
        raise ValueError("rows of another length")
    return rows
