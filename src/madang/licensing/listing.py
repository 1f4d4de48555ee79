# SPDX-License-Identifier: Apache-2.0
"""The facts as plain trees, as JSON and the pages need them."""

import dataclasses
from collections.abc import Mapping
from functools import cache
from typing import Any

from madang.licensing import cells, licences
from madang.licensing.cells import Cell
from madang.licensing.expressions import terms, validate
from madang.licensing.facts import LicenceFacts, facts, versions
from madang.licensing.opinions import Adopted, agreed, as_shipped, opinions, outbound_class


def shown(expression: str, *, against: str | None = None, adopted: Adopted | None = None) -> dict[str, Any]:
    """Every licence of an expression with its cells, and what the adopted sources say of it as a part of a work under ``against``.

    ``InvalidExpression`` for no expression, ``UnknownLicence`` for an id that no list has, ``NotOneLicence`` for several in ``against``.
    """
    counted = adopted or as_shipped()
    found = [as_tree(facts(term), adopted=counted) for term in terms(validate(expression))]
    if against is not None:
        against = validate(against)
        for row in found:
            said = opinions(row["key"], against, adopted=counted)
            row["against"] = {
                "outbound": against,
                "together": agreed(said),
                "opinions": [dataclasses.asdict(opinion) for opinion in said],
            }
    return {"expression": validate(expression), "sources": dict(counted.dates), "licences": found}


def as_tree(known: LicenceFacts, *, adopted: Adopted | None = None) -> dict[str, Any]:
    """The facts of one licence as plain values."""
    return {
        "key": known.key,
        "name": known.name,
        "family": known.family,
        "is_reviewed": known.is_reviewed,
        "versions": list(versions(known.key)),
        "outbound_class": outbound_class(known.key, adopted=adopted),
        "actions": _cells(known.actions),
        "duties": _cells(known.duties),
        "properties": {name: dataclasses.asdict(getattr(known, name.replace("-", "_"))) for name in cells.properties()},
    }


@cache
def reviewed() -> tuple[LicenceFacts, ...]:
    """The facts of every licence that some list has and that was compared with its text, in the order of families and then of ids."""
    order = list(cells.words("family"))
    keys = sorted(licence.key for licence in licences.known() if not licence.is_exception and cells.subject_of(licence.key))
    return tuple(sorted((facts(key) for key in keys), key=lambda known: (order.index(known.family), known.key.lower())))


def listed(family: str | None = None) -> list[dict[str, Any]]:
    """Key, name, family, how far it reaches and what it was written for, of every reviewed licence, or of one family's."""
    return [
        {
            "key": known.key,
            "name": known.name,
            "family": known.family,
            "share_alike": known.share_alike.value,
            "patent": known.patent.value,
            "kinds": list(known.written_for),
        }
        for known in reviewed()
        if family in (None, known.family)
    ]


def _cells(found: Mapping[str, Cell]) -> dict[str, Any]:
    return {name: dataclasses.asdict(cell) for name, cell in found.items()}
