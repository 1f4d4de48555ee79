# SPDX-License-Identifier: Apache-2.0
"""Things that are made of each other."""

from collections.abc import Hashable, Iterable, Mapping
from typing import TypeVar

N = TypeVar("N", bound=Hashable)


def circles(after: Mapping[N, Iterable[N]]) -> list[list[N]]:
    """The groups of two nodes or more that each lead to all the others; ``after`` names every node and where it leads.

    Linear, and without recursion (Tarjan 1972, with a stack of its own).
    """
    found: list[list[N]] = []
    index: dict[N, int] = {}
    lowest: dict[N, int] = {}
    stack: list[N] = []
    at: dict[N, int] = {}
    for root in after:
        if root in index:
            continue
        walk = [(root, iter(after[root]))]
        index[root] = lowest[root] = len(index)
        at[root] = len(stack)
        stack.append(root)
        while walk:
            node, rest = walk[-1]
            for reached in rest:
                if reached not in index:
                    index[reached] = lowest[reached] = len(index)
                    at[reached] = len(stack)
                    stack.append(reached)
                    walk.append((reached, iter(after[reached])))
                    break
                if reached in at:
                    lowest[node] = min(lowest[node], index[reached])
            else:
                walk.pop()
                if walk:
                    lowest[walk[-1][0]] = min(lowest[walk[-1][0]], lowest[node])
                if lowest[node] == index[node]:
                    several = stack[at[node] :]
                    del stack[at[node] :]
                    for each in several:
                        del at[each]
                    if len(several) > 1:
                        found.append(several)
    return found
