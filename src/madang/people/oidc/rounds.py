# SPDX-License-Identifier: Apache-2.0
"""One way to the provider and back, bound to the browser that began it.

The browser keeps one sealed cookie with 256 bits of chance; state, nonce and the PKCE verifier are derived from it, so no row is written
for somebody who only looks, and nothing that is worth stealing stands in rows. A round that comes back is marked as used.
"""

import base64
import hashlib
import hmac
import json
from dataclasses import asdict, dataclass

from madang.kit import now, seal, unseal
from madang.people import keys
from madang.people.credentials import new_chance
from madang.people.oidc.errors import NoRound

COOKIE = "madang_round"
SECONDS = 600
LEEWAY = 120
PURPOSE = "oidc round"


@dataclass(frozen=True, slots=True)
class Begun:
    """A round under way. ``back`` is the page to go to afterwards; ``account_id`` is who wants the identity for their account, or ""."""

    chance: str
    at: int
    back: str = "/"
    account_id: str = ""

    @property
    def state(self) -> str:
        """What the provider hands back."""
        return self._derived("state")

    @property
    def nonce(self) -> str:
        """What the ID token repeats."""
        return self._derived("nonce")

    @property
    def verifier(self) -> str:
        """What is shown only when the code is exchanged (RFC 7636)."""
        return self._derived("verifier")

    @property
    def challenge(self) -> str:
        """The verifier's hash, which the provider is told first (S256)."""
        return base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()

    @property
    def mark(self) -> str:
        """Under what the round is marked as used."""
        return self._derived("used")

    def sealed(self) -> str:
        """The cookie's value."""
        return seal(keys.held().derive("oidc"), json.dumps(asdict(self)), purpose=PURPOSE)

    def _derived(self, what: str) -> str:
        return keys.held().mark(f"oidc {what}", self.chance)


def begin(*, back: str = "/", account_id: str = "") -> Begun:
    """A new round."""
    return Begun(new_chance(), int(now().timestamp()), back, account_id)


def read(cookie: str | None, state: str) -> Begun:
    """The round that this browser began and that the provider answers; ``NoRound`` for every other answer."""
    text = unseal(keys.held().derive("oidc"), cookie, purpose=PURPOSE) if cookie else None
    if text is None:
        raise NoRound
    begun = Begun(**json.loads(text))
    age = now().timestamp() - begun.at
    if not -LEEWAY <= age <= SECONDS or not hmac.compare_digest(begun.state.encode(), state.encode("utf-8", "replace")):
        raise NoRound
    return begun
