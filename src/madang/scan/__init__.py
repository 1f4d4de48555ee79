# SPDX-License-Identifier: Apache-2.0
"""Files in, findings out: licences, copyrights and packages of a tree, each with the lines where they stand.

The core knows files, ScanCode's detection and the formats that others read. It knows no account, no asset and no database: what it
remembers goes through a ``Cache`` that it is given, and it can be used by a stranger::

    with scan.Pool(scan.Limits()) as pool:
        report = scan.scan_tree(Path("src"), name="src", pool=pool, cache=scan.LocalCache())
    scan.write(report, "spdx-json", sys.stdout)
    scan.documents.read(Path("other.cdx.json"))  # the findings of another engine, as a report of the same shape

The licence index lives in processes of the pool's own and never in the caller's.
"""

from madang.scan import documents
from madang.scan import formats as _formats  # each format registers itself
from madang.scan.amending import Kept
from madang.scan.basis import Basis
from madang.scan.cache import Cache, LocalCache, MemoryCache
from madang.scan.classes import names as _class_names
from madang.scan.comparing import Pair, Said, compare
from madang.scan.given import Known, Outline, Tree, outline
from madang.scan.installed import EngineMissing, engine, engine_version, fingerprint
from madang.scan.limits import Limits
from madang.scan.looking import Options
from madang.scan.pool import Pool, PoolClosed, PoolFailed
from madang.scan.progress import Cancelled, Priority, Progress
from madang.scan.report import (
    Dependency,
    Detection,
    Document,
    Engine,
    File,
    Match,
    NotSaid,
    Package,
    Relationship,
    Report,
    Statement,
    Totals,
    Unread,
)
from madang.scan.rescanning import Again, look_again
from madang.scan.rewriting import ReportTooLarge, RewritingFailed, rewrite
from madang.scan.scanning import scan_tree
from madang.scan.summing import members
from madang.scan.tree import SourceUnreadable
from madang.scan.writing import FORMATS, Format, UnknownFormat, write

assert _formats

CLASSES = _class_names()
"""What a file can be beside its findings: ``vendored``, ``minified``, in the order of the table."""

__all__ = [
    "CLASSES",
    "FORMATS",
    "Again",
    "Basis",
    "Cache",
    "Cancelled",
    "Dependency",
    "Detection",
    "Document",
    "Engine",
    "EngineMissing",
    "File",
    "Format",
    "Kept",
    "Known",
    "Limits",
    "LocalCache",
    "Match",
    "MemoryCache",
    "NotSaid",
    "Options",
    "Outline",
    "Package",
    "Pair",
    "Pool",
    "PoolClosed",
    "PoolFailed",
    "Priority",
    "Progress",
    "Relationship",
    "Report",
    "ReportTooLarge",
    "RewritingFailed",
    "Said",
    "SourceUnreadable",
    "Statement",
    "Totals",
    "Tree",
    "UnknownFormat",
    "Unread",
    "compare",
    "documents",
    "engine",
    "engine_version",
    "fingerprint",
    "look_again",
    "members",
    "outline",
    "rewrite",
    "scan_tree",
    "write",
]
