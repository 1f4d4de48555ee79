# SPDX-License-Identifier: Apache-2.0
"""Who does a deed. Every write is told by whom."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """What an account may do on the whole platform; each role may all that the ones before it may."""

    VISITOR = 0
    READER = 1
    MEMBER = 2
    REVIEWER = 3
    OPERATOR = 4

    @classmethod
    def named(cls, name: str) -> "Role":
        """The role of that lower-case name; ``KeyError`` when there is none."""
        return cls[name.upper()]

    @property
    def word(self) -> str:
        """The lower-case name, as the command line and the wire write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or the platform itself, with the role that holds for this deed.

    ``account_id`` is None for a visitor and for the platform. ``name`` is the account's name, which is also its own namespace.
    ``via`` says how the actor came: ``session``, ``token``, ``system`` or ``nobody``.
    """

    account_id: str | None
    name: str
    role: Role
    via: str = "session"

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody stands behind this actor (a person or the platform itself)."""
        return self.role > Role.VISITOR

    def is_at_least(self, role: Role) -> bool:
        """Whether the actor's role reaches ``role``."""
        return self.role >= role


SYSTEM = Actor(account_id=None, name="madang", role=Role.OPERATOR, via="system")


def anonymous() -> Actor:
    """The actor of a request that nobody signed."""
    return Actor(account_id=None, name="", role=Role.VISITOR, via="nobody")
