# SPDX-License-Identifier: Apache-2.0
"""The nine refusals. Rooms subclass them with a sentence that a visitor can read; only ``web`` knows status codes."""

from collections.abc import Callable
from typing import ClassVar

from madang.kit.words import _


class Refusal(Exception):
    """Something is refused, for a reason that the visitor can read.

    ``message`` is an English sentence with ``%(name)s`` places, marked for translation with ``_``; ``values`` fill the places.
    ``code`` is stable and for machines. ``field`` names the part of the input that is meant, when there is one.
    """

    code: ClassVar[str] = "refused"
    message: ClassVar[str] = _("This is refused.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **values: object) -> None:
        self.template = message if message is not None else self.message
        self.values = values
        self.field = field
        super().__init__(self.sentence())

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The whole sentence, in English or as ``translate`` gives it."""
        template = translate(self.template) if translate else self.template
        return template % self.values if self.values else template


class NotSignedIn(Refusal):
    """Nobody is signed in and the thing needs somebody."""

    code = "not-signed-in"
    message = _("Sign in first.")


class NotFound(Refusal):
    """The thing is not there, or the viewer may not know that it is."""

    code = "not-found"
    message = _("There is nothing here, or it is not shown to you.")


class NotAllowed(Refusal):
    """The thing is there and seen, but this deed is not for this actor."""

    code = "not-allowed"
    message = _("You may see this, but not change it.")


class Invalid(Refusal):
    """The input cannot be what was meant."""

    code = "invalid"
    message = _("This cannot be read as what it should be.")


class Conflict(Refusal):
    """The deed meets another that stands already."""

    code = "conflict"
    message = _("This stands already.")


class Stale(Refusal):
    """The thing has changed since the actor looked."""

    code = "stale"
    message = _("This has changed meanwhile. Look at it again first.")


class TooLarge(Refusal):
    """The input is over a limit of size."""

    code = "too-large"
    message = _("This is larger than the limit.")


class TooMany(Refusal):
    """The actor is over a limit of number or rate."""

    code = "too-many"
    message = _("This is more than the limit allows. Try again later.")

    def __init__(self, message: str | None = None, *, retry_after: int | None = None, **values: object) -> None:
        super().__init__(message, field=None, **values)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Something that the deed needs does not answer now."""

    code = "unavailable"
    message = _("This does not answer now. Try again later.")
