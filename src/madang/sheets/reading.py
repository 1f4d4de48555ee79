# SPDX-License-Identifier: Apache-2.0
"""Reading a list of either kind: what it is, its content tells."""

import io
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from madang.sheets import text
from madang.sheets.errors import EmptySheet, NotAList, OldExcel
from madang.sheets.limits import Limits
from madang.sheets.table import Table, bounded, headed
from madang.sheets.turns import turn

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
DEFAULT = Limits()


def read(source: Path | bytes | BinaryIO, *, name: str, limits: Limits = DEFAULT, sheet: str | None = None) -> Table:
    """The list in ``source`` as text. ``name`` is what the visitor calls the file, for refusals.

    Of a workbook: the sheet called ``sheet``, or the first visible one that holds something. Memory stays within a few times ``max_bytes``
    for CSV, and for a workbook within its texts and ``max_rows`` rows; the time is linear in ``max_unpacked`` at most. A few are read at a
    time in a process (``turn``).
    """
    with turn(), ExitStack() as stack:
        file = _opened(source, stack)
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        if size > limits.max_bytes:
            raise limits.exceeded("max_bytes", name)
        start = file.read(len(_OLD))
        file.seek(0)
        if not start.strip():
            raise EmptySheet(field="file", name=name)
        if start.startswith(_OLD):
            raise OldExcel(field="file", name=name)
        if start.startswith(_ZIP):
            # The workbooks' library takes long to load, and most processes never meet one.
            from madang.sheets import workbook  # noqa: PLC0415 (see above)

            return workbook.read(file, size, name=name, limits=limits, sheet=sheet)
        return _read_text(file.read(), name=name, limits=limits)


def _opened(source: Path | bytes | BinaryIO, stack: ExitStack) -> BinaryIO:
    if isinstance(source, bytes):
        return io.BytesIO(source)
    return stack.enter_context(source.open("rb")) if isinstance(source, Path) else source


def _read_text(content: bytes, *, name: str, limits: Limits) -> Table:
    words, encoding = text.decoded(content, name)
    if words.lstrip()[:1] == "<" or text.holds_control_characters(words):
        raise NotAList(field="file", name=name)
    separator, body = text.separator_of(words)
    table = headed(bounded(text.rows(body, separator, limits, name), limits, name), name)
    return replace(table, encoding=encoding, separator=separator)
