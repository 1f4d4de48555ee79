# SPDX-License-Identifier: Apache-2.0
"""The typed adapter to ScanCode's scanners of one file. Only the server process and its workers import this."""

import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from commoncode.text import toascii
from licensedcode import cache
from licensedcode.cache import get_index
from packagedcode import APPLICATION_PACKAGE_DATAFILE_HANDLERS
from packagedcode.cache import get_cache as get_package_patterns
from scancode.api import get_copyrights, get_licenses, get_package_data
from typecode.contenttype import get_type

from madang.scan import alignment, classes, copyrights, kinds, ranking, runs
from madang.scan.prepared import prepared
from madang.scan.replacing import Part, Parts
from madang.scan.written import as_written, lines_of

Findings = Mapping[str, Any]

_INFO = (
    "is_text",
    "is_binary",
    "is_archive",
    "is_media",
    "is_source",
    "is_script",
    "mime_type",
    "file_type",
    "programming_language",
)
_TYPE_NAMES = {"mime_type": "mimetype_file", "file_type": "filetype_file"}


def _info(location: str) -> Findings:
    kind = get_type(location)
    found = {name: getattr(kind, _TYPE_NAMES.get(name, name)) or (False if name.startswith("is_") else None) for name in _INFO}
    return {**found, "classes": classes.of_content(Path(location), is_text=bool(found["is_text"]))}


_LARGEST_WRITTEN = 5_000_000
"""Bytes. In larger files names stay as the engine gives them."""


def _copyrights(location: str) -> Findings:
    """What the engine finds, and beside each statement in other letters than Latin ones how it is written."""
    found: Findings = get_copyrights(location)
    statements = [(each, key) for many, key in _STATEMENTS for each in found.get(many, ())]
    path = Path(location)
    if not statements or path.stat().st_size > _LARGEST_WRITTEN:
        return found
    content = path.read_bytes()
    if content.isascii():
        return found
    lines = lines_of(content)
    for each, key in statements:
        near = lines[each["start_line"] - 1 : each["end_line"]]
        if near and (written := as_written(each[key], near, _romanised)):
            each["written"] = written
    return found


_STATEMENTS = (("copyrights", "copyright"), ("holders", "holder"), ("authors", "author"))


def _romanised(letter: str) -> str:
    return str(toascii(letter, translit=True))


PARTS: Mapping[str, Callable[[str], Findings]] = {
    "info": _info,
    "packages": get_package_data,
    "copyrights": _copyrights,
    "licenses": get_licenses,
}
"""Part → scanner, the quick ones first: when a file meets its deadline, what was found until then stands."""


_OTHER_PARTS = [*alignment.parts(), *copyrights.parts(), *kinds.parts(), *runs.parts()]
_parts = Parts(())


def looks(location: str, parts: list[str], *, thorough: bool = False) -> Iterator[tuple[str, Findings | None, str]]:
    """Look at the file at ``location`` for each of ``parts``, as ScanCode's own command does with ``-clp``; ``thorough``: with its own
    code and nothing else.

    Gives the part, what was found, and in words what a scanner raised instead. ``OSError`` and ``MemoryError`` pass.
    """
    _parts.use(ours=not thorough)
    kinds.forget()
    alignment.cutter.forget()
    for name, scanner in PARTS.items():
        if name in parts:
            try:
                yield name, scanner(location), ""
            except (OSError, MemoryError):
                raise
            # The edge to foreign code: what a scanner raises costs this file this part, is told, and the next part is looked for.
            except Exception:  # noqa: BLE001
                yield name, None, traceback.format_exc(limit=-4)


def load(folder: Path | None = None) -> list[str]:
    """Load all that workers share (index, grammars, patterns) and hand back the path patterns of package manifests.

    With a ``folder`` the licence index is the compact one that is kept there; without, or where it cannot be had, ScanCode's own.
    """
    global _parts
    _parts.use(ours=False)  # what is replaced is ScanCode's own, also when this is called again
    compact = prepared(folder)
    if compact is None:
        _parts = Parts([*ranking.parts(get_index()), *_OTHER_PARTS])
    else:
        whole, tables = compact
        _parts = Parts([Part(cache, "_LICENSE_CACHE", whole), *ranking.parts(whole.index, tables), *_OTHER_PARTS])
    _parts.use(ours=True)
    get_package_patterns()
    with tempfile.TemporaryDirectory() as sample_folder:
        sample = Path(sample_folder) / "setup.cfg"
        sample.write_text("[metadata]\nname = warm\nlicense = MIT\n# Copyright (c) 2020 Somebody\n# SPDX-License-Identifier: MIT\n")
        for _name, _found, fault in looks(str(sample), list(PARTS)):
            if fault:
                raise RuntimeError(fault)
    return sorted({pattern for handler in APPLICATION_PACKAGE_DATAFILE_HANDLERS for pattern in handler.path_patterns or ()})


def load_theirs() -> None:
    """ScanCode's own index is loaded beside ours: what a thorough look needs."""
    ours = _parts.are_ours
    _parts.use(ours=False)
    get_index()
    _parts.use(ours=ours)
