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


class BadPlan(Invalid):
    """A plan for a table says what cannot be."""

    code = "bad-plan"
    message = _("The plan cannot be carried out: %(reason)s.")


class NotATable(Invalid):
    """The file is no CSV with a header."""

    code = "not-a-table"
    message = _("This is no table that is read here, CSV or TSV with a header, in UTF-8 or CP949: %(reason)s.")


class TableTooLarge(TooLarge):
    """There are more rows than are taken at once."""

    code = "table-too-large"
    message = _("The table has more than %(limit)s %(unit)s. Part it, or take the columns that are needed.")
