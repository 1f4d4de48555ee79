# SPDX-License-Identifier: Apache-2.0
"""What kind a file is, asked less often: libmagic once a file, where each of ScanCode's scanners asks it anew; and which lexers of
programming languages other packages bring, once a process, where ScanCode reads the list of all installed packages for each file."""

from functools import cache
from typing import Any

from typecode import magic2
from typecode._vendor.pygments import plugin

from madang.scan import magics
from madang.scan.replacing import Part

_said: dict[tuple[Any, int], str] = {}


def forget() -> None:
    """Another file is looked at from now on, or the same one may have changed."""
    _said.clear()
    magics.forget()


def _remembered(location: Any, flags: int) -> str:
    key = (location, flags)
    if key not in _said:
        _said[key] = magics.detect(location, flags)
    return _said[key]


_iter_entry_points = plugin.iter_entry_points


@cache
def _entry_points(group: str) -> tuple[Any, ...]:
    return tuple(_iter_entry_points(group))


def parts() -> list[Part]:
    """What takes the place of ScanCode's questions about kinds."""
    return [Part(magic2, "_detect", _remembered), Part(plugin, "iter_entry_points", _entry_points)]
