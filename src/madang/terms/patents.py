# SPDX-License-Identifier: Apache-2.0
"""The second flow, against the first: giving a thing out under a licence encumbers the patents that its parts practise."""

from dataclasses import dataclass

from madang import licensing
from madang.terms.cone import Cone
from madang.terms.goals import Asked
from madang.terms.model import Said

PASSED_ON = frozenset(
    {"contains", "links-static", "links-dynamic", "modifies", "copies", "fine-tuned-from", "merged-from", "separate-process", "aggregates"}
)
"""Kinds of edge over which a part goes out with the whole."""
GRANTING = ("open", "pass-on", "sell")


@dataclass(frozen=True, slots=True)
class Encumbered:
    """A patent that the licence grants to whoever gets the thing: the shortest chain, the kind of grant and where it stands."""

    patent: str
    witness: tuple[str, ...]
    licence: str
    grant: str
    source: str

    def document(self) -> dict[str, object]:
        """As the wire has it, beside the duties."""
        return {
            "duty": "patent-grant",
            "from": self.patent,
            "witness": list(self.witness),
            "source": self.source,
            "license": self.licence,
            "grant": self.grant,
        }


def encumbered(cone: Cone, asked: Asked) -> tuple[Encumbered, ...]:
    """The patents that going out under the wanted licences gives away: explicitly, or by implication where the text is silent."""
    if asked.goal.name not in GRANTING:
        return ()
    grants = [(licence, licensing.facts(licence).patent) for licence in asked.outbound]
    given = [(licence, cell) for licence, cell in grants if cell.value in ("explicit", "silent")]
    return tuple(Encumbered(patent, way, licence, cell.value, cell.source) for patent, way in _practised(cone) for licence, cell in given)


def said(found: tuple[Encumbered, ...]) -> list[Said]:
    """That a grant may only be implied, where it is."""
    return [Said("patent-implied", (("patent", one.patent), ("licence", one.licence))) for one in found if one.grant == "silent"]


def _practised(cone: Cone) -> list[tuple[str, tuple[str, ...]]]:
    """Each patent that what goes out practises, with the shortest chain from it to the top."""
    ways: dict[str, tuple[str, ...]] = {cone.top.id: (cone.top.id,)}
    waiting = [cone.top.id]
    found: dict[str, tuple[str, ...]] = {}
    for node in waiting:
        for edge in cone.incoming[node]:
            if edge.kind == "practises" and cone.nodes[edge.source].type == "patent":
                found.setdefault(edge.source, (edge.source, *ways[node]))
            elif edge.kind in PASSED_ON and edge.released_with and edge.source not in ways:
                ways[edge.source] = (edge.source, *ways[node])
                waiting.append(edge.source)
    return sorted(found.items())
