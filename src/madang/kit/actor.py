# SPDX-License-Identifier: Apache-2.0
"""Who does a deed. Every write is told by whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

NOWHERE: Mapping[str, "Role"] = MappingProxyType({})
DUTIES = ("osp-office", "legal", "patent", "privacy", "security", "transfer", "auditor")
"""What the office's people do beside their role: each opens what that part of the work needs, on the whole platform."""


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


class Reach(IntEnum):
    """How near somebody stands to the institute; each sees what is open to the ones before it."""

    OUTER = 0
    PARTNER = 1
    INNER = 2

    @classmethod
    def named(cls, name: str) -> "Reach":
        """The reach of that lower-case name; ``KeyError`` when there is none."""
        return cls[name.upper()]

    @property
    def word(self) -> str:
        """The lower-case name, as rows and the wire write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody, or the platform itself, with the role that holds for this deed.

    ``account_id`` is None for a visitor and for the platform. ``name`` is the account's name, which is also its own namespace.
    ``via`` says how the actor came: ``session``, ``token``, ``system`` or ``nobody``.
    ``reach`` says whether they belong to the institute or to a partner of it; ``duties`` are words of ``DUTIES``; ``organisations`` is the
    role in each organisation, by the organisation's id. ``owes`` names what they have to do before they are more than a visitor
    (``conditions``: accept the conditions of use), "" for nothing.
    """

    account_id: str | None
    name: str
    role: Role
    via: str = "session"
    reach: Reach = Reach.INNER
    duties: frozenset[str] = frozenset()
    organisations: Mapping[str, Role] = field(default_factory=lambda: NOWHERE, hash=False)
    owes: str = ""

    @property
    def is_signed_in(self) -> bool:
        """Whether somebody stands behind this actor (a person or the platform itself)."""
        return self.role > Role.VISITOR

    def is_at_least(self, role: Role) -> bool:
        """Whether the actor's role reaches ``role``."""
        return self.role >= role

    def as_visitor(self) -> "Actor":
        """The same person while they owe something: no more than a visitor, known by name."""
        return Actor(None, self.name, Role.VISITOR, via=self.via, reach=Reach.OUTER, owes=self.owes)

    def role_in(self, organisation_id: str | None) -> Role | None:
        """The actor's role in that organisation; None for who is not in it, and for no organisation."""
        return self.organisations.get(organisation_id) if organisation_id else None


SYSTEM = Actor(account_id=None, name="madang", role=Role.OPERATOR, via="system")


def anonymous() -> Actor:
    """The actor of a request that nobody signed."""
    return Actor(account_id=None, name="", role=Role.VISITOR, via="nobody", reach=Reach.OUTER)
