# SPDX-License-Identifier: Apache-2.0
"""SPDX 3.0 in JSON-LD: software, models (AI profile) and data sets (Dataset profile), their licences, and how they are joined."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from madang.scan.documents import texts
from madang.scan.documents.building import NOT_STATED, Draft, Source, Stated, package_raw, statements, together
from madang.scan.documents.errors import UnknownVersion
from madang.scan.documents.jsons import Members
from madang.scan.documents.spdx2 import PURL
from madang.scan.documents.spdx3_licences import Licences
from madang.scan.documents.texts import Item
from madang.scan.needs import purl_parts
from madang.scan.report import File, Package, Report

_VERSION = re.compile(r"spdx\.org/rdf/(3\.\d+(?:\.\d+)?)/")
_PACKAGES = {"software_Package": "", "ai_AIPackage": "model", "dataset_DatasetPackage": "dataset"}
_RELATIONSHIPS = ("Relationship", "LifecycleScopedRelationship")
_LICENCES = {"hasDeclaredLicense": "declared", "hasConcludedLicense": "concluded"}
_COLLECTIONS = ("SpdxDocument", "software_Sbom", "Bom", "Bundle")
_ITSELF = ("CreationInfo", "Person", "Organization", "SoftwareAgent", "Agent", "Tool")
_COMPLETE = {"complete": "complete", "incomplete": "incomplete"}


def read(members: Members, source: Source) -> Report:
    """The report that an SPDX 3 document holds."""
    found = _VERSION.search(str(members.get("@context")))
    if found is None:
        raise UnknownVersion(name=source.name, found="SPDX", accepted="SPDX-2.2, SPDX-2.3, SPDX 3.0")
    draft = Draft(source, f"spdx-{found[1]}-json-ld", f"SPDX {found[1]} (JSON-LD)")
    reader = _Reader(draft, members)
    reader.read()
    name = draft.root.name if draft.root and draft.root.name else reader.name
    tools = tuple(reader.tools)
    return draft.report(
        name or source.name,
        (tools[-1] if tools else "SPDX", ""),
        tools=tools,
        created_at=reader.created_at or None,
    )


def _type(raw: Item) -> str:
    return texts.word(raw.get("type") or raw.get("@type"))


def key_of(value: Any) -> str:
    """The id of an element, or of a reference to one."""
    raw = texts.item(value)
    return texts.word(raw.get("spdxId") or raw.get("@id")) if raw else texts.word(value)


def _keys(value: Any) -> list[str]:
    return [key for each in (value if isinstance(value, list) else [value]) if (key := key_of(each))]


class _Reader:
    """Reads one document into a draft: first what others rest on, then packages and files."""

    def __init__(self, draft: Draft, members: Members) -> None:
        self.draft, self.members = draft, members
        self.licences = Licences(draft)
        self.stated: dict[tuple[str, str], list[str]] = {}
        self.roots: dict[str, list[str]] = {}
        self.document = self.name = self.created_at = ""
        self.tools: list[str] = []
        self.ids: set[str] = set()

    def read(self) -> None:
        """All elements."""
        for place, raw, fault in self._elements():
            if fault:
                self.draft.left(place, fault)
            self._prepare(raw)
        root = self._root()
        for place, raw, _fault in self._elements():
            self._take(place, raw, root)

    def _elements(self) -> Iterator[tuple[str, Item, str | None]]:
        for place, (raw, fault) in enumerate(self.members.items("@graph")):
            why = f"{fault}; the last one counts." if fault else None if isinstance(raw, dict) else "It is no object."
            yield f"@graph[{place}]", texts.item(raw), why

    def _prepare(self, raw: Item) -> None:
        kind, key = _type(raw), key_of(raw)
        if kind in _COLLECTIONS:
            self.roots[key] = _keys(raw.get("rootElement"))
            if kind == "SpdxDocument":
                self.document, self.name = key, texts.word(raw.get("name"))
        elif kind == "CreationInfo":
            self.created_at = self.created_at or texts.word(raw.get("created"))
        elif kind in ("Tool", "SoftwareAgent"):
            self.tools += [name] if (name := texts.word(raw.get("name"))) else []
        elif kind in _RELATIONSHIPS and (stated := _LICENCES.get(texts.word(raw.get("relationshipType")))):
            for source in _keys(raw.get("from")):
                self.stated.setdefault((source, stated), []).extend(_keys(raw.get("to")))
        else:
            self.licences.know(kind, key, raw)

    def _root(self) -> str:
        """The one element that the document is about; "" where there are several or none."""
        found = self.roots.get(self.document, [])
        for _step in self.roots:
            found = [below for key in found for below in self.roots.get(key, [key])]
        distinct = list(dict.fromkeys(found))
        return distinct[0] if len(distinct) == 1 else ""

    def _take(self, place: str, raw: Item, root: str) -> None:
        kind, key = _type(raw), key_of(raw)
        if kind in _RELATIONSHIPS:
            self._relationship(place, raw)
        elif kind in _PACKAGES or kind == "software_File":
            if not key or key in self.ids:
                self.draft.left(place, f"The id “{key[:120]}” stands twice; the first one counts." if key else "It has no spdxId.")
                return
            self.ids.add(key)
            if kind == "software_File":
                self._file(place, key, raw)
            else:
                self._package(place, key, raw, is_root=key == root)
        elif kind in _COLLECTIONS:
            self.draft.joining.know(key, "")
        elif raw and kind not in _ITSELF and not self.licences.knows(key):
            self.draft.leave(f"{place} {kind}"[:200], "This kind of element is not taken over.")

    def _licence(self, key: str, stated: str) -> Stated:
        return together(map(self.licences.stated, self.stated.get((key, stated), ()))) if (key, stated) in self.stated else NOT_STATED

    def _package(self, place: str, key: str, raw: Item, *, is_root: bool) -> None:
        purl = next(_purls(raw), None)
        declared, concluded = self._licence(key, "declared"), self._licence(key, "concluded")
        purpose = _PACKAGES[_type(raw)] or texts.word(raw.get("software_primaryPurpose")).lower()
        package = Package(
            key, purl_parts(purl)[0] if purl else "", texts.word(raw.get("name")) or None,
            texts.word(raw.get("software_packageVersion")) or None, purl, None, declared.expression, (),
            concluded_license_expression_spdx=self.draft.licence(key, concluded), purpose=purpose,
        )  # fmt: skip
        package = replace(package, raw=self._raw(place, package, raw, declared))
        if is_root:
            self.draft.set_root(key, package, declared)
        else:
            self.draft.add_package(key, package, declared)

    def _raw(self, place: str, package: Package, raw: Item, declared: Stated) -> Mapping[str, Any]:
        return package_raw(
            package,
            extracted_license_statement=declared.words,
            copyright="\n".join(each.value for each in statements([texts.word(raw.get("software_copyrightText"))])),
            download_url=texts.word(raw.get("software_downloadLocation")),
            homepage_url=texts.word(raw.get("software_homePage")),
            description=texts.word(raw.get("description")),
            **self._digests(f"{place} {package.package_uid}", raw),
            extra_data={"as_stated": self.draft.keep(place, raw)},
        )

    def _digests(self, place: str, raw: Item) -> dict[str, str]:
        found: dict[str, str] = {}
        for each in texts.items(raw.get("verifiedUsing")):
            name = texts.word(each.get("algorithm")).lower()
            if name in texts.DIGITS:
                value = texts.digest(name, each.get("hashValue"))
                found |= {name: value} if value else {}
                if value is None:
                    self.draft.left(place, f"Its digest {name} is not written as one and is left out.")
        return found

    def _file(self, place: str, key: str, raw: Item) -> None:
        path = texts.path(raw.get("name"))
        if path is None:
            self.draft.left(f"{place} {key}", f"Its name leads nowhere below the root: “{texts.word(raw.get('name'))[:120]}”.")
            return
        digests, notice = self._digests(path, raw), texts.word(raw.get("software_copyrightText"))
        found, concluded = self._licence(key, "declared"), self._licence(key, "concluded")
        file = File(
            path=path, sha256=digests.get("sha256", ""), sha1=digests.get("sha1", ""), size=0, copyrights=statements([notice]),
            concluded_license_expression_spdx=concluded.expression,
        )  # fmt: skip
        self.draft.add_file(key, file, found if found.is_said else concluded)
        self.draft.note("copyrights", notice not in ("", "NOASSERTION"))
        for aspect in ("holders", "lines", "sizes"):
            self.draft.note(aspect, False)

    def _relationship(self, place: str, raw: Item) -> None:
        kind, scope = texts.word(raw.get("relationshipType")), texts.word(raw.get("scope"))
        if kind in _LICENCES:
            return
        sources, targets = _keys(raw.get("from")), _keys(raw.get("to"))
        if not (sources and targets and kind):
            self.draft.left(place, "It does not say what it joins.")
        stated = f"{kind} {scope}" if scope in ("build", "development", "test", "runtime") else kind
        completeness = _COMPLETE.get(texts.word(raw.get("completeness")), "unknown")
        for source in sources:
            for target in targets:
                self.draft.joining.join("spdx-3", source, stated, _individual(target), completeness)


def _individual(key: str) -> str:
    """The two elements that stand for no element."""
    return {"NoneElement": "NONE", "NoAssertionElement": "NOASSERTION"}.get(re.split("[/#:]", key)[-1], key)


def _purls(raw: Item) -> Iterator[str]:
    if PURL.fullmatch(found := texts.word(raw.get("software_packageUrl"))):
        yield found
    for each in texts.items(raw.get("externalIdentifier")):
        found = texts.word(each.get("identifier"))
        if texts.word(each.get("externalIdentifierType")) in ("packageUrl", "purl") and PURL.fullmatch(found):
            yield found
