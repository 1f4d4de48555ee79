# SPDX-License-Identifier: Apache-2.0
"""SPDX 2.2 and 2.3, from JSON or tag-value: packages, files, licences, and how they are joined."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Protocol

from madang.scan.documents import texts
from madang.scan.documents.building import (
    NO_ASSERTION,
    NONE,
    NOT_STATED,
    Draft,
    Source,
    Stated,
    package_raw,
    stated,
    statements,
    together,
)
from madang.scan.documents.creators import last_tool
from madang.scan.documents.errors import UnknownVersion
from madang.scan.documents.texts import Item
from madang.scan.expressions import licences_of
from madang.scan.formats.spdx import identifier
from madang.scan.needs import purl_parts
from madang.scan.report import Dependency, File, Package, Report

DOCUMENT = "SPDXRef-DOCUMENT"
_DETECTED = "Detected: "
_EMPTY = {hashlib.sha1(b"", usedforsecurity=False).hexdigest(), hashlib.sha256(b"").hexdigest()}
"""What some tools write where they know no digest."""
_READ = ("SPDX-2.2", "SPDX-2.3")
_OTHER_PARTS = {
    "snippets": "Parts of files are not taken over.",
    "annotations": "Remarks of people are not taken over.",
    "reviewers": "Who reviewed it is not taken over.",
    "externalDocumentRefs": "Other documents that it names are not looked into.",
}
_SYNTAX = {"json": "JSON", "tag-value": "tag-value"}


class Sections(Protocol):
    """A document's members, however they are written. ``faults``: places that could not be read, and why."""

    faults: list[tuple[str, str]]

    def get(self, name: str) -> Any:
        """The value of a member."""

    def items(self, name: str) -> Iterator[tuple[Any, str | None]]:
        """Each item of a list, or why it is not read."""


def read(members: Sections, source: Source, *, syntax: str) -> Report:
    """The report that an SPDX 2 document holds."""
    version = texts.word(members.get("spdxVersion"))
    if version not in _READ:
        raise UnknownVersion(name=source.name, found=version[:40] or "SPDX", accepted="SPDX-2.2, SPDX-2.3, SPDX 3.0")
    number = version.removeprefix("SPDX-")
    draft = Draft(source, f"spdx-{number}-{syntax}", f"SPDX {number} ({_SYNTAX[syntax]})")
    reader = _Reader(draft, members)
    reader.read()
    info = texts.item(members.get("creationInfo"))
    tools = texts.words(info.get("creators"))
    name = draft.root.name if draft.root and draft.root.name else texts.word(members.get("name"))
    return draft.report(
        name or source.name,
        last_tool(tools),
        tools=tools,
        created_at=texts.word(info.get("created")) or None,
        more={"spdx_list_version": texts.word(info.get("licenseListVersion"))},
    )


