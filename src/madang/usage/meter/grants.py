# SPDX-License-Identifier: Apache-2.0
"""Who calls, and what is called."""

from dataclasses import dataclass, field
from datetime import datetime

from madang.kit import Actor


@dataclass(frozen=True, slots=True, eq=False)
class Grant:
    """Somebody may call, on a plan. ``key_id`` is "" for a guest; ``services`` are ids, None for every one.

    ``session`` and ``network`` are marks of a guest's browser and network, not what they are.
    """

    key_id: str
    account_id: str
    organisation_id: str
    sector: str
    plan: str
    services: frozenset[str] | None
    expires_at: datetime | None
    actor: Actor = field(repr=False)
    session: str = ""
    network: str = ""

    @property
    def is_guest(self) -> bool:
        """Whether nobody's key is behind the call."""
        return not self.key_id


@dataclass(frozen=True, slots=True)
class Metered:
    """What is called: the id of its asset, its ``namespace/name``, and the unit in which it is counted."""

    id: str
    name: str
    unit: str
