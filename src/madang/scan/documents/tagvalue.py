# SPDX-License-Identifier: Apache-2.0
"""SPDX 2 as lines of ``Tag: value``, read into the members that its JSON form has."""

import csv
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from madang.scan.documents.errors import BrokenDocument, DocumentTooLarge
from madang.scan.documents.limits import Limits

_TABLE = Path(__file__).with_name("tags.csv")
_LINE = re.compile(r"([A-Za-z]+)\s*:\s*(.*)", re.DOTALL)
_OPEN, _CLOSE = "<text>", "</text>"
_DIGEST = re.compile(r"([A-Za-z0-9-]+)\s*:\s*(\S+)")
_IN_BODY = ("relationships", "annotations", "reviewers")
"""Parts that may stand between the lines of another and do not end it."""


@cache
def _tags() -> Mapping[str, tuple[str, str, str]]:
    with _TABLE.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {row["tag"]: (row["part"], row["member"], row["many"]) for row in rows}


class TagValue:
    """The members of a document. ``BrokenDocument`` when a text never ends, ``DocumentTooLarge`` at too many entries."""

    def __init__(self, text: str, name: str, limits: Limits) -> None:
        self.name, self.limits = name, limits
        self.faults: list[tuple[str, str]] = []
        self._members: dict[str, Any] = {"creationInfo": {}}
        self._open: dict[str, Any] = self._members
        self._package: dict[str, Any] | None = None
        self._within: list[tuple[dict[str, Any], dict[str, Any]]] = []
        self._entries = 0
        for number, tag, value in self._lines(text):
            self._take(number, tag, value)
        for package, file in self._within:
            self._entry("relationships", {"spdxElementId": package.get("SPDXID"), "relationshipType": "CONTAINS",
                                          "relatedSpdxElement": file.get("SPDXID")})  # fmt: skip

    def get(self, name: str) -> Any:
        """The value of a member, None where there is none."""
        return self._members.get(name)

    def items(self, name: str) -> Iterator[tuple[Any, str | None]]:
        """Each entry of a part."""
        for each in self._members.get(name, ()):
            yield each, None

    def _lines(self, text: str) -> Iterator[tuple[int, str, str]]:
        """Number, tag and value; a value in ``<text>`` may have many lines."""
        lines = iter(enumerate(text.splitlines(), 1))
        for number, line in lines:
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            found = _LINE.fullmatch(line.strip())
            if found is None:
                self.faults.append((f"line {number}", f"It is no “Tag: value”: {line.strip()[:120]}"))
                continue
            tag, value = found.groups()
            if value.startswith(_OPEN):
                parts = [value.removeprefix(_OPEN)]
                while _CLOSE not in parts[-1]:
                    _number, more = next(lines, (0, None))
                    if more is None:
                        raise BrokenDocument(name=self.name, reason=f"line {number}: {_OPEN} has no {_CLOSE}")
                    parts.append(more)
                value = "\n".join(parts).partition(_CLOSE)[0]
            yield number, tag, value.strip()

    def _take(self, number: int, tag: str, value: str) -> None:
        if tag == "SPDXID":
            self._open.setdefault("SPDXID", value)
            return
        part, member, many = _tags().get(tag, ("", "", ""))
        if not part:
            self.faults.append((f"line {number}", f"The tag “{tag[:80]}” is not known."))
        elif many == "opens":
            self._begin(part, member, value)
        elif part in ("document", "creationInfo"):
            self._set(self._members if part == "document" else self._members["creationInfo"], member, value, many)
        elif self._members.get(part):
            # Within a package's own lines and after its files, a tag belongs to the newest entry of its part.
            self._set(self._members[part][-1], member, value, many)
        else:
            self.faults.append((f"line {number}", f"“{tag}” stands before the entry that it belongs to."))

    def _begin(self, part: str, member: str, value: str) -> None:
        if part == "relationships":
            source, kind, target = [*value.split(None, 2), "", "", ""][:3]
            self._entry(part, {"spdxElementId": source, "relationshipType": kind, "relatedSpdxElement": target})
            return
        entry = self._entry(part, {member: value})
        if part in _IN_BODY:
            return
        self._open = entry
        if part == "packages":
            self._package = entry
        elif part == "files" and self._package is not None:
            self._within.append((self._package, entry))

    def _entry(self, part: str, entry: dict[str, Any]) -> dict[str, Any]:
        self._entries += 1
        if self._entries > self.limits.max_entries:
            most = self.limits.max_entries
            raise DocumentTooLarge(name=self.name, what=f"more than {most} entries", limit=most, setting="max_entries")
        self._members.setdefault(part, []).append(entry)
        return entry

    def _set(self, entry: dict[str, Any], member: str, value: str, many: str) -> None:
        if many == "no":
            entry.setdefault(member, value)
            return
        made: Any = value
        if member == "checksums":
            found = _DIGEST.fullmatch(value)
            made = {"algorithm": found[1], "checksumValue": found[2]} if found else {"algorithm": value}
        elif member == "externalRefs":
            category, kind, locator = [*value.split(None, 2), "", "", ""][:3]
            made = {"referenceCategory": category, "referenceType": kind, "referenceLocator": locator}
        entry.setdefault(member, []).append(made)
