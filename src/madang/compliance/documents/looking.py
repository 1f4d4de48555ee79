# SPDX-License-Identifier: Apache-2.0
"""From a stored document to a report and the facts that a version's pages tell of it. Done by the work behind."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from madang import __version__, scan, storage
from madang.compliance.errors import UploadGone

FORM = "1"
"""Of what is kept of a document. It changes when the same document would be read otherwise."""


def key_of(sha256: str, name: str) -> str:
    """All that a report depends on that was read from a document: its bytes, what it is called, and this release."""
    return hashlib.sha256("\0".join(("document", FORM, __version__, sha256, name)).encode()).hexdigest()


def read(store: storage.Store, sha256: str, name: str, folder: Path, stop: Callable[[], bool]) -> scan.Report:
    """The report in the stored document. Its refusals pass, ``UploadGone`` where it is not in the store any more."""
    path = folder / "document"
    try:
        with store.open(sha256) as stream, path.open("wb") as file:
            shutil.copyfileobj(stream, file, 1 << 20)
    except storage.ObjectMissing as missing:
        raise UploadGone() from missing
    return scan.documents.read(path, name=name, stop=stop)


def facts_of(report: scan.Report) -> dict[str, Any]:
    """Where the findings are from and what the document leaves open, as its row keeps it."""
    document = report.document
    assert document is not None
    root = document.root
    return {
        "name": document.name,
        "title": document.title,
        "sha256": document.sha256,
        "tools": list(document.tools)[:20],
        "created_at": document.created_at,
        "about": " ".join(filter(None, (report.name, root.version if root else None))),
        "not_said": [[each.aspect, each.entries, each.of] for each in document.not_said],
        "relationships": len(report.relationships),
    }
