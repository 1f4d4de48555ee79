# SPDX-License-Identifier: Apache-2.0
"""The kinds of personal data that are looked for, and what one finding is."""

from dataclasses import dataclass

from madang.kit import _


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind: its word, and its name for people (marked)."""

    word: str
    title: str


KINDS = {
    kind.word: kind
    for kind in (
        Kind("resident-number", _("resident registration number")),
        Kind("foreigner-number", _("foreigner registration number")),
        Kind("corporation-number", _("corporation registration number")),
        Kind("business-number", _("business registration number")),
        Kind("drivers-licence", _("driver's licence number")),
        Kind("passport", _("passport number")),
        Kind("phone", _("phone number")),
        Kind("card", _("payment card number")),
        Kind("account", _("bank account number")),
        Kind("email", _("e-mail address")),
        Kind("ip-address", _("IP address")),
        Kind("vehicle", _("vehicle registration number")),
        Kind("birth-date", _("date of birth")),
    )
}


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. ``start`` and ``end`` count characters of the text as it was given; ``confidence`` is from 0 to 1 and not a
    probability that was measured, but an order: 0.9 and more carries a proof in itself; ``reason`` says why (marked)."""

    kind: str
    start: int
    end: int
    text: str
    confidence: float
    reason: str
