# SPDX-License-Identifier: Apache-2.0
"""In the process that is shut in: a file becomes rows in Parquet's form, or a refusal that says what is wrong with it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from madang.tables import encoding, separated
from madang.tables.errors import EmptyTable, NotReadable
from madang.tables.quoting import name, text

T = TypeVar("T")
ROWS, WORDS = "rows.parquet", "text"


def opened(memory_bytes: int, readable: Path) -> Any:
    """An engine that takes no more memory and brings no further parts; ``lock`` leaves it ``readable`` and nothing else to read."""
    import duckdb  # noqa: PLC0415 (heavy, and only here)

    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": f"{memory_bytes // (1 << 20)}MiB"})
    settings = {
        "autoinstall_known_extensions": "false", "autoload_known_extensions": "false", "allow_community_extensions": "false",
        "python_enable_replacements": "false", "temp_directory": "''", "TimeZone": "'UTC'",
        "allowed_paths": f"[{text(readable)}, '{ROWS}']",
    }  # fmt: skip
    for setting, value in settings.items():
        connection.execute(f"SET {setting}={value}")
    return connection


def lock(connection: Any) -> None:
    """No file but those allowed is read, and nothing that was set can be changed."""
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")


def take(connection: Any, path: Path, form: str, *, columns: int, most: int = 0) -> dict[str, Any]:
    """The rows stand in Parquet's form in this folder (a Parquet file stays where it is); what was told of them. With ``most``: those that
    are whole in so many bytes."""
    if not path.stat().st_size:
        raise EmptyTable
    if form == "Parquet":
        found = guarded(lambda: _columns(connection, f"read_parquet({text(path)})"), form, path)
        return {"form": form, "encoding": "", "rows_at": str(path), "columns_in_all": len(found)}
    words = Path(WORDS)
    path, told = encoding.beginning(path, words, form, most=most) if most else encoding.settle(path, words)
    if form == "JSON":
        in_all = guarded(lambda: _copied_json(connection, path, columns), form, path)
    else:
        in_all = separated.copy(connection, path, form, ROWS, columns=columns)
    return {"form": form, "encoding": told, "rows_at": ROWS, "columns_in_all": in_all}


def _columns(connection: Any, source: str) -> list[str]:
    return [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608


def _copied_json(connection: Any, path: Path, columns: int) -> int:
    """The number of columns. What the first rows are does not bind those that follow: where they differ, all are looked at."""
    import duckdb  # noqa: PLC0415 (heavy, and only here)

    for sample in (20_480, -1):
        source = f"read_json({text(path)}, maximum_depth=8, sample_size={sample})"
        found = _columns(connection, source)
        chosen = ", ".join(name(each) for each in found[:columns])
        try:
            connection.execute(f"COPY (SELECT {chosen} FROM {source}) TO '{ROWS}' (FORMAT parquet)")  # noqa: S608
        except duckdb.Error:
            if sample < 0:
                raise
        else:
            break
    return len(found)


def guarded(work: Callable[[], T], form: str, path: Path) -> T:
    """What ``work`` gives; ``NotReadable`` where the rows turn out to be none only now."""
    import duckdb  # noqa: PLC0415 (heavy, and only here)

    try:
        return work()
    except (duckdb.Error, RuntimeError, ValueError, OverflowError) as error:
        raise NotReadable(form=form, why=sentence(error, path)) from error


def sentence(error: Exception, *hidden: Path) -> str:
    """What the engine says, on one line, without the names of our folders."""
    said = str(error).split("LINE 1:")[0].split("Possible")[0]
    for path in hidden:
        said = said.replace(str(path), "data")
    return " ".join(said.split())[:300]
