# SPDX-License-Identifier: Apache-2.0
"""What the pages for newcomers show: plain values, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class SignUpPage:
    """``people/sign_up.html``: an address to prove, or a whole account where no proof is asked.

    ``shut`` is the sentence why nobody makes an account here; ``is_sent``: a letter is under way. ``given`` are the fields as typed.
    """

    shut: str | None = None
    proves_email: bool = True
    domains: tuple[str, ...] = ()
    is_sent: bool = False
    shortest_password: int = 10
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvitationPage:
    """``people/invitation.html``: an invitation that waits for a name, or, for who is signed in, for a press of its button."""

    secret: str
    role: str
    reach: str
    email: str | None
    organisation: str | None
    organisation_role: str | None
    until: datetime
    shortest_password: int
    account: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ConditionsPage:
    """``people/conditions.html``: the conditions of use. ``asks``: the viewer has still to accept this version."""

    version: int
    text: str
    back: str
    asks: bool = False
    is_accepted: bool = False
    fault: str | None = None
