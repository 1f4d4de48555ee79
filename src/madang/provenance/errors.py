# SPDX-License-Identifier: Apache-2.0
"""What is refused, and what to do next."""

from madang.kit import Conflict, Invalid, NotFound, TooLarge, TooMany, _


class BadPurl(Invalid):
    """What should name a component does not."""

    code = "bad-purl"
    message = _("“%(purl)s” is no package URL. Write it as pkg:type/namespace/name@version, for example pkg:pypi/requests@2.32.0.")


class MadeOfItself(Invalid):
    """Both ends of a derivation are one version."""

    code = "made-of-itself"
    message = _("Nothing is made of itself. Name another version, or a component.")


class UnreadableLicence(Invalid):
    """A stated licence is no SPDX expression."""

    code = "unreadable-licence"
    message = _("“%(licence)s” is no SPDX expression. Write one such as Apache-2.0, MIT OR GPL-2.0-only, or LicenseRef-KOGL-1.")


class AlreadyDeclared(Conflict):
    """The same derivation stands."""

    code = "already-declared"
    message = _("This derivation is declared already. Withdraw it first if it should say something else.")


class NoSuchDerivation(NotFound):
    """There is no such edge at this version."""

    code = "no-such-derivation"
    message = _("There is no derivation “%(edge)s” at this version, or it was withdrawn.")


class NoSuchEvidence(NotFound):
    """There is no such evidence at this version."""

    code = "no-such-evidence"
    message = _("There is no evidence “%(evidence)s” at this version, or it was withdrawn.")


class NoSuchDecision(NotFound):
    """There is no such decision that the viewer may see."""

    code = "no-such-decision"
    message = _("There is no decision “%(decision)s”, or it is not shown to you.")


class ConeTooLarge(TooLarge):
    """A version is made of more than a decision looks at."""

    code = "cone-too-large"
    message = _("This is made of more than %(limit)s things, which is more than a decision looks at. Decide on one of its parts.")


class NoIssuer(Invalid):
    """Evidence that nobody gave."""

    code = "no-issuer"
    message = _("Say in one line of at most 300 letters who gave this document.")


class NoDigest(Invalid):
    """What should be a document's digest is none."""

    code = "no-digest"
    message = _("A document's sha256 is 64 of the characters 0 to 9 and a to f. Leave it out if there is no file.")


class NoteTooLong(Invalid):
    """A note is endless, or has characters that cannot be shown."""

    code = "note-too-long"
    message = _("A note has at most %(limit)s letters that can be shown.")


class EnoughKept(TooMany):
    """Somebody keeps decisions faster than a person decides."""

    code = "enough-kept"
    message = _("At most %(limit)s decisions are kept for one account in an hour. Try again later.")
