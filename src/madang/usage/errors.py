# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from madang.kit import Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable, _

Headers = Sequence[tuple[bytes, bytes]]


class UnknownKey(NotSignedIn):
    """No such key was given out here."""

    code = "unknown-key"
    message = _("This key is not known here. Copy it again, or make a new one on the page of your keys.")


class RevokedKey(NotSignedIn):
    """The key was revoked, or its account is shut."""

    code = "revoked-key"
    message = _("This key was revoked. Make a new one on the page of your keys.")


class ExpiredKey(NotSignedIn):
    """The key's time is over."""

    code = "expired-key"
    message = _("This key is over: it was good for a time, or another one has taken its place. Use the new one.")


class PausedKey(NotAllowed):
    """The key rests: an operator or its owner has paused it."""

    code = "paused-key"
    message = _("This key is paused. Ask its owner or the operator to go on with it.")


class OtherService(NotAllowed):
    """The key is for another service."""

    code = "other-service"
    message = _("This key is not for the service “%(service)s”. Make one that is, or one for every service.")


class QuotaExceeded(TooMany):
    """A quota of the caller's plan is used up until its time begins anew.

    ``policy`` is the quota's name in the headers, ``headers`` what tells a program of it.
    """

    code = "quota-exceeded"
    message = _("The plan “%(plan)s” allows %(amount)d (%(unit)s) a day, and that is used up. It begins anew in %(seconds)d seconds.")
    others: ClassVar[Mapping[str, str]] = {
        "minute": _("The plan “%(plan)s” allows %(amount)d (%(unit)s) a minute, and that is used up. Wait %(seconds)d seconds."),
        "month": _("The plan “%(plan)s” allows %(amount)d (%(unit)s) a month, and that is used up. It begins anew in %(seconds)d seconds."),
    }

    def __init__(self, *, window: str, retry_after: int, policy: str, headers: Headers = (), **values: object) -> None:
        super().__init__(self.others.get(window), retry_after=retry_after, seconds=retry_after, **values)
        self.policy = policy
        self.headers = headers


class LargerThanQuota(QuotaExceeded):
    """One call asks for more than its quota ever has."""

    code = "larger-than-quota"
    message = _("This call needs %(units)d (%(unit)s), and the plan “%(plan)s” allows %(amount)d in all its time. Send less at once.")
    others: ClassVar[Mapping[str, str]] = {}


class Uncounted(Unavailable):
    """Usage cannot be written down, so nothing is served."""

    code = "uncounted"
    message = _(
        "Calls cannot be counted just now, so none is served: the disk of the usage log is full or does not answer. Try again later."
    )
    retry_after = 5


class NoKey(NotFound):
    """There is no such key, or it is not shown."""

    code = "no-key"
    message = _("There is no such key.")


class NoPlan(NotFound):
    """There is no plan of that name, or it is not for the asker."""

    code = "no-plan"
    message = _("There is no plan “%(plan)s”. There are: %(plans)s.")


class NoService(NotFound):
    """There is no service of that name, or it is not shown."""

    code = "no-service"
    message = _("There is no service “%(service)s”. Write it as NAMESPACE/NAME.")


class NoProductionRequest(NotFound):
    """There is no such request, or it is not shown."""

    code = "no-production-request"
    message = _("There is no such request.")


class NoInvoice(NotFound):
    """There is no such invoice, or it is not shown."""

    code = "no-invoice"
    message = _("There is no such invoice.")


class PlanNotYours(NotAllowed):
    """The plan is not given at once."""

    code = "plan-not-yours"
    message = _("The plan “%(plan)s” is not given at once. Make a development key and ask for production with it.")


class NotYourKey(NotAllowed):
    """Only the owner or an operator may do this."""

    code = "not-your-key"
    message = _("Only the owner of the key or an operator may do this.")


class TooManyKeys(Conflict):
    """The account has as many keys as one may have."""

    code = "too-many-keys"
    message = _("You have %(most)d keys that are alive, and that is the most. Revoke one that you do not use.")


class KeyOver(Conflict):
    """The key is over, so nothing more can be done with it."""

    code = "key-over"
    message = _("This key is over. Make a new one.")


class Decided(Conflict):
    """The request was decided or withdrawn already."""

    code = "request-decided"
    message = _("This request was decided already.")


class AskedAlready(Conflict):
    """A request for the same key waits."""

    code = "asked-already"
    message = _("A request for this key waits already. You are told when it is decided.")


class MonthNotOver(Conflict):
    """An invoice of a month that goes on cannot be issued."""

    code = "month-not-over"
    message = _("The month %(month)s is not over. An invoice is issued when nothing can be added to it.")


class WrongState(Conflict):
    """The invoice is no draft, or no issued one."""

    code = "wrong-invoice-state"
    message = _("This invoice is %(state)s, so this cannot be done with it.")


class NoReason(Invalid):
    """A decision that is told to somebody says nothing of why."""

    code = "no-reason"
    message = _("Say why, in a sentence: it is told to whoever it is about.")


class NoPurpose(Invalid):
    """A request does not say what it is for."""

    code = "no-purpose"
    message = _("Say what it is for: the office decides on that.")


class NothingUsed(NotFound):
    """Nothing was used in that month that is not on an invoice already."""

    code = "nothing-used"
    message = _("Nothing was used in %(month)s that has a price and is on no invoice.")


class WrongQuota(Invalid):
    """A quota, a price or a month that cannot be."""

    code = "wrong-quota"
    message = _("“%(value)s” is none of: %(words)s.")
    unit = _("“%(value)s” cannot be a unit. Write a small word such as call, character, second, image or token.")
    amount = _("%(value)s cannot be how much a plan allows. Write a whole number from 0 to 9007199254740991.")
    month = _("“%(value)s” is no month. Write it as 2026-11.")
    price = _("“%(value)s” cannot be a price. Write a number from 0 with at most nine places behind the point.")
    per = _("A price cannot be for %(value)s units. It is for 1, 10, 100, 1000, 10000, 100000 or 1000000.")
    currency = _("“%(value)s” is no currency. Write the three letters of ISO 4217, such as KRW.")
