# SPDX-License-Identifier: Apache-2.0
"""What this room announces."""

from collections.abc import Mapping
from dataclasses import dataclass

from madang.kit import Actor


@dataclass(frozen=True, slots=True)
class Recorded:
    """A deed has its line in the ledger, in the unit of work that does it. The same words as in the line."""

    deed: str
    target: str
    by: Actor
    facts: Mapping[str, object]
