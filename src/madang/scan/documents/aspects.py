# SPDX-License-Identifier: Apache-2.0
"""What a document can leave open, and how people call it."""

from collections.abc import Callable, Iterable

from madang.kit import _
from madang.scan.report import NotSaid

WORDS = {
    "whole-licence": _("the licence of the whole"),
    "files": _("which files there are"),
    "file-licences": _("licences of files"),
    "copyrights": _("copyright notices of files"),
    "holders": _("copyright holders"),
    "lines": _("lines where something stands"),
    "sizes": _("sizes of files"),
    "hashes": _("digests of files"),
    "packages": _("which packages there are"),
    "package-licences": _("licences of packages"),
    "relationships": _("how the parts are joined"),
}
SOME = _("%(what)s (%(entries)s of %(of)s)")


def not_said(left_open: Iterable[NotSaid], translate: Callable[[str], str] = str) -> list[str]:
    """What a document leaves open, each in a few words; with figures where it leaves it open of some only."""
    return [
        translate(WORDS[each.aspect])
        if each.entries == each.of
        else translate(SOME) % {"what": translate(WORDS[each.aspect]), "entries": each.entries, "of": each.of}
        for each in left_open
    ]
