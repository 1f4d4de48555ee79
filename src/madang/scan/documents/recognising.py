# SPDX-License-Identifier: Apache-2.0
"""Which kind of document it is, by its content and never by its name."""

import re
from dataclasses import dataclass

from madang.scan.documents.errors import NotADocument
from madang.scan.documents.jsons import Members
from madang.scan.documents.limits import Limits

AUTO = "auto"
FAMILIES = {"madang": "Madang JSON", "scancode": "ScanCode JSON", "spdx": "SPDX", "cyclonedx": "CycloneDX"}
"""What can be said with ``--from``, and what it is called."""
ACCEPTED = "ScanCode and Provenant JSON; SPDX 2.2, 2.3 (JSON, tag-value) and 3.0 (JSON-LD); CycloneDX 1.2 to 1.7 (JSON, XML); Madang JSON"
_TAG = re.compile(r"(?:\s|#[^\n]*\n)*SPDXVersion:\s")
_XML = re.compile(r"\s*<")
_JSON = re.compile(r"\s*\{")
_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Kind:
    """A family and the way it is written: ``json``, ``json-ld``, ``tag-value`` or ``xml``. ``members`` are those of JSON."""

    family: str
    syntax: str
    members: Members | None = None


def recognised(text: str, name: str, limits: Limits) -> Kind:
    """The kind of a document. ``NotADocument`` when it is none, and what damaged JSON raises."""
    if _JSON.match(text, 0, _HEAD):
        kind = _json(Members(text, name, limits), text, limits)
    elif _TAG.match(text, 0, _HEAD):
        kind = Kind("spdx", "tag-value")
    elif _XML.match(text, 0, _HEAD):
        kind = Kind("cyclonedx", "xml")
    else:
        kind = None
    if kind is None:
        raise NotADocument(name=name, accepted=ACCEPTED)
    return kind


def _json(members: Members, text: str, limits: Limits) -> Kind | None:
    if members.names() == ["sbom"] and text[members.place("sbom")] == "{":
        # As the API of a well-known forge hands out its SPDX.
        members = Members(text, members.name, limits, start=members.place("sbom"))
    if members.get("format") == "madang-scan/1":
        return Kind("madang", "json", members)
    if members.get("bomFormat") == "CycloneDX":
        return Kind("cyclonedx", "json", members)
    if "spdxVersion" in members:
        return Kind("spdx", "json", members)
    if "@graph" in members and "spdx.org/rdf/" in str(members.get("@context")):
        return Kind("spdx", "json-ld", members)
    if "files" in members and ("headers" in members or "scancode_version" in members):
        return Kind("scancode", "json", members)
    return None


def looks_like(head: bytes) -> str | None:
    """The family that a file may be of whose first bytes these are: a hint for people, and nothing to rely on."""
    text = head.decode("utf-8", "replace").lstrip("\ufeff")
    if _TAG.match(text) or '"spdxVersion"' in text or "spdx.org/rdf/3" in text:
        return "spdx"
    if "cyclonedx.org/schema/bom" in text or re.search(r'"bomFormat"\s*:\s*"CycloneDX"', text):
        return "cyclonedx"
    if _JSON.match(text) and ('"tool_name"' in text and '"headers"' in text):
        return "scancode"
    return "madang" if '"format":"madang-scan/1"' in text else None
