# SPDX-License-Identifier: Apache-2.0
"""What is refused before a repository's files, and of what is asked there."""

from madang.kit import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Refusal, Stale, TooMany, _


class Closed(Refusal):
    """The repository is seen, and its files are not for this viewer now."""


class AccountNeeded(Closed, NotSignedIn):
    """Files are given to people who are known."""

    code = "gated"
    message = _("The files of “%(name)s” are given to people who were granted access. Sign in, and ask at %(page)s.")


class AccessNeeded(Closed, NotAllowed):
    """The viewer has no access yet, or has it no more."""

    code = "gated"
    message = _("The files of “%(name)s” are given to people who were granted access. Ask for it at %(page)s.")


class Embargoed(Closed, NotAllowed):
    """Files are closed until a day."""

    code = "embargoed"
    message = _("The files of “%(name)s” are under embargo until %(until)s. What it is stands at %(page)s.")


class NothingToAsk(Conflict):
    """Whoever asks has the files already."""

    code = "nothing-to-ask"
    message = _("You have access already: there is nothing to ask for.")


class AskedAlready(Conflict):
    """A request of the same account waits."""

    code = "asked-already"
    message = _("You have asked already, and the owner has not decided yet.")


class NotCurrent(Conflict):
    """The request is over, or stands so already."""

    code = "access-not-current"
    message = _("This request is over, or stands so already. A new one can be made.")


class HasAccess(Conflict):
    """The account was granted access before."""

    code = "has-access"
    message = _("“%(account)s” has access already.")


class ConditionsChanged(Stale):
    """The text that was accepted is not the one that stands."""

    code = "gate-conditions-changed"
    message = _("The conditions have changed meanwhile. Read them, and accept them as they are now.")


class NotAccepted(Invalid):
    """The conditions were not accepted."""

    code = "gate-conditions-not-accepted"
    message = _("Accept the conditions to get access.")


class AnswerMissing(Invalid):
    """Something that is asked was not answered, or not in its form."""

    code = "answer-missing"
    message = _("“%(asked)s” is asked, and needs an answer of at most %(limit)s letters.")


class BadGate(Invalid):
    """The settings of access cannot be these."""

    code = "invalid-gate"
    message = _("This cannot be how files are given: %(reason)s.")


class ReasonMissing(Invalid):
    """A refusal says why."""

    code = "reason-missing"
    message = _("Say why, in at most %(limit)s letters: whoever asked is told.")


class EndsBefore(Invalid):
    """Access would end before it begins."""

    code = "ends-before"
    message = _("Access cannot end at a time that is over.")


class AskedOften(TooMany):
    """One account asked too often for one repository."""

    code = "asked-often"
    message = _("You have asked for this too often. Speak with the owner.")


class NoRequest(NotFound):
    """There is no such request, or it is not the viewer's to know."""

    code = "no-access-request"
    message = _("There is no such request for access here, or it is not shown to you.")
