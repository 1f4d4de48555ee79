# SPDX-License-Identifier: Apache-2.0
"""What the pages of licences show: plain values in the reader's language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madang import kit, licensing, web

PARTS = (
    ("actions", "action", "action-value", kit.marked("What one may do")),
    ("duties", "duty", "when", kit.marked("What one must do")),
    ("properties", "property", None, kit.marked("What it says of itself")),
)
MARKS = {"yes": "yes", "conditions": "yes", "no": "no", "contested": "contested", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class ListPage:
    """``compliance/licences.html``. ``families`` are word, meaning and whether it is chosen; ``rows`` are of this page."""

    rows: Sequence[Mapping[str, Any]]
    families: Sequence[tuple[str, str, bool]]
    q: str
    total: int
    first: int
    previous: str | None
    next: str | None
    sources: Mapping[str, str]

    @property
    def is_filtered(self) -> bool:
        """Whether anything was asked."""
        return bool(self.q) or any(chosen for _word, _meaning, chosen in self.families)


@dataclass(frozen=True, slots=True)
class Line:
    """One cell: what it is about, what the licence says, where, and of which day; ``mark`` where the answer is a verdict."""

    name: str
    value: str
    source: str
    date: str
    mark: str = ""


@dataclass(frozen=True, slots=True)
class LicencePage:
    """``compliance/licence.html``. ``parts`` are a heading and its lines; ``opinions`` are of a work under ``against``."""

    key: str
    name: str
    family: str
    is_reviewed: bool
    versions: Sequence[str]
    parts: Sequence[tuple[str, Sequence[Line]]]
    against: str
    fault: str
    together: str
    together_mark: str
    opinions: Sequence[Mapping[str, str]]
    sources: Mapping[str, str]


def meaning(kind: str, word: str) -> str:
    """What a word means, in the reader's language."""
    return web.translate(licensing.phrases(kind)[word])


def list_row(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """A row of the list, said in the reader's language."""
    told = {name: meaning(name.replace("_", "-"), row[name]) for name in ("share_alike", "patent")}
    kinds = ", ".join(meaning("kinds", kind) for kind in row["kinds"])
    return {
        **row,
        **told,
        "family_said": meaning("family", row["family"]),
        "kinds": kinds,
    }


def licence_page(tree: Mapping[str, Any], *, against: str = "", fault: str = "") -> LicencePage:
    """The page of one licence."""
    held = tree.get("against")
    return LicencePage(
        key=tree["key"],
        name=tree["name"],
        family=meaning("family", tree["family"]),
        is_reviewed=tree["is_reviewed"],
        versions=tree["versions"] if len(tree["versions"]) > 1 else (),
        parts=[(web.translate(heading), _lines(tree[part], kind, values)) for part, kind, values, heading in PARTS],
        against=held["outbound"] if held else against,
        fault=fault,
        together=meaning("opinion", held["together"]) if held else "",
        together_mark=MARKS.get(held["together"], "unknown") if held else "",
        opinions=[{**said, "value": meaning("opinion", said["value"])} for said in held["opinions"]] if held else (),
        sources=tree["sources"],
    )


def _lines(cells: Mapping[str, Any], kind: str, values: str | None) -> Sequence[Line]:
    return [
        Line(
            name=meaning(kind, name),
            value=", ".join(meaning(values or name, word) for word in cell["value"].split()),
            source=cell["source"],
            date=cell["date"],
            mark=MARKS.get(cell["value"], "") if kind == "action" else "",
        )
        for name, cell in cells.items()
    ]
