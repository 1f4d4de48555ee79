# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from madang.kit import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Stale, TooMany, Unavailable, _


class WrongPassword(NotSignedIn):
    """Name and password do not belong together; it is not said which of the two is wrong."""

    code = "wrong-password"
    message = _("Name and password do not belong together. Try again, or ask the operator for a one-time link.")


class DeadLink(NotSignedIn):
    """The one-time link was used, is too old, was replaced, or never was."""

    code = "dead-link"
    message = _("This link was used already or is too old. Ask for a new one, or print one with the command “madang link”.")


class BadCredentials(NotSignedIn):
    """The Authorization header names nobody."""

    code = "bad-credentials"
    message = _("The Authorization header is not understood. Send “Bearer” and a token.")


class MistypedToken(BadCredentials):
    """The token's own checksum does not fit."""

    code = "mistyped-token"
    message = _("This token is not complete or has a slip of the pen: its checksum does not fit. Copy it again.")


class UnknownToken(BadCredentials):
    """No such token was given out here."""

    code = "unknown-token"
    message = _("This token is not known here. Make a new one on your own page.")


class RevokedToken(BadCredentials):
    """The token was revoked."""

    code = "revoked-token"
    message = _("This token was revoked. Make a new one on your own page.")


class ExpiredToken(BadCredentials):
    """The token was made for a time that is over."""

    code = "expired-token"
    message = _("This token is over: it was made for a time. Make a new one on your own page.")


class DisabledAccount(BadCredentials):
    """The account behind the token is shut."""

    code = "disabled-account"
    message = _("The account of this token is shut. Ask the operator.")


class TooManyTries(TooMany):
    """Too many failed tries to sign in."""

    code = "too-many-tries"
    message = _("Too many tries failed. Wait %(seconds)d seconds, or use a one-time link from the operator.")


class SignInBusy(Unavailable):
    """More people sign in at once than passwords can be checked."""

    code = "sign-in-busy"
    message = _("Too many people sign in just now. Try again in a moment.")


class NameTaken(Conflict):
    """Another account has this name, in the same or another case."""

    code = "name-taken"
    message = _("The name “%(name)s” is taken. Choose another one.")


class ReservedName(Invalid):
    """The name is the first segment of an address of the platform's own."""

    code = "reserved-name"
    message = _("“%(name)s” is a word of the platform's own addresses and cannot be a name. Choose another one.")


class NoOrganisation(NotFound):
    """There is no organisation of that name, or it is not shown."""

    code = "no-organisation"
    message = _("There is no organisation “%(name)s”.")


class NotAMember(NotFound):
    """The person is not in the organisation."""

    code = "not-a-member"
    message = _("%(name)s is not in the organisation “%(organisation)s”.")


class LastOrganisationOperator(Conflict):
    """The last one who manages an organisation cannot go."""

    code = "last-organisation-operator"
    message = _("This is the last operator of the organisation “%(organisation)s”. Make another member its operator first.")


class ChangedMeanwhile(Stale):
    """Somebody else has changed the same row."""

    code = "changed-meanwhile"
    message = _("Somebody else has changed this meanwhile. Look at it again, and change what is still to be changed.")


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "email-taken"
    message = _("Another account has this e-mail address. Give another one, or none.")


class InvalidEmail(Invalid):
    """This cannot be an e-mail address."""

    code = "invalid-email"
    message = _("“%(email)s” cannot be an e-mail address. Write it as name@example.org.")


class UnknownWord(Invalid):
    """A sector, a reach or a duty has another name."""

    code = "unknown-word"
    message = _("“%(word)s” is none of: %(words)s.")


class NoAccount(NotFound):
    """There is no account of that name, or it is not shown."""

    code = "no-account"
    message = _("There is no account “%(name)s”.")


class NoToken(NotFound):
    """There is no such token, or it is not the viewer's."""

    code = "no-token"
    message = _("There is no such token.")


class UnknownRole(Invalid):
    """A role has another name."""

    code = "unknown-role"
    message = _("“%(role)s” is no role. There are reader, member, reviewer and operator.")


class RoleTooHigh(NotAllowed):
    """A token may do no more than its account, and nobody gives more than they have."""

    code = "role-too-high"
    message = _("A token of %(name)s can be %(highest)s at most.")


class TokenTooWeak(NotAllowed):
    """A token with less than its account's role would make or end tokens."""

    code = "token-too-weak"
    message = _(
        "This token may do less than the account %(name)s, so it makes and ends no tokens. "
        "Sign in and use your own page, or send a token with the role %(role)s."
    )


class WeakPassword(Invalid):
    """The password is too short, too long, or the account's own name."""

    code = "weak-password"
    message = _("A password has at least %(shortest)d and at most %(longest)d characters and is not the name. A few plain words are good.")


class PasswordsDiffer(Invalid):
    """The two passwords that were typed are not the same."""

    code = "passwords-differ"
    message = _("The two passwords are not the same. Type both again.")


class NoteTooLong(Invalid):
    """A note is longer than it may be."""

    code = "note-too-long"
    message = _("Say in 1 to %(longest)d characters what the token is for.")


class Unprintable(Invalid):
    """A text that people read holds control characters or broken letters."""

    code = "unprintable"
    message = _("Write this in one line, without control characters.")


class NotYourAccount(NotAllowed):
    """Only the person or an operator may do this."""

    code = "not-your-account"
    message = _("Only %(name)s or an operator may do this.")


class NotAnOperator(NotAllowed):
    """Only operators may do this."""

    code = "not-an-operator"
    message = _("Only an operator may do this.")


class LastOperator(Conflict):
    """The last operator cannot be shut out."""

    code = "last-operator"
    message = _("This is the last operator. Make another one first.")


class NoKeys(RuntimeError):
    """A fault of the composition: ``people.use`` was not called."""

    def __init__(self) -> None:
        super().__init__("people.use(keys) must be called where the process starts")


class UnreadableKeys(Unavailable):
    """The key file is there and cannot be used."""

    code = "unreadable-keys"
    message = _("The key file %(path)s cannot be read. Put it back from a copy; without it every session and token is void.")
