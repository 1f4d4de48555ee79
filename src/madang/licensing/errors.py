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
