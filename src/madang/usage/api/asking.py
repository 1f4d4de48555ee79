# SPDX-License-Identifier: Apache-2.0
"""Who asks."""

from madang.kit import Actor, NotSignedIn


def somebody(actor: Actor) -> Actor:
    """The actor, who is somebody; ``NotSignedIn`` for a visitor."""
    if not actor.is_signed_in:
        raise NotSignedIn
    return actor
