# SPDX-License-Identifier: Apache-2.0
"""What the pages on ways to sign in show: plain values, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from madang.people.second_factor import Picture


@dataclass(frozen=True, slots=True)
class CodePage:
    """``people/sign_in_code.html``: the second half of a sign-in waits for a code."""

    fault: str | None = None
    back: str = "/"


@dataclass(frozen=True, slots=True)
class ForgottenPage:
    """``people/forgotten.html``: ``is_sent`` after the question, whatever it was; ``is_possible`` says whether letters leave here."""

    is_possible: bool
    is_sent: bool = False
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class EmailPage:
    """``people/email.html``: the address that a link proves for the account ``name``."""

    proof: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class IdentityRow:
    """Who I am at the institute's provider."""

    id: str
    shown: str
    issuer: str
    created_at: datetime
    used_at: datetime


@dataclass(frozen=True, slots=True)
class WaysPage:
    """``people/ways.html``: the second factor and identities. ``key`` and ``picture`` are there while a key waits to be confirmed.

    ``codes`` are recovery codes made just now, shown this once; ``codes_left`` how many of the last ten are unused. ``provider`` is the
    name of the institute's sign-in, None where there is none. ``faults`` maps a form (``begin``, ``confirm``, ``renew``, ``remove``,
    ``identity``, ``email``) to a sentence. ``writes_letters`` says whether an address can be proved here.
    """

    name: str
    has_password: bool
    is_on: bool
    on_since: datetime | None = None
    key: str = ""
    picture: Picture | None = None
    codes: tuple[str, ...] = ()
    codes_left: int = 0
    provider: str | None = None
    identities: tuple[IdentityRow, ...] = ()
    email: str = ""
    is_proved: bool = False
    writes_letters: bool = False
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
