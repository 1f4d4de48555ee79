# SPDX-License-Identifier: Apache-2.0
"""Whether a change of single files can change what is found in others. Where that is not sure the answer is yes."""

import re
from collections.abc import Mapping

from madang.scan.basis import Basis
from madang.scan.looking import Looking
from madang.scan.report import File
from madang.scan.tree import Entry

_ABOUT_ALL = re.compile(r"copying|copyright|copyleft|notice|licen[cs]|legal|eula|agreement|patent|readme", re.IGNORECASE)
"""In the name of a file whose licences count for manifests beside it, and at the root for all that say "see LICENSE"."""
_VERSION = re.compile(r"__init__|__main__|about|version|package_data|setup", re.IGNORECASE)
"""In the name of a file in which a ``setup.py`` may look for its version, if it is there."""


def touches_others(
    looking: Looking, entries: list[Entry], was: Mapping[str, File], left: Mapping[str, File], steady: Mapping[str, Entry], basis: Basis
) -> bool:
    """Whether others may rest on one of the ``entries``, which ``was`` told of before, or of those that ``left``. In the ``steady`` ones
    is found what was found before."""
    came = {entry.raw for entry in entries} - was.keys()
    if not basis.ties.isdisjoint({*looking.contents, *left}) or not basis.asked.isdisjoint({*came, *left}):
        return True
    known = [*was.values(), *left.values()]
    if any(file.path_bytes or file.scan_errors for file in known) or any(not _is_plain(raw) for raw in (*looking.contents, *left)):
        return True
    if any(each.rpartition("/")[2] == "setup.py" for each in basis.manifests) and any(map(_can_tell_a_version, (*came, *left))):
        return True
    speak = {raw for raw, file in {**was, **left}.items() if raw not in steady and file.license_detections}
    speak |= {entry.raw for entry in entries if entry.raw not in steady and looking.of(entry).get("license_detections")}
    beside = {"", *(each.rpartition("/")[0] for each in basis.manifests)}
    return any(raw in basis.asked or (raw.rpartition("/")[0] in beside and _ABOUT_ALL.search(raw)) for raw in speak)


def _is_plain(raw: str) -> bool:
    """Whether a path is shown as it is and read as it is shown."""
    return "\\" not in raw and "~" not in raw and raw.isprintable()


def _can_tell_a_version(raw: str) -> bool:
    return "src/" in f"/{raw}" or _VERSION.search(raw.rpartition("/")[2]) is not None
