# SPDX-License-Identifier: Apache-2.0
"""Wires: the ways in which clients that exist speak to services.

A package in this room's folder that has a ``wire``, or an entry point of another package in the group ``madang.wires``, is one; nothing
else has to know it.
"""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple, Protocol

from starlette.types import Send

from madang.gateway.admission import Admission
from madang.gateway.asked import Asked
from madang.gateway.replies import Problem, Reply

GROUP = "madang.wires"


class Address(NamedTuple):
    """A method and a path with its places in braces, as the table of rights names it."""

    method: str
    path: str


class Wire(Protocol):
    """One family of addresses, with its own shapes of calls, answers and refusals."""

    name: str
    addresses: tuple[Address, ...]
    """Every address that it answers; their first segments are reserved names, and each stands in the table of rights."""

    def claims(self, path: str) -> bool:
        """Whether the path is this wire's. Asked only where the path begins with a first segment of its addresses."""

    async def answer(self, asked: Asked, admission: Admission, send: Send) -> Reply | None:
        """The reply; None where it has been sent already, in pieces."""

    def refusal(self, asked: Asked, problem: Problem) -> Reply:
        """The problem as this wire's clients read it."""


def all_wires() -> list[Wire]:
    """Every wire, ours by name and then those of other packages."""
    folders = sorted(module.name for module in iter_modules([str(Path(__file__).parent)]) if module.ispkg)
    found = (getattr(import_module(f"madang.gateway.{name}"), "wire", None) for name in folders)
    ours: list[Wire] = [wire for wire in found if wire is not None]
    return [*ours, *(point.load() for point in sorted(entry_points(group=GROUP), key=lambda point: point.name))]
