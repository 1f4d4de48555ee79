# SPDX-License-Identifier: Apache-2.0
"""What ``madang scan --from`` needs: documents that hold findings already, and a hint for whoever scans one as a file."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from madang.kit import _
from madang.scan import documents
from madang.scan.formats.table import plain
from madang.scan.report import Report
from madang.scan.tree import SourceUnreadable, shown

CHOICES = (documents.AUTO, *documents.FAMILIES)
LOOKS_LIKE = _(
    "“%(path)s” looks like %(kind)s. It was scanned as a file; to read the findings that it holds: madang scan --from %(name)s %(path)s"
)
NOT_BOTH = _("Of a document no file is looked at: --from goes without --thorough and --compare.")
_HEAD_BYTES = 4096


def read(source: str, family: str) -> Report:
    """The findings that a document holds; ``SourceUnreadable`` when it cannot be opened, and the refusals of ``documents.read``."""
    try:
        return documents.read(Path(source), family=family)
    except OSError as error:
        raise SourceUnreadable(path=shown(source), reason=error.strerror or str(error)) from error


def hint(source: str, translate: Callable[[str], str]) -> str:
    """What to tell whoever scanned a document as a file, "" when it is none. What the scan means is the same with and without."""
    family = None
    with suppress(OSError):
        path = Path(source)
        if path.is_file():
            with path.open("rb") as stream:
                family = documents.looks_like(stream.read(_HEAD_BYTES))
    return translate(LOOKS_LIKE) % {"path": plain(source), "kind": documents.FAMILIES[family], "name": family} if family else ""
