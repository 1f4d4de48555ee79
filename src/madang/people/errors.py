# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from typing import ClassVar

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


class KeyForServices(BadCredentials):
    """What was sent is a key: it calls services and opens nothing else."""

    code = "key-for-services"
    message = _("This is a key for calling services, and it opens nothing else. Send an access token, which you make on your own page.")


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


class SignInAgain(NotAllowed):
    """The deed gives a way in for good, and the session is no longer young."""

    code = "sign-in-again"
    message = _("You signed in more than an hour ago. Sign out and in again first, so that it is you who adds a way to sign in.")


class BringsNearer(NotAllowed):
    """Membership would show the person what is shown to the institute or its partners, and that is not for the organisation to give."""

    code = "brings-nearer"
    message = _(
        "%(name)s stands outside what “%(organisation)s” may see. Ask an operator of the platform to add or invite them; then they are "
        "yours."
    )


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


class NoLetters(Unavailable):
    """No mail server is named, so nothing that takes a letter can be done."""

    code = "no-letters"
    message = _("This place writes no letters, so an address cannot be proved. Ask the operator to name a mail server.")


class DeadProof(NotFound):
    """The link that proves an address is over, void, or for another account."""

    code = "dead-proof"
    message = _("This link proves nothing any more, or not for this account. Ask for a new letter on your own page.")


class InvalidEmail(Invalid):
    """This cannot be an e-mail address."""

    code = "invalid-email"
    message = _("“%(email)s” cannot be an e-mail address. Write it as name@example.org.")


class DeadInvitation(NotFound):
    """The invitation was used, withdrawn, is too old, or never was."""

    code = "dead-invitation"
    message = _("This invitation was used already, was withdrawn, or is too old. Ask whoever invited you for a new one.")


class NoInvitation(NotFound):
    """There is no such invitation, or it is not shown."""

    code = "no-invitation"
    message = _("There is no such invitation.")


class NoPeopleList(NotFound):
    """There is no such list of people, or it is not shown."""

    code = "no-people-list"
    message = _("There is no such list of people. Give the file once more.")


class NoFile(Invalid):
    """A form for a file came without one."""

    code = "no-file"
    message = _("Choose a file first: CSV, or Excel's .xlsx.")


class NoNameColumn(Invalid):
    """No column of a list is headed as the account's name."""

    code = "no-name-column"
    message = _("No column is headed as the account's name. Write one of these over it: %(words)s.")


class ComputedCell(Invalid):
    """A cell holds a formula."""

    code = "computed-cell"
    message = _("This row has a formula. Formulas are not computed here: put plain text into the cell.")


class TwiceInList(Conflict):
    """Two rows of a list ask for one name."""

    code = "twice-in-list"
    message = _("“%(name)s” stands in row %(number)s already.")


class InvalidDays(Invalid):
    """An invitation is good for a number of days within bounds."""

    code = "invalid-days"
    message = _("An invitation is good for 1 to %(most)d days.")


class OfferTooHigh(NotAllowed):
    """Nobody gives a role above their own."""

    code = "offer-too-high"
    message = _("You can give the role %(highest)s at most.")


class SignUpShut(Conflict):
    """People do not make accounts here by themselves."""

    code = "sign-up-shut"
    message = _("Accounts are made by an operator here. Ask the institute.")
    _sentences: ClassVar[dict[str, str]] = {
        "invitation": _("Who was invited makes an account here. Ask the institute for an invitation."),
        "provider": _("Accounts are made by signing in with the institute's own account. Choose it on the page to sign in."),
    }

    @classmethod
    def of(cls, mode: str) -> "SignUpShut":
        """The refusal with the sentence of that mode."""
        return cls(cls._sentences.get(mode))


class SignUpNeedsMail(Conflict):
    """An address is proved by a letter, and no letter can leave."""

    code = "sign-up-needs-mail"
    message = _("An account needs a letter to your e-mail address, and no mail server is set up here. Ask the institute for an invitation.")


class SignUpNotForAddress(Invalid):
    """The address is of none of the domains that may."""

    code = "sign-up-not-for-address"
    message = _("Accounts are for e-mail addresses of %(domains)s. Ask the institute for an invitation if yours is another.")


class ConditionsNotAccepted(NotAllowed):
    """The person has to accept the conditions of use first."""

    code = "conditions-not-accepted"
    message = _("Accept the conditions of use first: sign in and open /conditions.")


class ConditionsChanged(Stale):
    """Another version of the conditions holds than the one that was read."""

    code = "conditions-changed"
    message = _("The conditions of use have changed meanwhile. Read them as they are now.")


class NotChecked(Invalid):
    """A box that says yes was not ticked."""

    code = "not-checked"
    message = _("Tick the box if you accept; otherwise sign out.")


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
