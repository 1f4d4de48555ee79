# SPDX-License-Identifier: Apache-2.0
"""The second factor's arithmetic: codes of an authenticator (RFC 6238, 30 seconds, six digits), recovery codes, and the half that waits.

Pure but for the keys that seal. A code is good in its own step and in the neighbouring ones, because clocks differ.
"""

import hmac
import json
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime

import pyotp
import segno

from madang.kit import now, seal, unseal
from madang.people import keys

STEP = 30
NEIGHBOURS = 1
HALF_SECONDS = 600
LEEWAY = 120
RECOVERY_CODES = 10
_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
_SEAL, _HALF = "second factor", "half signed in"


@dataclass(frozen=True, slots=True)
class Half:
    """A sign-in whose first half is done. ``proof`` is the link's secret, or the mark of the password's hash as it was then."""

    account_id: str
    how: str
    proof: str
    at: int

    def sealed(self) -> str:
        """What the browser keeps until the code comes."""
        return seal(keys.held().derive("half"), json.dumps(asdict(self)), purpose=_HALF)


def read_half(sealed: str | None) -> Half | None:
    """The half that waits in this browser; None when there is none or it is too old."""
    text = unseal(keys.held().derive("half"), sealed, purpose=_HALF) if sealed else None
    half = Half(**json.loads(text)) if text else None
    return half if half and -LEEWAY <= now().timestamp() - half.at <= HALF_SECONDS else None


def new_half(account_id: str, *, how: str, proof: str) -> Half:
    """The first half is done now."""
    return Half(account_id, how, proof, int(now().timestamp()))


def new_key() -> str:
    """160 bits of chance in base 32, as authenticators take them."""
    return pyotp.random_base32()


def sealed_key(key: str) -> str:
    """The key as a row keeps it."""
    return seal(keys.held().derive("second factor"), key, purpose=_SEAL)


def opened_key(sealed: str) -> str | None:
    """The key in a row; None when it was sealed with another key file."""
    return unseal(keys.held().derive("second factor"), sealed, purpose=_SEAL)


def step_of(key: str, code: str, at: datetime) -> int | None:
    """The step in which this code is right; None when it is in none near ``at``."""
    plain = "".join(code.split())
    if len(plain) != 6 or not (plain.isascii() and plain.isdigit()):
        return None
    here = int(at.timestamp()) // STEP
    near, totp = range(here - NEIGHBOURS, here + NEIGHBOURS + 1), pyotp.TOTP(key)
    return max((step for step in near if hmac.compare_digest(totp.generate_otp(step), plain)), default=None)


def new_recovery_codes() -> list[str]:
    """Codes of 50 bits each, in letters that nobody takes for others."""
    return ["-".join("".join(secrets.choice(_LETTERS) for _letter in range(5)) for _part in range(2)) for _code in range(RECOVERY_CODES)]


def recovery_mark(account_id: str, code: str) -> str:
    """Under what a recovery code is kept and found, however it is typed."""
    plain = "".join(letter for letter in code.lower()[:100] if letter in _LETTERS)
    return keys.held().mark("recovery", f"{account_id}\0{plain}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A QR code: its side in modules, with the white border, and the dark modules as the path of an SVG."""

    side: int
    path: str


def picture(key: str, *, name: str, issuer: str) -> Picture:
    """The key as a QR code, to be drawn dark on light in every theme, which is what cameras read."""
    rows = list(segno.make(pyotp.TOTP(key).provisioning_uri(name=name, issuer_name=issuer), error="m").matrix_iter(border=4))
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module)
    return Picture(len(rows), "".join(dark))
