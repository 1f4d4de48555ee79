# SPDX-License-Identifier: Apache-2.0
"""What this wire refuses by itself."""

from madang.kit import Invalid, NotFound, TooLarge, _


class EmptyArgument(Invalid):
    """A required argument is missing or empty."""

    code = "empty-argument"
    message = _("Required arguments is empty: %(argument)s")


class WrongArgument(Invalid):
    """An argument is not what it has to be."""

    code = "wrong-argument"
    message = _("One or more arguments are not valid: %(argument)s")


class NoAnalysis(Invalid):
    """No engine that is installed makes this analysis."""

    code = "no-analysis"
    message = _("One or more arguments are not valid: no engine for analysis_code %(code)s is installed here (there are: %(known)s)")


class UnknownHandler(NotFound):
    """Nothing here answers this API, or not for this key."""

    code = "unknown-handler"
    message = _("Unknown Handler: no service that this key may call answers %(api)s")


class TextTooLong(TooLarge):
    """The text is over the limit of a call."""

    code = "text-too-long"
    message = _("Request Entity Too Large: at most %(limit)s characters at once")
