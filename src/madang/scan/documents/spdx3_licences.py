# SPDX-License-Identifier: Apache-2.0
"""Licences as SPDX 3 writes them: an expression, or elements that are joined to one."""

import re
from typing import Any

from madang.scan.documents import texts
from madang.scan.documents.building import NO_ASSERTION, NONE, Draft, Stated, stated
from madang.scan.documents.texts import Item

_LISTED = re.compile(r"https?://spdx\.org/licenses/([A-Za-z0-9.+-]+)")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9.-]+")
_MOST_PARTS = 2000
_KINDS = ("simplelicensing_", "expandedlicensing_")


class Licences:
    """The licences of one document, by the ids of their elements."""

    def __init__(self, draft: Draft) -> None:
        self.draft = draft
        self._elements: dict[str, tuple[str, Item]] = {}

    def know(self, kind: str, key: str, raw: Item) -> None:
        """An element, if it is a licence."""
        if kind.startswith(_KINDS) and key:
            self._elements.setdefault(key, (kind.partition("_")[2], raw))

    def knows(self, key: str) -> bool:
        """Whether the id is that of a licence."""
        return key in self._elements

    def stated(self, key: str) -> Stated:
        """What the element, and all that it is joined from, says."""
        self._left = _MOST_PARTS
        text = self._text(key, frozenset())
        return stated(text if text is not None else f"{key} (joined in a circle, or from too many parts)")

    def _text(self, key: str, above: frozenset[str]) -> str | None:
        """The expression as text; None where elements are joined in a circle."""
        tail = re.split("[/#:]", key)[-1]
        if tail in ("NoAssertionLicense", "NoAssertion"):
            return NO_ASSERTION
        if tail in ("NoneLicense", "None"):
            return NONE
        if found := _LISTED.fullmatch(key):
            return found[1]
        self._left -= 1
        if key in above or len(above) > self.draft.source.limits.max_depth or self._left < 0:
            return None
        kind, raw = self._elements.get(key, ("", {}))
        if kind == "LicenseExpression":
            return texts.word(raw.get("simplelicensing_licenseExpression"))
        if kind in ("ConjunctiveLicenseSet", "DisjunctiveLicenseSet"):
            word = " AND " if kind.startswith("Con") else " OR "
            return self._joined(word, raw.get("expandedlicensing_member"), above | {key})
        if kind == "OrLaterOperator":
            return self._ended(raw.get("expandedlicensing_subjectLicense"), "+", above | {key})
        if kind == "WithAdditionOperator":
            addition = self._text(_id(raw.get("expandedlicensing_subjectAddition")), above | {key})
            subject = raw.get("expandedlicensing_subjectExtendableLicense")
            return self._ended(subject, f" WITH {addition}", above | {key}) if addition else None
        return self._own(key, tail, raw)

    def _joined(self, word: str, members: Any, above: frozenset[str]) -> str | None:
        parts = [self._text(_id(each), above) for each in (members if isinstance(members, list) else [members])]
        return None if None in parts or not parts else "(" + word.join(f"({each})" for each in parts) + ")"

    def _ended(self, value: Any, end: str, above: frozenset[str]) -> str | None:
        found = self._text(_id(value), above)
        return None if found is None else found + end

    def _own(self, key: str, tail: str, raw: Item) -> str:
        """A licence of the document's own, or one outside it, under a name that an expression can hold."""
        name = _NOT_IN_ID.sub("-", tail if tail.startswith("LicenseRef-") else f"LicenseRef-{tail}")
        self.draft.licence_texts[name] = texts.word(raw.get("simplelicensing_licenseText")) or texts.word(raw.get("name")) or key
        return name


def _id(value: Any) -> str:
    raw = texts.item(value)
    return texts.word(raw.get("spdxId") or raw.get("@id")) if raw else texts.word(value)
