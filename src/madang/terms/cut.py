# SPDX-License-Identifier: Apache-2.0
"""The cheapest parts to replace: a minimum vertex cut between what offends and the top, found as a maximum flow.

Only edges over which an offending fact really comes are in the network. Facts seldom change their name on the way, and then the cut is the
cheapest; where they do it is still enough, and perhaps not the cheapest. For one goal this is polynomial; for several at once it is not.
"""

from collections import deque
from collections.abc import Mapping

from madang.terms.cone import Cone
from madang.terms.model import Edge

MOST_ROUNDS = 2_000
MOST_STEPS = 5_000_000
ENDLESS = 1 << 40
Spot = tuple[str, bool]
"""A node's entry (False) or exit (True); its cost lies between them."""
SOURCE: Spot = ("", True)


def cheapest(cone: Cone, offending: Mapping[str, int], reaching: Mapping[str, int]) -> list[str] | None:
    """The parts to replace so that nothing that offends comes to the top, cheapest in sum; None when it is too much to work out.

    Where the top offends by itself it is one of them: nothing else mends that, and relicensing it mends nothing else.

    ``offending`` holds the own bits that offend by node, ``reaching`` all bits of each node that bring an offence to the top.
    """
    live = _live(cone, offending, reaching)
    room: dict[Spot, dict[Spot, int]] = {}
    for node in {*offending, *(edge.source for edge in live), *(edge.target for edge in live)}:
        _join(room, (node, False), (node, True), ENDLESS if node == cone.top.id else cone.nodes[node].cost)
    for edge in live:
        _join(room, (edge.source, True), (edge.target, False), ENDLESS)
    for node in offending:
        if node != cone.top.id:
            _join(room, SOURCE, (node, False), ENDLESS)
    goal: Spot = (cone.top.id, True)
    for _round in range(min(MOST_ROUNDS, MOST_STEPS // (len(live) + 1))):
        way = _way(room, goal)
        if goal not in way:
            cut = [node for node, is_exit in room if not is_exit and (node, False) in way and (node, True) not in way]
            return sorted([*cut, cone.top.id] if cone.top.id in offending else cut)
        _push(room, way, goal)
    return None


def _live(cone: Cone, offending: Mapping[str, int], reaching: Mapping[str, int]) -> list[Edge]:
    """The edges over which something that offends comes on its way to the top."""
    outgoing: dict[str, list[Edge]] = {}
    for edges in cone.incoming.values():
        for edge in edges:
            outgoing.setdefault(edge.source, []).append(edge)
    here = dict(offending)
    waiting, live = deque(here), dict[Edge, None]()
    while waiting:
        node = waiting.popleft()
        for edge in outgoing.get(node, ()):
            came = cone.forward(edge, here[node]) & reaching.get(edge.target, 0)
            if came:
                live[edge] = None
            if came & ~here.get(edge.target, 0):
                here[edge.target] = here.get(edge.target, 0) | came
                waiting.append(edge.target)
    return list(live)


def _join(room: dict[Spot, dict[Spot, int]], one: Spot, other: Spot, much: int) -> None:
    room.setdefault(one, {})[other] = much
    room.setdefault(other, {}).setdefault(one, 0)


def _way(room: Mapping[Spot, Mapping[Spot, int]], goal: Spot) -> dict[Spot, Spot]:
    """Where each spot that still can be come to was come from; shortest ways."""
    came = {SOURCE: SOURCE}
    waiting = deque([SOURCE])
    while waiting and goal not in came:
        spot = waiting.popleft()
        for following, much in room.get(spot, {}).items():
            if much and following not in came:
                came[following] = spot
                waiting.append(following)
    return came


def _push(room: dict[Spot, dict[Spot, int]], came: Mapping[Spot, Spot], goal: Spot) -> None:
    steps, spot = [], goal
    while spot != SOURCE:
        steps.append((came[spot], spot))
        spot = came[spot]
    much = min(room[one][other] for one, other in steps)
    for one, other in steps:
        room[one][other] -= much
        room[other][one] += much
