# SPDX-License-Identifier: Apache-2.0
"""In the process that is shut in: a question is answered from rows that were read before."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from madang.tables.errors import BadFilter, BadQuestion, NotOneQuestion
from madang.tables.forms import COMPARISONS, Question
from madang.tables.quoting import name, text
from madang.tables.reading import sentence
from madang.tables.values import rows_shown

LONGEST_SQL = 20_000
MOST_COLUMNS = 500
SOURCES = frozenset(("range", "generate_series", "unnest"))
"""Functions that may stand where a table stands. All others look at files, at settings or at what stands beside the table."""
HIDDEN = frozenset(("current_setting", "getenv", "getvariable", "write_log", "query", "query_table"))


def see(connection: Any, rows: Path, *, columns: int) -> list[dict[str, str]]:
    """The view ``data`` over the rows; its columns with their types."""
    source = f"read_parquet({text(rows)})"
    found = [
        {"name": row[0], "type": str(row[1])[:200]}
        for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()  # noqa: S608
    ]
    chosen = ", ".join(name(each["name"]) for each in found[:columns])
    connection.execute(f"CREATE VIEW data AS SELECT {chosen} FROM {source}")  # noqa: S608
    return found[:columns]


def answer(connection: Any, rows: Path, columns: list[dict[str, str]], asked: Question, *, most: int) -> dict[str, Any]:
    """The rows that answer; ``NotOneQuestion``, ``BadQuestion`` or ``BadFilter`` where nothing can."""
    import duckdb  # noqa: PLC0415 (heavy, and only here)

    limit = max(1, min(asked.limit, most))
    try:
        if asked.sql:
            return _asked(connection, asked.sql, limit)
        return _chosen(connection, columns, asked, limit)
    except (duckdb.Error, RuntimeError, UnicodeError) as error:
        if asked.column and isinstance(error, duckdb.ConversionException):
            raise BadFilter(what=asked.value[:100]) from error
        raise BadQuestion(why=sentence(error, rows)) from error


def _asked(connection: Any, sql: str, limit: int) -> dict[str, Any]:
    import duckdb  # noqa: PLC0415 (heavy, and only here)

    if len(sql) > LONGEST_SQL or "\0" in sql:
        raise NotOneQuestion
    statements = connection.extract_statements(sql)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT or not _only_reads(connection, sql):
        raise NotOneQuestion
    found = connection.execute(statements[0])
    columns = [{"name": str(each[0])[:200], "type": str(each[1])[:200]} for each in found.description[:MOST_COLUMNS]]
    rows = [row[:MOST_COLUMNS] for row in found.fetchmany(limit + 1)]
    cells, cut = rows_shown(rows[:limit])
    return {"columns": columns, "rows": cells, "total": None, "has_more": len(rows) > limit, "cut": cut}


def _only_reads(connection: Any, sql: str) -> bool:
    """Whether the question names no table but ``data`` and its own, and no function that looks elsewhere."""
    told = json.loads(connection.execute("SELECT json_serialize_sql(?)", [sql]).fetchone()[0])
    if told.get("error") or len(told["statements"]) != 1:
        return False
    parts = list(_parts(told))
    own = {"data"} | {str(each["key"]).lower() for part in parts for each in (part.get("cte_map") or {}).get("map", ())}
    for part in parts:
        kind = part.get("type")
        if kind == "BASE_TABLE" and (part.get("schema_name") or part.get("catalog_name") or part["table_name"].lower() not in own):
            return False
        if kind == "TABLE_FUNCTION" and part["function"].get("function_name", "").lower() not in SOURCES:
            return False
        if part.get("class") == "FUNCTION" and part.get("function_name", "").lower() in HIDDEN:
            return False
        if kind == "SHOW_REF" and part.get("show_type") not in ("DESCRIBE", "SUMMARY"):
            return False
    return True


def _parts(told: Any) -> Iterator[dict[str, Any]]:
    waiting = [told]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            yield part
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part


def _chosen(connection: Any, columns: list[dict[str, str]], asked: Question, limit: int) -> dict[str, Any]:
    names = {each["name"]: each["type"] for each in columns}
    conditions, given = [], list[str]()
    if asked.search:
        conditions.append("(" + " OR ".join(f"contains(lower({name(each)}::VARCHAR), lower(?))" for each in names) + ")")
        given += [asked.search] * len(names)
    if asked.column or asked.comparison:
        condition, values = _compared(names, asked)
        conditions.append(condition)
        given += values
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    if asked.sort and asked.sort not in names:
        raise BadFilter(what=asked.sort[:100])
    order = f" ORDER BY {name(asked.sort)} {'DESC' if asked.down else 'ASC'} NULLS LAST" if asked.sort else ""
    total = connection.execute(f"SELECT count(*) FROM data{where}", given).fetchone()[0]  # noqa: S608
    offset = max(0, min(asked.offset, 1 << 40))
    rows = connection.execute(f"SELECT * FROM data{where}{order} LIMIT {limit} OFFSET {offset}", given).fetchall()  # noqa: S608
    cells, cut = rows_shown(rows)
    return {"columns": columns, "rows": cells, "total": total, "has_more": offset + len(rows) < total, "cut": cut}


def _compared(names: dict[str, str], asked: Question) -> tuple[str, list[str]]:
    if asked.column not in names or asked.comparison not in COMPARISONS:
        raise BadFilter(what=(asked.column if asked.column not in names else asked.comparison)[:100])
    column, type_ = name(asked.column), names[asked.column]
    if asked.comparison in ("missing", "there"):
        return f"{column} IS {'NOT ' if asked.comparison == 'there' else ''}NULL", []
    if asked.comparison == "contains":
        return f"contains(lower({column}::VARCHAR), lower(?))", [asked.value]
    sign = {"is": "=", "is-not": "IS DISTINCT FROM", "less": "<", "more": ">"}[asked.comparison]
    if any(each in type_ for each in ("STRUCT", "[", "MAP", "UNION", "VARCHAR", "BLOB", "JSON")):
        return f"{column}::VARCHAR {sign} ?", [asked.value]
    return f"{column} {sign} CAST(? AS {type_})", [asked.value]
