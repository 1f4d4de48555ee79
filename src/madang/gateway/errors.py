# SPDX-License-Identifier: Apache-2.0
"""Why a call is refused before it reaches a service."""

from collections.abc import Callable

from madang.kit import Conflict, Invalid, NotFound, NotSignedIn, Refusal, TooLarge, Unavailable, _


class Reasoned(Refusal):
    """A refusal whose reason is a sentence of ours too, and so is said in the reader's language."""

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The whole sentence, its reason included, in one language."""
        told = {**self.values, "reason": (translate or str)(str(self.values["reason"]))}
        return (translate or str)(self.template) % told


class NoKey(NotSignedIn):
    """No key came with the call."""

    code = "no-key"
    message = _("This call has no key. Send one as “Authorization: Bearer KEY”; “My keys” makes one in a click.")


class NoSuchService(NotFound):
    """No service of that name, or none that the key's owner may know of."""

    code = "no-such-service"
    message = _("There is no service “%(name)s”, or it is not open to this key.")


class NoSuchAddress(NotFound):
    """The wire has no such address."""

    code = "no-such-address"
    message = _("This wire has no address %(path)s.")


class WrongMethod(Invalid):
    """The address answers other methods."""

    code = "method-not-allowed"
    message = _("This address answers %(allowed)s.")

    def __init__(self, *, allowed: str) -> None:
        super().__init__(allowed=allowed)
        self.allowed = allowed


class CallTooLarge(TooLarge):
    """The body is over the limit."""

    code = "body-too-large"
    message = _("This call is larger than %(limit)s bytes, which is the most that is taken here. Send less at once.")


class NotJson(Reasoned, Invalid):
    """The body is no JSON, or not of the form that the address takes."""

    code = "unreadable-body"
    message = _("The body cannot be read: %(reason)s.")


class WrongMedia(Invalid):
    """The body is of a type that the address does not take."""

    code = "unsupported-body"
    message = _("This address takes %(accepted)s; this is %(type)s. Say in Content-Type what you send.")


class TooDeep(Invalid):
    """The values stand too deep in one another."""

    code = "too-deep"
    message = _("The values in this call stand too deep in one another.")


class WrongValue(Reasoned, Invalid):
    """A member of the body is not what it has to be."""

    code = "wrong-value"
    message = _("“%(member)s” cannot be taken: %(reason)s.")

    def __init__(self, member: str, reason: str) -> None:
        super().__init__(field=member[:80], member=member[:80], reason=reason)


class TooManyAtOnce(Unavailable):
    """This process has as many calls under way as it takes."""

    code = "busy"
    message = _("More calls are under way than the platform takes at once. Nothing was done or counted; try again in a second.")
    retry_after = 1


class AnswerNotKept(Reasoned, Conflict):
    """A call with the same Idempotency-Key was done, and its answer cannot be given again."""

    code = "answer-not-kept"
    message = _("A call with this Idempotency-Key was done and counted, and its answer is not kept: %(reason)s. It is not done again.")


class StillUnderWay(Conflict):
    """A call with the same Idempotency-Key is being done, or what became of it is not known."""

    code = "still-under-way"
    message = _("A call with this Idempotency-Key was begun and has no answer yet. Ask again later, or take a new key for a new call.")
    retry_after = 5


class Fault(Refusal):
    """Something that no one translated: a fault of ours, of which nothing is shown."""

    code = "fault"
    message = _("This is a fault of the platform and it is written down. Try again; if it stays, tell the operator the number below.")


class KeyReused(Invalid):
    """The same Idempotency-Key came with another call."""

    code = "idempotency-key-reused"
    message = _("This Idempotency-Key was used for another call. Take a new key for a new call.")


class Gone(Exception):  # no refusal: nobody is left who could read one
    """Whoever called has hung up."""