class _Reader:
    """Reads one document into a draft."""

    def __init__(self, draft: Draft, members: Sections) -> None:
        self.draft, self.members = draft, members
        self.ids: set[str] = set()
        for each in texts.items(members.get("hasExtractedLicensingInfos")):
            draft.licence_texts[texts.word(each.get("licenseId"))] = texts.word(each.get("extractedText")) or texts.word(each.get("name"))

    def read(self) -> None:
        """All parts, packages first, because files lie in them."""
        described = self._described()
        self.draft.joining.know(texts.word(self.members.get("SPDXID")) or DOCUMENT, "")
        for place, raw in self._entries("packages"):
            self._package(place, raw, is_root=described == [raw.get("SPDXID")])
        for place, raw in self._entries("files"):
            self._file(place, raw)
        for place, raw in self._entries("relationships", with_ids=False):
            self._relationship(place, raw)
        for place, sentence in self.members.faults:
            self.draft.left(place, sentence)
        for name, sentence in _OTHER_PARTS.items():
            if self.members.get(name):
                self.draft.leave(name, sentence)

    def _described(self) -> list[str]:
        """The ids of what the document describes, each once."""
        found = dict.fromkeys(texts.words(self.members.get("documentDescribes")))
        for raw, _fault in self.members.items("relationships"):
            each = texts.item(raw)
            if each.get("relationshipType") == "DESCRIBES":
                found[texts.word(each.get("relatedSpdxElement"))] = None
            elif each.get("relationshipType") == "DESCRIBED_BY":
                found[texts.word(each.get("spdxElementId"))] = None
        if not found:
            # SPDX 2.3, 11.1: where there is one package only, it need not be said that it is what is described.
            ids = [texts.word(texts.item(raw).get("SPDXID")) for raw, _fault in self.members.items("packages")]
            return ids if len(ids) == 1 else []
        return list(found)

    def _entries(self, name: str, *, with_ids: bool = True) -> Iterator[tuple[str, Item]]:
        """The objects of a list that have an id of their own, with the place that they are told by."""
        for place, (raw, fault) in enumerate(self.members.items(name)):
            told = f"{name}[{place}]"
            if fault or not isinstance(raw, dict):
                self.draft.left(told, f"{fault}; the last one counts." if fault else "It is no object.")
            if not isinstance(raw, dict):
                continue
            if with_ids:
                key = texts.word(raw.get("SPDXID"))
                if not key or key in self.ids:
                    self.draft.left(told, f"The id “{key[:120]}” stands twice; the first one counts." if key else "It has no SPDXID.")
                    continue
                self.ids.add(key)
            yield told, raw

    def _licence(self, value: Any) -> Stated:
        return stated(texts.word(value))

    def _package(self, place: str, raw: Item, *, is_root: bool) -> None:
        key, name, version = (texts.word(raw.get(each)) for each in ("SPDXID", "name", "versionInfo"))
        purl = next(iter(_purls(raw)), None)
        if purl and identifier("Package", f"needs:{purl}") == key:
            self.draft.joining.need(key, Dependency(f"{purl}?uuid={key}", purl, version or None, None, False, False, bool(version), True,
                                                    None, "", {"purl": purl}))  # fmt: skip
            return
        declared, concluded = self._licence(raw.get("licenseDeclared")), self._licence(raw.get("licenseConcluded"))
        purpose = texts.word(raw.get("primaryPackagePurpose")).lower().replace("_", "-")
        package = Package(
            key, purl_parts(purl)[0] if purl else "", name or None, version or None, purl, None, declared.expression, (),
            concluded_license_expression_spdx=self.draft.licence(key, concluded), purpose=purpose,
        )  # fmt: skip
        package = replace(package, raw=self._raw(place, package, raw, declared))
        if is_root:
            self.draft.set_root(key, package, declared)
        else:
            self.draft.add_package(key, package, declared)
        for path in texts.words(raw.get("hasFiles")):
            self.draft.joining.join("spdx-2", key, "CONTAINS", path)

    def _raw(self, place: str, package: Package, raw: Item, declared: Stated) -> Mapping[str, Any]:
        digests = {
            texts.word(each.get("algorithm")).lower().replace("-", ""): each.get("checksumValue")
            for each in texts.items(raw.get("checksums"))
        }
        checked = {name: texts.digest(name, value) for name, value in digests.items() if name in texts.DIGITS}
        for name in (name for name, value in checked.items() if value is None):
            self.draft.left(f"{place} {package.package_uid}", f"Its digest {name} is not written as one and is left out.")
        return package_raw(
            package,
            extracted_license_statement=declared.words,
            copyright="\n".join(each.value for each in statements([texts.word(raw.get("copyrightText"))])),
            download_url=_asserted(raw.get("downloadLocation")),
            homepage_url=_asserted(raw.get("homepage")),
            description=texts.word(raw.get("description")),
            **checked,
            extra_data={"as_stated": self.draft.keep(place, raw)},
        )

    def _file(self, place: str, raw: Item) -> None:
        key, path = texts.word(raw.get("SPDXID")), texts.path(raw.get("fileName"))
        if path is None:
            self.draft.left(f"{place} {key}", f"Its name leads nowhere below the root: “{texts.word(raw.get('fileName'))[:120]}”.")
            return
        digests: dict[str, str] = {}
        for each in texts.items(raw.get("checksums")):
            name = texts.word(each.get("algorithm")).lower()
            if name in ("sha1", "sha256"):
                digests[name] = texts.digest(name, each.get("checksumValue")) or ""
                if not digests[name]:
                    self.draft.left(path, f"Its digest {name} is not written as one and is left out.")
        notice, comment = texts.word(raw.get("copyrightText")), texts.word(raw.get("comment"))
        concluded = self._licence(raw.get("licenseConcluded"))
        found = self._found(raw)
        if (found.expression or statements([notice])) and _EMPTY & set(digests.values()):
            self.draft.left(path, "Its digest is that of an empty file, and yet something was found in it; the digest is left out.")
            digests = {}
        kinds = texts.words(raw.get("fileTypes"))
        file = File(
            path=path, sha256=digests.get("sha256", ""), sha1=digests.get("sha1", ""), size=0,
            is_source="SOURCE" in kinds, is_archive="ARCHIVE" in kinds, is_binary="BINARY" in kinds or "APPLICATION" in kinds,
            is_text="TEXT" in kinds, copyrights=statements([notice]), concluded_license_expression_spdx=concluded.expression,
            scan_errors=(comment,) if comment.startswith("Not wholly looked at: ") else (),
        )  # fmt: skip
        if concluded.words and found.is_said:
            self.draft.licence(path, concluded)
        for error in file.scan_errors:
            self.draft.left(path, error)
        self.draft.add_file(key, file, found if found.is_said else concluded)
        self.draft.note("copyrights", notice not in ("", NO_ASSERTION))
        for aspect in ("holders", "lines", "sizes"):
            self.draft.note(aspect, False)

    def _found(self, raw: Item) -> Stated:
        """What was found in a file: each licence that is listed, together; where our own writer says how they are joined, as it says."""
        listed = [each for each in texts.words(raw.get("licenseInfoInFiles")) if each != NO_ASSERTION]
        if not listed:
            return NOT_STATED
        told = texts.word(raw.get("licenseComments"))
        if told.startswith(_DETECTED):
            whole = stated(told.removeprefix(_DETECTED))
            if whole.expression and licences_of(whole.expression) == sorted(listed):
                return whole
        return together(map(stated, listed))

    def _relationship(self, place: str, raw: Item) -> None:
        source, kind, target = (texts.word(raw.get(each)) for each in ("spdxElementId", "relationshipType", "relatedSpdxElement"))
        if source and kind and target:
            self.draft.joining.join("spdx-2", source, kind, target)
        else:
            self.draft.left(place, "It does not say what it joins.")


def _asserted(value: Any) -> str:
    found = texts.word(value)
    return "" if found in (NO_ASSERTION, NONE) else found


PURL = re.compile(r"pkg:[A-Za-z0-9.+-]+/\S+")


def _purls(raw: Item) -> Iterator[str]:
    for each in texts.items(raw.get("externalRefs")):
        locator = texts.word(each.get("referenceLocator"))
        if texts.word(each.get("referenceType")) == "purl" and PURL.fullmatch(locator):
            yield locator
