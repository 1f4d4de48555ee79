# SPDX-License-Identifier: Apache-2.0
"""What the core refuses."""

from madang.kit import Invalid, TooLarge, _


class NotText(Invalid):
    """The bytes are no UTF-8 text."""

    code = "not-text"
    message = _("“%(name)s” is no text in UTF-8.")


class TextTooLong(TooLarge):
    """The text is over the limit."""

    code = "text-too-long"
    message = _("The text has more than %(limit)s characters. Cut it and do the parts one by one.")


class NoSuchKind(Invalid):
    """There is no such kind of personal data here."""

    code = "no-such-kind"
    message = _("“%(kind)s” is no kind of personal data that is looked for. These are: %(kinds)s.")


class NoSuchMethod(Invalid):
    """There is no such way to take it out."""

    code = "no-such-method"
    message = _("“%(method)s” is no method. These are: %(methods)s.")


class KeyMissing(Invalid):
    """Pseudonyms need a key of some length."""

    code = "key-missing"
    message = _("Pseudonyms need a secret key of at least %(least)s bytes: without one anybody could try all numbers.")
