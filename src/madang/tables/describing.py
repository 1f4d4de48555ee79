# SPDX-License-Identifier: Apache-2.0
"""In the process that is shut in: what a table holds, column by column. Counts are exact but for ``distinct``, which is an estimate of the
engine's (HyperLogLog, about 2 % off) above ``EXACT`` values."""

from typing import Any

from madang.tables.forms import kind_of
from madang.tables.quoting import name
from madang.tables.values import rows_shown, shown

FIRST, BARS, TOP, PICTURED, EXACT = 100, 20, 10, 60, 1000


def glance(connection: Any, columns: list[dict[str, str]]) -> dict[str, Any]:
    """The first rows, and of each column its kind: nothing is counted."""
    cells, cut = _first(connection)
    told = [{"name": each["name"], "type": each["type"], "kind": kind_of(each["type"])} for each in columns]
    return {"rows": None, "columns": told, "first": cells, "cut": cut, "duplicates": None}


def describe(connection: Any, columns: list[dict[str, str]]) -> dict[str, Any]:
    """First rows; of each column its kind, what is missing, distinct, least and most; of the first ``PICTURED`` how it is distributed."""
    cells, cut = _first(connection)
    total, told = _counted(connection, columns)
    for each in told[:PICTURED]:
        each["bars"] = _bars(connection, each)
    return {"rows": total, "columns": told, "first": cells, "cut": cut, "duplicates": _duplicates(connection, total) if total else 0}


def _first(connection: Any) -> tuple[list[list[Any]], int]:
    return rows_shown(connection.execute(f"SELECT * FROM data LIMIT {FIRST}").fetchall())  # noqa: S608


def _counted(connection: Any, columns: list[dict[str, str]]) -> tuple[int, list[dict[str, Any]]]:
    asked, parts = ["count(*)"], 5
    for each in columns:
        column, kind = name(each["name"]), kind_of(each["type"])
        ordered = kind in ("number", "time", "text", "yes-no")
        asked += [
            f"count({column})",
            f"approx_count_distinct({column})",
            f"min({column})" if ordered else "NULL",
            f"max({column})" if ordered else "NULL",
            f"avg({column})" if kind == "number" else f"avg(length({column}))" if kind == "text" else "NULL",
        ]
    row = connection.execute(f"SELECT {', '.join(asked)} FROM data").fetchone()  # noqa: S608
    told: list[dict[str, Any]] = []
    for number, each in enumerate(columns):
        there, distinct, least, most, mean = row[1 + number * parts : 1 + (number + 1) * parts]
        told.append(
            {
                "name": each["name"], "type": each["type"], "kind": kind_of(each["type"]), "missing": row[0] - there,
                "distinct": min(distinct, there), "is_exact": False, "least": shown(least)[0], "most": shown(most)[0],
                "mean": shown(float(mean))[0] if mean is not None else None, "bars": [],
            }
        )  # fmt: skip
    return row[0], told


def _duplicates(connection: Any, total: int) -> int:
    """How many rows say the same as an earlier one, by a hash of 64 bits."""
    return int(total - connection.execute("SELECT count(DISTINCT hash(data)) FROM data").fetchone()[0])


def _bars(connection: Any, told: dict[str, Any]) -> list[dict[str, Any]]:
    """How the values are distributed: of numbers and times by equal steps, of others by their most frequent ones."""
    if told["kind"] == "other" or told["least"] is None:
        return []
    column = name(told["name"])
    if told["distinct"] <= EXACT and (told["kind"] in ("text", "yes-no") or told["distinct"] <= BARS):
        return _top(connection, column, told)
    if told["distinct"] <= EXACT:
        told["distinct"], told["is_exact"] = connection.execute(f"SELECT count(DISTINCT {column}) FROM data").fetchone()[0], True  # noqa: S608
    if told["kind"] == "text":
        return _steps(connection, f"length({column})", "BIGINT", told)
    return _steps(connection, column, told["type"], told)


def _top(connection: Any, column: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    order = "1" if told["kind"] in ("number", "time") else "2 DESC, 1"
    counted = f"SELECT {column}, count(*) FROM data WHERE {column} IS NOT NULL GROUP BY 1"  # noqa: S608
    told["distinct"], told["is_exact"] = connection.execute(f"SELECT count(*) FROM ({counted})").fetchone()[0], True  # noqa: S608
    most = BARS if told["kind"] in ("number", "time") else TOP
    rows = connection.execute(f"{counted} ORDER BY {order} LIMIT {most}").fetchall()
    told["by"] = "value"
    return [{"start": shown(value)[0], "end": None, "count": count} for value, count in rows]


def _steps(connection: Any, column: str, type_: str, told: dict[str, Any]) -> list[dict[str, Any]]:
    number = f"epoch({column})" if told["kind"] == "time" else f"({column})::DOUBLE"
    moment = "DATE" if type_ == "DATE" else "TIMESTAMP"
    least, most = connection.execute(f"SELECT min({number}), max({number}) FROM data WHERE isfinite({number})").fetchone()  # noqa: S608
    if least is None or most is None or not least < most:
        return []
    width = (most - least) / BARS
    place = f"least(floor(({number} - {least!r}) / {width!r}), {BARS - 1})::INTEGER"
    rows = dict(connection.execute(f"SELECT {place}, count(*) FROM data WHERE isfinite({number}) GROUP BY 1").fetchall())  # noqa: S608
    edges = [least + width * at for at in range(BARS + 1)]
    if told["kind"] == "time":
        edges = connection.execute("SELECT " + ", ".join(f"to_timestamp({at!r})::{moment}" for at in edges)).fetchone()
    told["by"] = "length" if told["kind"] == "text" else "step"
    return [{"start": shown(edges[at])[0], "end": shown(edges[at + 1])[0], "count": rows.get(at, 0)} for at in range(BARS)]
