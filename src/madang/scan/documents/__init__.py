# SPDX-License-Identifier: Apache-2.0
"""Documents of other engines as findings: ScanCode and Provenant JSON, SPDX, CycloneDX, and our own JSON.

A report read from a document says whose findings it holds and what the document leaves open. Nothing here looks at the files themselves,
and nothing judges whether the document is right. What cannot be taken over is listed with its place, never dropped.
"""

from madang.scan.documents.apart import read
from madang.scan.documents.aspects import WORDS as ASPECTS
from madang.scan.documents.aspects import not_said
from madang.scan.documents.errors import (
    BrokenDocument,
    DocumentTooLarge,
    HostileDocument,
    NotADocument,
    OtherDocument,
    ReadingFailed,
    UnknownVersion,
    WrongEncoding,
)
from madang.scan.documents.limits import Limits
from madang.scan.documents.recognising import ACCEPTED, AUTO, FAMILIES, looks_like
from madang.scan.documents.relations import kinds

KINDS = kinds()

__all__ = [
    "ACCEPTED",
    "ASPECTS",
    "AUTO",
    "FAMILIES",
    "KINDS",
    "BrokenDocument",
    "DocumentTooLarge",
    "HostileDocument",
    "Limits",
    "NotADocument",
    "OtherDocument",
    "ReadingFailed",
    "UnknownVersion",
    "WrongEncoding",
    "looks_like",
    "not_said",
    "read",
]
