# SPDX-License-Identifier: Apache-2.0
"""CycloneDX 1.2 to 1.7, from JSON or XML: components however deep they lie, models and data sets too, licences, and how they are joined."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from madang.scan.documents import texts
from madang.scan.documents.building import TOOLS, Draft, Source, Stated, package_raw, statements
from madang.scan.documents.cyclonedx_licences import licences
from madang.scan.documents.errors import UnknownVersion
from madang.scan.documents.spdx2 import PURL, Sections
from madang.scan.documents.texts import Item
from madang.scan.needs import purl_parts
from madang.scan.report import Dependency, File, Package, Report

VERSIONS = ("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")
_NEEDS, _PACKAGE, _ROOT = "needs:", "package:", "root"
"""How our own writer names what is needed, what is held, and the whole."""
_PURPOSES = {"machine-learning-model": "model", "data": "dataset", "operating-system": "operating-system"}
_OTHER_PARTS = {"vulnerabilities": "Weaknesses are not taken over.", "formulation": "How it was made is not taken over.",
                "annotations": "Remarks of people are not taken over.", "declarations": "Attestations are not taken over.",
                "definitions": "Definitions are not taken over."}  # fmt: skip
_COMPLETE = {"complete": "complete", "incomplete": "incomplete", "incomplete_first_party_only": "incomplete",
             "incomplete_third_party_only": "incomplete", "incomplete_first_party_proprietary_only": "incomplete",
             "incomplete_first_party_opensource_only": "incomplete", "incomplete_third_party_proprietary_only": "incomplete",
             "incomplete_third_party_opensource_only": "incomplete"}  # fmt: skip


def read(members: Sections, source: Source, *, syntax: str) -> Report:
    """The report that a CycloneDX document holds."""
    version = texts.word(members.get("specVersion"))
    if version not in VERSIONS:
        raise UnknownVersion(name=source.name, found=f"CycloneDX {version[:20]}".strip(), accepted=f"CycloneDX {', '.join(VERSIONS)}")
    draft = Draft(source, f"cyclonedx-{version}-{syntax}", f"CycloneDX {version} ({syntax.upper()})")
    metadata = texts.item(members.get("metadata"))
    _Reader(draft, members, metadata).read()
    tools = list(_tools(metadata.get("tools")))
    name = draft.root.name if draft.root else ""
    last, number = tools[-1] if tools else ("CycloneDX", version)
    engine = TOOLS.get(last, last), number
    shown = tuple(f"{name} {number}".strip() for name, number in tools)
    return draft.report(name or source.name, engine, tools=shown, created_at=texts.word(metadata.get("timestamp")) or None)


def _tools(value: Any) -> Iterator[tuple[str, str]]:
    """Name and version of each tool; before 1.5 a list, since then components and services."""
    listed = texts.items(value) or [*texts.items(texts.item(value).get("components")), *texts.items(texts.item(value).get("services"))]
    for each in listed:
        if name := texts.word(each.get("name")):
            yield name, texts.word(each.get("version"))


class _Reader:
    """Reads one document into a draft."""

    def __init__(self, draft: Draft, members: Sections, metadata: Item) -> None:
        self.draft, self.members, self.metadata = draft, members, metadata
        self.refs: set[str] = set()

    def read(self) -> None:
        """All parts."""
        root = texts.item(self.metadata.get("component"))
        above = ""
        if root:
            above = self._ref("metadata.component", root) or ""
            self._root(above, root)
        for place, raw in self._entries("components"):
            self._below(f"components[{place}]", raw, above)
        for place, raw in self._entries("services"):
            self._service(f"services[{place}]", raw, above)
        if root:
            self._parts(root, "metadata.component", above)
        for place, raw in self._entries("dependencies"):
            self._dependencies(f"dependencies[{place}]", raw)
        for _place, raw in self._entries("compositions"):
            self._composition(raw)
        for told, sentence in self.members.faults:
            self.draft.left(told, sentence)
        for name, sentence in _OTHER_PARTS.items():
            if self.members.get(name):
                self.draft.leave(name, sentence)

    def _entries(self, name: str) -> Iterator[tuple[int, Item]]:
        for place, (raw, fault) in enumerate(self.members.items(name)):
            if fault or not isinstance(raw, dict):
                self.draft.left(f"{name}[{place}]", f"{fault}; the last one counts." if fault else "It is no object.")
            if isinstance(raw, dict):
                yield place, raw

    def _ref(self, place: str, raw: Item) -> str | None:
        """The id that an entry is joined by; None when it stands twice."""
        ref = texts.word(raw.get("bom-ref")) or place
        if ref in self.refs:
            self.draft.left(place, f"The bom-ref “{ref[:120]}” stands twice; the first one counts.")
            return None
        self.refs.add(ref)
        return ref

    def _root(self, ref: str, raw: Item) -> None:
        package, licence = self._package("metadata.component", ref, raw)
        self.draft.set_root(ref, package, licence)

    def _below(self, place: str, raw: Item, above: str) -> None:
        """A component and the components in it, and in them; as deep as an entry may nest."""
        waiting = [(place, raw, above)]
        while waiting:
            place, raw, above = waiting.pop(0)
            ref = self._ref(place, raw)
            if ref is None:
                continue
            self._component(place, ref, raw)
            if ref not in self.draft.joining.needed:
                self.draft.joining.join("cyclonedx", above, "components", ref)
                self._pedigree(place, ref, raw)
                self._data(place, ref, raw)
                waiting += [(f"{place}.components[{n}]", each, ref) for n, each in enumerate(texts.items(raw.get("components")))]

    def _parts(self, raw: Item, place: str, ref: str) -> None:
        for number, each in enumerate(texts.items(raw.get("components"))):
            self._below(f"{place}.components[{number}]", each, ref)
        self._pedigree(place, ref, raw)
        self._data(place, ref, raw)

    def _component(self, place: str, ref: str, raw: Item) -> None:
        purl = texts.word(raw.get("purl"))
        if purl and ref == f"{_NEEDS}{purl}":
            version = texts.word(raw.get("version")) or None
            need = Dependency(ref, purl, version, None, False, False, version is not None, True, None, "", {"purl": purl})
            self.draft.joining.need(ref, need)
        elif raw.get("type") == "file":
            self._file(place, ref, raw)
        else:
            self.draft.add_package(ref, *self._package(place, ref, raw))

    def _package(self, place: str, ref: str, raw: Item) -> tuple[Package, Stated]:
        purl = texts.word(raw.get("purl"))
        if purl and not PURL.fullmatch(purl):
            self.draft.left(place, f"Its purl “{purl[:120]}” is none and is left out.")
            purl = ""
        kind = texts.word(raw.get("type"))
        evidence = texts.item(raw.get("evidence"))
        declared = licences(raw.get("licenses"), "declared")
        concluded = licences(raw.get("licenses"), "concluded")
        found = licences(evidence.get("licenses"), "")
        name = "/".join(filter(None, (texts.word(raw.get("group")), texts.word(raw.get("name")))))
        package = Package(
            ref.removeprefix(_PACKAGE), purl_parts(purl)[0] if purl else "", name or None, texts.word(raw.get("version")) or None,
            purl or None, None, declared.expression,
            tuple(filter(None, (texts.path(each.get("location")) for each in texts.items(evidence.get("occurrences"))))),
            concluded_license_expression_spdx=self.draft.licence(ref, concluded), purpose=_PURPOSES.get(kind, kind),
        )  # fmt: skip
        notices = [texts.word(raw.get("copyright")), *(texts.word(each.get("text")) for each in texts.items(evidence.get("copyright")))]
        more = {
            "extracted_license_statement": declared.words,
            "copyright": "\n".join(each.value for each in statements(notices)),
            "description": texts.word(raw.get("description")),
            **self._digests(place, raw),
            "extra_data": {"as_stated": self.draft.keep(place, {name: each for name, each in raw.items() if name != "components"})},
        }
        if found.expression:
            more["other_license_expression_spdx"] = found.expression
        return replace(package, raw=package_raw(package, **more)), declared

    def _digests(self, place: str, raw: Item) -> dict[str, str]:
        found = {}
        for each in texts.items(raw.get("hashes")):
            name = texts.word(each.get("alg")).lower().replace("-", "")
            if name in texts.DIGITS:
                value = texts.digest(name, each.get("content"))
                if value is None:
                    self.draft.left(place, f"Its digest {name} is not written as one and is left out.")
                else:
                    found[name] = value
        return found

    def _file(self, place: str, ref: str, raw: Item) -> None:
        path = texts.path(raw.get("name"))
        if path is None:
            self.draft.left(place, f"Its name leads nowhere below the root: “{texts.word(raw.get('name'))[:120]}”.")
            return
        evidence, digests = texts.item(raw.get("evidence")), self._digests(place, raw)
        found, said = licences(evidence.get("licenses"), ""), licences(raw.get("licenses"), "")
        notices = [texts.word(raw.get("copyright")), *(texts.word(each.get("text")) for each in texts.items(evidence.get("copyright")))]
        file = File(
            path=path, sha256=digests.get("sha256", ""), sha1=digests.get("sha1", ""), size=0, copyrights=statements(notices),
            concluded_license_expression_spdx=said.expression,
        )  # fmt: skip
        self.draft.add_file(ref, file, found if found.is_said else said)
        self.draft.note("copyrights", any(notices))
        for aspect in ("holders", "lines", "sizes"):
            self.draft.note(aspect, False)

    def _service(self, place: str, raw: Item, above: str) -> None:
        ref = self._ref(place, raw)
        if ref is not None:
            package, licence = self._package(place, ref, {**raw, "type": "service"})
            self.draft.add_package(ref, package, licence)
            self.draft.joining.join("cyclonedx", above, "services", ref)

    def _pedigree(self, place: str, ref: str, raw: Item) -> None:
        """Where a component comes from: each ancestor, descendant and variant is one more component."""
        pedigree = texts.item(raw.get("pedigree"))
        for kind in ("ancestors", "descendants", "variants"):
            for number, each in enumerate(texts.items(pedigree.get(kind))):
                self._joined(f"{place}.pedigree.{kind}[{number}]", ref, kind, each)

    def _data(self, place: str, ref: str, raw: Item) -> None:
        """What a model was trained on (a model card's data sets), by reference or written out."""
        card = texts.item(texts.item(raw.get("modelCard")).get("modelParameters"))
        for number, each in enumerate(texts.items(card.get("datasets"))):
            if texts.word(each.get("ref")):
                self.draft.joining.join("cyclonedx", ref, "datasets", texts.word(each.get("ref")))
            else:
                self._joined(f"{place}.modelCard.datasets[{number}]", ref, "datasets", {**each, "type": "data"})

    def _joined(self, place: str, ref: str, kind: str, raw: Item) -> None:
        own = texts.word(raw.get("bom-ref"))
        if own not in self.refs or not own:
            self._component(place, own := self._ref(place, raw) or place, raw)
        self.draft.joining.join("cyclonedx", ref, kind, own)

    def _dependencies(self, place: str, raw: Item) -> None:
        ref = texts.word(raw.get("ref"))
        if not ref:
            self.draft.left(place, "It does not say whose dependencies it lists.")
            return
        for kind in ("dependsOn", "provides"):
            for target in texts.words(raw.get(kind)):
                # Our own writer lists what the root holds as what it needs; that it holds them is told already.
                if ref != _ROOT or not target.startswith(_PACKAGE):
                    self.draft.joining.join("cyclonedx", ref, kind, target)

    def _composition(self, raw: Item) -> None:
        """How complete the parts, or the dependencies, of some things are."""
        told = _COMPLETE.get(texts.word(raw.get("aggregate")), "unknown")
        for name, kind in (("assemblies", "contains"), ("dependencies", "depends-on")):
            for ref in texts.words(raw.get(name)):
                self.draft.joining.complete[ref, kind] = told
