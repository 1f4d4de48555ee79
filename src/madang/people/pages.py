# SPDX-License-Identifier: Apache-2.0
"""What the pages about oneself show: plain values, filled by the doors, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from madang.kit import now


@dataclass(frozen=True, slots=True)
class SignInPage:
    """``people/sign_in.html``: a name and a password.

    ``name`` is what was typed before, ``fault`` the refusal's sentence, ``back`` the page to go to afterwards (a path of this site).
    ``provider`` is the name of the institute's sign-in, None where there is none. ``sign_up`` says who may make an account.
    """

    name: str = ""
    fault: str | None = None
    back: str = "/"
    provider: str | None = None
    takes_passwords: bool = True
    can_be_forgotten: bool = False
    sign_up: str = ""


@dataclass(frozen=True, slots=True)
class LinkPage:
    """``people/link.html``: a one-time link that waits for a press of its button; looking at it does not use it up."""

    secret: str


@dataclass(frozen=True, slots=True)
class WelcomePage:
    """``people/welcome.html``: after a one-time link; a password may be set, or not."""

    name: str
    role: str
    shortest_password: int = 12
    fault: str | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class TokenRow:
    """One token of mine. ``prefix`` is the readable beginning; the rest was shown once and is not kept."""

    id: str
    prefix: str
    note: str
    role: str
    created_at: datetime
    last_used_at: datetime | None = None
    revoked_at: datetime | None = None
    expires_at: datetime | None = None

    @property
    def is_over(self) -> bool:
        """Whether it was made for a time that has passed."""
        return self.expires_at is not None and self.expires_at <= now()


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One place where I am signed in. ``agent`` is a short word for the browser; ``is_here`` marks the one that asks."""

    id: str
    agent: str
    started_at: datetime
    seen_at: datetime
    is_here: bool = False


@dataclass(frozen=True, slots=True)
class MePage:
    """``people/me.html``: who I am here, my password, my tokens, where I am signed in.

    ``faults`` maps a field (``old_password``, ``password``, ``note``, ``role``) to a sentence. ``secret`` is a token made just now,
    shown this once. ``roles`` are the roles that a token of mine may have, least first. ``done`` names what has just been changed:
    ``password``, ``token``, ``revoked``, ``session``, ``elsewhere`` or nothing.
    """

    name: str
    role: str
    has_password: bool
    shortest_password: int
    tokens: tuple[TokenRow, ...]
    sessions: tuple[SessionRow, ...]
    roles: tuple[str, ...]
    secret: str | None = None
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)
