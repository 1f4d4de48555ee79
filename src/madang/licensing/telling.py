# SPDX-License-Identifier: Apache-2.0
"""The facts as lines that a person reads, in the language that ``translate`` speaks."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from madang.kit import _
from madang.licensing.words import phrases

Translate = Callable[[str], str]
MAY = _("What one may do")
MUST = _("What one must do")
ELSE = _("What it says of itself")
AGAINST = _("As a part of a work under %(outbound)s: %(together)s")
SAYS = _("%(source)s (%(date)s): %(value)s")
SAYS_OF = _("%(source)s (%(date)s) of %(of)s: %(value)s")
VERSIONS = _("One may choose among: %(versions)s")
NOT_REVIEWED = _("Nobody has compared this licence with its text yet; all is unknown.")
NO_DUTIES = _("nothing")
NOT_ADVICE = _("This says what the texts say, as of the days named. It is no legal advice.")


def told(tree: Mapping[str, Any], translate: Translate) -> str:
    """What ``listing.shown`` gives, as text: a part for each licence, a line for each cell with its source and its day."""
    lines = [line for licence in tree["licences"] for line in (*_licence(licence, translate), "")]
    return "\n".join([*lines, translate(NOT_ADVICE)])


def listed(rows: Sequence[Mapping[str, Any]], translate: Translate) -> str:
    """What ``listing.listed`` gives, as text: the families with their licences."""
    lines: list[str] = []
    family = None
    for row in rows:
        if row["family"] != family:
            family = row["family"]
            lines.append(f"{family}: {translate(phrases('family')[family])}")
        lines.append(f"  {row['key']}  {row['name']}")
    return "\n".join(lines)


def _licence(licence: Mapping[str, Any], translate: Translate) -> Iterator[str]:
    yield f"{licence['key']}  {licence['name']}"
    yield f"  {licence['family']}: {translate(phrases('family')[licence['family']])}"
    if len(licence["versions"]) > 1:
        yield "  " + translate(VERSIONS) % {"versions": ", ".join(licence["versions"])}
    if not licence["is_reviewed"]:
        yield "  " + translate(NOT_REVIEWED)
    else:
        yield from _part(MAY, "action", licence["actions"], "action-value", translate)
        yield from _part(MUST, "duty", licence["duties"], "when", translate)
        yield from _part(ELSE, "property", licence["properties"], None, translate)
    if "against" in licence:
        yield from _opinions(licence["against"], translate)


def _part(heading: str, kind: str, cells: Mapping[str, Any], values: str | None, translate: Translate) -> Iterator[str]:
    yield "  " + translate(heading)
    for name, cell in cells.items():
        meanings = phrases(values or name)
        value = ", ".join(translate(meanings[word]) for word in cell["value"].split())
        yield f"    {translate(phrases(kind)[name])}: {value}  [{cell['source']}; {cell['date']}]"
    if not cells:
        yield "    " + translate(NO_DUTIES)


def _opinions(against: Mapping[str, Any], translate: Translate) -> Iterator[str]:
    values = phrases("opinion")
    yield "  " + translate(AGAINST) % {"outbound": against["outbound"], "together": translate(values[against["together"]])}
    for opinion in against["opinions"]:
        said = {**opinion, "value": translate(values[opinion["value"]])}
        line = translate(SAYS_OF if opinion["of"] else SAYS) % said
        yield f"    {line}" + (f"  {opinion['sentence']}" if opinion["sentence"] else "")
