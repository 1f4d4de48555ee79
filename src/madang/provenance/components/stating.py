# SPDX-License-Identifier: Apache-2.0
"""Several components stated at once: out of a form, or out of a list that somebody pasted."""

import csv
import io
from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from madang import kit
from madang.kit import Invalid, _
from madang.provenance import actions, rules

MOST = 500


class BadLine(Invalid):
    """A line of a list is no component with its licence."""

    code = "bad-line"
    message = _("Line %(line)s is not a package URL and a licence with a comma between: “%(text)s”. Nothing was stated.")


class NothingChosen(Invalid):
    """A form states nothing."""

    code = "nothing-chosen"
    message = _("Tick at least one component that has a licence beside it.")


class TooManyLines(Invalid):
    """A list is longer than one deed takes."""

    code = "too-many-lines"
    message = _("At most %(limit)s lines at once. Send the rest afterwards.")


def state_all(session: Session, rows: Sequence[tuple[str, str]], *, by: kit.Actor) -> int:
    """Each component stands under its licence, or none of them does; how many."""
    if not rows:
        raise NothingChosen(field="take")
    if len(rows) > MOST:
        raise TooManyLines(field="list", limit=MOST)
    for purl, licence in dict(rows).items():
        actions.state_component(session, purl, license=licence, by=by)
    return len(dict(rows))


def chosen_of(given: Mapping[str, str], one: str) -> list[tuple[str, str]]:
    """What a form states: the row whose button was pressed, else those that are ticked. Fields are numbered: ``purl-3``, ``license-3``."""
    numbers = [name.removeprefix("purl-") for name in given if name.startswith("purl-")]
    wanted = [one] if one else [number for number in numbers if given.get(f"take-{number}")]
    rows = [(given.get(f"purl-{number}", ""), given.get(f"license-{number}", "").strip()) for number in wanted]
    return [(purl, licence) for purl, licence in rows if purl and licence]


def lines_of(text: str) -> list[tuple[str, str]]:
    """The rows of a pasted list: a package URL and a licence, with a comma or a tab between; a first line of headings is passed over."""
    found = []
    for number, line in enumerate(text.splitlines()[: MOST + 2], 1):
        cells = [each.strip() for each in next(csv.reader(io.StringIO(line.replace("\t", ","))), [])]
        if not any(cells) or (number == 1 and cells[0].lower() in ("purl", "component")):
            continue
        if len(cells) < 2 or not rules.is_purl(cells[0]) or not cells[1]:
            raise BadLine(field="list", line=number, text=line[:80])
        found.append((cells[0], cells[1]))
    return found
