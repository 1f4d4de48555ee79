# SPDX-License-Identifier: Apache-2.0
"""Values as JSON has them, none longer than is shown."""

import datetime
import json
import math
from typing import Any

LONGEST = 500


def shown(value: Any) -> tuple[Any, bool]:
    """The value as JSON has it, and whether it was cut."""
    if value is None or isinstance(value, bool):
        return value, False
    if isinstance(value, int):
        return (value, False) if abs(value) < 1 << 53 else (str(value)[:LONGEST], False)
    if isinstance(value, float):
        return (value, False) if math.isfinite(value) else (str(value), False)
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat(), False
    if isinstance(value, bytes | bytearray | memoryview):
        data = bytes(value[: LONGEST // 2])
        return data.hex(), len(value) > LONGEST // 2
    if isinstance(value, list | dict | tuple):
        value = json.dumps(value, ensure_ascii=False, default=str)
    said = str(value).encode("utf-8", "replace").decode()
    return said[:LONGEST], len(said) > LONGEST


def rows_shown(rows: list[tuple[Any, ...]]) -> tuple[list[list[Any]], int]:
    """Rows as JSON has them, and how many values were cut."""
    made, cut = [], 0
    for row in rows:
        cells = [shown(value) for value in row]
        cut += sum(is_cut for _value, is_cut in cells)
        made.append([value for value, _is_cut in cells])
    return made, cut
