# SPDX-License-Identifier: Apache-2.0
"""The same question, asked so that a no ends the deed."""

from madang.access.table import allows
from madang.kit import Actor, NotAllowed, NotSignedIn, _


class NotYourPart(NotAllowed):
    """The page or deed is for other roles or duties."""

    code = "not-your-part"
    message = _("This is for others: your role and duties do not reach it. An operator can change them.")


def check(actor: Actor, thing: str, action: str) -> None:
    """``actor`` may do that to things of this kind, whoever they belong to: a visitor is asked to sign in, others are told no."""
    if not allows(actor, thing, action):
        raise NotYourPart() if actor.is_signed_in else NotSignedIn()
