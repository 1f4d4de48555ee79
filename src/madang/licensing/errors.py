# SPDX-License-Identifier: Apache-2.0
"""What this core refuses."""

from madang.kit import Invalid, _


class InvalidExpression(Invalid):
    """The text is no licence expression."""

    code = "invalid-licence-expression"
    message = _("A licence expression cannot be empty. Write an SPDX id, for example Apache-2.0.")


class UnknownLicence(Invalid):
    """The expression can be read but names a licence that no list has."""

    code = "unknown-licence"
    message = _("No licence is called %(names)s. Take an id of the SPDX licence list, or write LicenseRef-… for a licence of your own.")


class NotOneLicence(Invalid):
    """The facts of an expression were asked for, and it holds several licences."""

    code = "not-one-licence"
    message = _("“%(text)s” names more than one licence. Ask for each by itself.")


class TooManyChoices(Invalid):
    """An expression leaves more choices than can be written out."""

    code = "too-many-choices"
    message = _("“%(text)s…” leaves more than %(limit)s choices. Choose among some of them first.")


class MatrixUnreadable(Invalid):
    """A file of opinions on pairs of licences is not what it should be."""

    code = "licence-matrix-unreadable"
    message = _("The file holds no opinions on pairs of licences. Take OSADL's matrix (JSON or CSV) or a CSV with the columns %(columns)s.")
