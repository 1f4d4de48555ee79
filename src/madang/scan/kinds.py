# SPDX-License-Identifier: Apache-2.0
"""What libmagic says of a file, asked once a file: each of ScanCode's scanners asks it anew."""

from typing import Any

from typecode import magic2

from madang.scan.replacing import Part

_detect = magic2._detect
_said: dict[tuple[Any, int], str] = {}


def forget() -> None:
    """Another file is looked at from now on, or the same one may have changed."""
    _said.clear()


def _remembered(location: Any, flags: int) -> str:
    key = (location, flags)
    if key not in _said:
        _said[key] = _detect(location, flags)
    return _said[key]


def parts() -> list[Part]:
    """What takes the place of ScanCode's calls of libmagic."""
    return [Part(magic2, "_detect", _remembered)]
