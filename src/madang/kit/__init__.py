# SPDX-License-Identifier: Apache-2.0
"""What every room speaks with: who acts, what is refused, what time it is, how a thing is named.

The kit knows no room, no database and no wire.
"""

from madang.kit.actor import DUTIES, SYSTEM, Actor, Reach, Role, anonymous
from madang.kit.clock import now
from madang.kit.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Refusal,
    Stale,
    TooLarge,
    TooMany,
    Unavailable,
)
from madang.kit.ids import NAME_PATTERN, check_name, new_id
from madang.kit.sealing import seal, unseal
from madang.kit.spans import Opener, Span, span, tell_spans
from madang.kit.words import _, marked

__all__ = [
    "DUTIES",
    "NAME_PATTERN",
    "SYSTEM",
    "Actor",
    "Conflict",
    "Invalid",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "Opener",
    "Reach",
    "Refusal",
    "Role",
    "Span",
    "Stale",
    "TooLarge",
    "TooMany",
    "Unavailable",
    "_",
    "anonymous",
    "check_name",
    "marked",
    "new_id",
    "now",
    "seal",
    "span",
    "tell_spans",
    "unseal",
]
