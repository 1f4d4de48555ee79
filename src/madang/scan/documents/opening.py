# SPDX-License-Identifier: Apache-2.0
"""From a document's bytes to its report, in this very process. ``apart`` does it in one of its own."""

import hashlib
from pathlib import Path

from madang.scan.documents import cyclonedx, own, recognising, scancode, spdx2, spdx3, texts
from madang.scan.documents.building import Source
from madang.scan.documents.errors import DocumentTooLarge, OtherDocument
from madang.scan.documents.limits import Limits
from madang.scan.documents.recognising import AUTO, FAMILIES, Kind
from madang.scan.documents.tagvalue import TagValue
from madang.scan.documents.xmls import CycloneXml
from madang.scan.report import Report


def read_here(path: Path, *, name: str, family: str, limits: Limits) -> Report:
    """The report that the document at ``path`` holds. Every refusal of ``errors`` but ``ReadingFailed``; ``OSError``."""
    size = path.stat().st_size
    if size > limits.max_bytes:
        raise DocumentTooLarge(name=name, what=f"{size} bytes", limit=limits.max_bytes, setting="max_bytes")
    raw = path.read_bytes()
    source = Source(name, hashlib.sha256(raw).hexdigest(), size, limits)
    is_xml = raw.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or raw[:4] in (b"\xff\xfe<\0", b"\xfe\xff\0<")
    # XML names its encoding itself.
    text = "<" if is_xml else texts.decoded(raw, name)
    kind = recognising.recognised(text, name, limits)
    if family not in (AUTO, kind.family):
        raise OtherDocument(name=name, found=FAMILIES[kind.family], wanted=FAMILIES[family])
    return _read(kind, text, raw, source)


def _read(kind: Kind, text: str, raw: bytes, source: Source) -> Report:
    if kind.syntax == "xml":
        return cyclonedx.read(CycloneXml(raw, source.name, source.limits), source, syntax="xml")
    if kind.syntax == "tag-value":
        return spdx2.read(TagValue(text, source.name, source.limits), source, syntax="tag-value")
    assert kind.members is not None
    if kind.family == "cyclonedx":
        return cyclonedx.read(kind.members, source, syntax="json")
    if kind.family == "spdx":
        return spdx3.read(kind.members, source) if kind.syntax == "json-ld" else spdx2.read(kind.members, source, syntax="json")
    return own.read(kind.members, source) if kind.family == "madang" else scancode.read(kind.members, source)
