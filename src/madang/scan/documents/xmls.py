# SPDX-License-Identifier: Apache-2.0
"""CycloneDX in XML, read into the members that its JSON form has. No entity is ever resolved and no document type accepted."""

import re
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from madang.scan.documents.errors import BrokenDocument, DocumentTooLarge, HostileDocument, NotADocument
from madang.scan.documents.limits import Limits
from madang.scan.documents.recognising import ACCEPTED

_NAMESPACE = re.compile(r"http://cyclonedx\.org/schema/bom/(\d+\.\d+)\Z")
_LISTS = {
    "components", "services", "dependencies", "compositions", "licenses", "hashes", "ancestors", "descendants", "variants", "commits",
    "patches", "externalReferences", "properties", "occurrences", "datasets", "vulnerabilities", "annotations", "tools", "notes", "tags",
    "authors", "contents", "considerations", "declarations", "definitions", "formulation", "identity", "callstack",
}  # fmt: skip
_REFS = {"assemblies"}
_ELEMENTS_AN_ENTRY = 50
_CHUNK = 1 << 20


class CycloneXml:
    """The members of a document. ``BrokenDocument``, ``HostileDocument``, ``DocumentTooLarge``; ``NotADocument`` for other XML."""

    def __init__(self, raw: bytes, name: str, limits: Limits) -> None:
        self.faults: list[tuple[str, str]] = []
        builder = _Builder(name, limits)
        parser = DefusedXMLParser(target=builder, forbid_dtd=True, forbid_entities=True, forbid_external=True)
        try:
            for start in range(0, len(raw), _CHUNK):
                parser.feed(raw[start : start + _CHUNK])
            parser.close()
        except DefusedXmlException as error:
            raise HostileDocument(name=name, what="a document type or entities") from error
        except (ParseError, ValueError, LookupError) as error:
            raise BrokenDocument(name=name, reason=str(error)[:200]) from error
        self._members = builder.made

    def get(self, name: str) -> Any:
        """The value of a member, None where there is none."""
        return self._members.get(name)

    def items(self, name: str) -> Iterator[tuple[Any, str | None]]:
        """Each entry of a list."""
        for each in self._members.get(name) or ():
            yield each, None


class _Element:
    """An element whose end has not come yet."""

    __slots__ = ("attributes", "children", "name", "words")

    def __init__(self, name: str, attributes: dict[str, str]) -> None:
        self.name, self.attributes = name, attributes
        self.words: list[str] = []
        self.children: list[tuple[str, Any]] = []


class _Builder:
    """Makes each element into a value as it ends."""

    def __init__(self, name: str, limits: Limits) -> None:
        self.document, self.limits = name, limits
        self.made: dict[str, Any] = {}
        self._open: list[_Element] = []
        self._count = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        namespace, _brace, name = tag.rpartition("}")
        if not self._open:
            found = _NAMESPACE.match(namespace.removeprefix("{"))
            if found is None or name != "bom":
                raise NotADocument(name=self.document, accepted=ACCEPTED)
            self.made["specVersion"] = found[1]
        self._count += 1
        if self._count > self.limits.max_entries * _ELEMENTS_AN_ENTRY:
            most = self.limits.max_entries
            raise DocumentTooLarge(name=self.document, what="too many elements", limit=most, setting="max_entries")
        if len(self._open) > self.limits.max_depth:
            raise HostileDocument(name=self.document, what="elements nested too deep")
        self._open.append(_Element(name, attributes))

    def data(self, words: str) -> None:
        """Words in the element that is open."""
        self._open[-1].words.append(words)

    def end(self, _tag: str) -> None:
        """The newest element ends."""
        element = self._open.pop()
        if self._open:
            self._open[-1].children.append((element.name, _value(element, [each.name for each in self._open[-2:]])))
        else:
            self.made |= {**element.attributes, **_object(element)}

    def close(self) -> None:
        """The document has ended."""


def _value(element: _Element, above: list[str]) -> Any:
    """The element as its JSON form has it, by its name and by what it stands in."""
    name, words = element.name, "".join(element.words).strip()
    if name == "dependency":
        return _dependency(element)
    if name in _REFS or (name == "dependencies" and above[-1] == "composition"):
        return [value.get("ref", "") for _name, value in element.children if isinstance(value, dict)]
    if name == "copyright" and above[-1] == "evidence":
        return [{"text": value} for _name, value in element.children]
    if name in _LISTS and not (name == "tools" and any(each in _LISTS for each, _value in element.children)):
        return [_listed(child, value) for child, value in element.children]
    if element.children:
        return element.attributes | _object(element)
    if not element.attributes:
        return words
    return element.attributes | {"content": words}


def _listed(name: str, value: Any) -> Any:
    """An item of a list; what JSON tells apart by a member, XML tells apart by the element's name."""
    if name in ("license", "expression", "ref"):
        inner = value.get("content", value) if name == "expression" and isinstance(value, dict) else value
        extra = {each: value[each] for each in ("acknowledgement",) if name == "expression" and isinstance(value, dict) and each in value}
        return {name: inner} | extra
    return value


def _object(element: _Element) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, value in element.children:
        made.setdefault(name, value)
    return made


def _dependency(element: _Element) -> dict[str, Any]:
    needs = [value.get("ref", "") for name, value in element.children if name == "dependency" and isinstance(value, dict)]
    provides = [value.get("ref", "") for name, value in element.children if name == "provides" and isinstance(value, dict)]
    return {"ref": element.attributes.get("ref", ""), "dependsOn": needs, "provides": provides}
