# SPDX-License-Identifier: Apache-2.0
"""CSV and TSV by the letter (RFC 4180): one separator, one quote. What does not fit is told with its line."""

import csv
import io
import re
from itertools import islice
from pathlib import Path
from typing import Any

from madang.tables.errors import EmptyTable, NotReadable, OpenQuote, WrongColumns
from madang.tables.quoting import name, text

HEAD, LOOKED_AT = 1 << 20, 2000
CHUNK = 1 << 20
SEPARATORS = (",", "\t", ";", "|")
EVEN = "even"
_NUMBER = re.compile(r"[+-]?[\d.,]*\d[\d.,]*(?:[eE][+-]?\d+)?")
_CODE = re.compile(r"\s*0\d+\s*")
"""A number that begins with zero: a postal code, a telephone number. As a number it would lose the zero."""
_WRONG = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_LINE = re.compile(r"Line: (\d+)")


def copy(connection: Any, path: Path, form: str, rows: str, *, columns: int) -> int:
    """The file's rows stand in Parquet's form in ``rows``, with the types that all values have, else as text. How many columns it has."""
    with path.open("rb") as file:
        head = file.read(HEAD).decode("utf-8", "replace").removeprefix("\ufeff")
    if not head.strip("\r\n"):
        raise EmptyTable
    fault = _copied(connection, path, form, head, rows, columns)
    if isinstance(fault, Exception) and _evened(path, Path(EVEN)):
        fault = _copied(connection, Path(EVEN), form, head, rows, columns)
    if isinstance(fault, Exception):
        raise _told(str(fault), form) from fault
    return fault


def _copied(connection: Any, path: Path, form: str, head: str, rows: str, columns: int) -> int | Exception:
    """The number of columns, or what is wrong."""
    separator = _separator(head, form)
    records = _records(head, separator)
    has_header = _has_header(records[0])
    names = _unique(records[0]) if has_header else [f"column{number}" for number in range(len(records[0]))]
    dialect = (
        f"delim={text(separator)}, quote='\"', escape='\"', comment='', skip=0, header={str(has_header).lower()}, strict_mode=true, "
        "max_line_size=16777216"
    )
    texts = _texts(records[1:], names) if has_header and names == records[0] else []
    types = f", types={_as_text(texts)}" if texts else ""
    for options in (f"auto_detect=true{types}", f"auto_detect=true, sample_size=-1{types}"):
        result = _tried(connection, f"read_csv({text(path)}, {dialect}, {options})", rows, columns)
        if not isinstance(result, Exception):
            return result
        if "Conversion" not in type(result).__name__:
            break
    return _tried(connection, f"read_csv({text(path)}, {dialect}, auto_detect=false, columns={_as_text(names)})", rows, columns)


def _as_text(names: list[str]) -> str:
    return "{" + ", ".join(f"{text(each)}: 'VARCHAR'" for each in names) + "}"


def _tried(connection: Any, source: str, rows: str, columns: int) -> int | Exception:
    import duckdb  # noqa: PLC0415 (only in the process that is shut in)

    try:
        found = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]  # noqa: S608
        chosen = ", ".join(name(each) for each in found[:columns])
        connection.execute(f"COPY (SELECT {chosen} FROM {source}) TO {text(rows)} (FORMAT parquet)")  # noqa: S608
    except duckdb.Error as error:
        return error
    return len(found)


def _evened(path: Path, into: Path) -> bool:
    """Whether the lines end in more than one way. They all end in the same one in ``into`` then; what is quoted stays as it is."""
    ends, is_quoted, held = set[str](), False, b""
    with path.open("rb") as file, into.open("wb") as out:
        while chunk := held + file.read(CHUNK):
            is_last = len(chunk) == len(held)
            held = b"\r" if chunk.endswith(b"\r") and not is_last else b""
            for number, part in enumerate(chunk[: len(chunk) - len(held)].split(b'"')):
                out.write(b'"' if number else b"")
                is_quoted ^= number > 0
                if not is_quoted:
                    both, lf, cr = part.count(b"\r\n"), part.count(b"\n"), part.count(b"\r")
                    ends |= {word for word, there in (("crlf", both), ("lf", lf - both), ("cr", cr - both)) if there}
                    part = part.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
                out.write(part)
    return len(ends) > 1


def _separator(head: str, form: str) -> str:
    if form == "TSV":
        return "\t"
    lines = head.lstrip("\r\n").splitlines()
    first = re.sub(r'"[^"]*"', "", lines[0] if lines else "")
    return max(SEPARATORS, key=lambda each: (first.count(each), -SEPARATORS.index(each)))


def _records(head: str, separator: str) -> list[list[str]]:
    """The values of the first lines as they will be read; where they cannot be, one line with none."""
    found = list[list[str]]()
    try:
        for record in islice(csv.reader(io.StringIO(head, newline=""), delimiter=separator, strict=True), LOOKED_AT):
            found.append(record)
    except csv.Error:
        pass
    return found or [[]]


def _has_header(fields: list[str]) -> bool:
    """Whether the first line names columns: no two alike, and none of them a number."""
    said = [each.strip() for each in fields if each.strip()]
    return bool(said) and len(set(said)) == len(said) and not any(_NUMBER.fullmatch(each) for each in said)


def _texts(records: list[list[str]], names: list[str]) -> list[str]:
    """The columns that hold numbers which begin with zero."""
    found = {place for record in records for place, value in enumerate(record) if value[:1] in "0 " and _CODE.fullmatch(value)}
    return [names[place] for place in sorted(found) if place < len(names)]


def _unique(fields: list[str]) -> list[str]:
    made: list[str] = []
    taken = set[str]()
    for number, each in enumerate(fields):
        wanted = each.strip() or f"column{number}"
        made.append(wanted if wanted.lower() not in taken else f"{wanted}_{number}")
        taken.add(made[-1].lower())
    return made


def _told(said: str, form: str) -> Exception:
    line = int(found[1]) if (found := _LINE.search(said)) else 1
    if wrong := _WRONG.search(said):
        return WrongColumns(line=line, expected=int(wrong[1]), found=int(wrong[2]))
    if "quote" in said:
        return OpenQuote(line=line)
    return NotReadable(form=form, why=said.split("Possible")[0].split("Original Line")[0].split("\n\n")[0].replace("\n", " ")[:300])
