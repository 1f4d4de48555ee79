# SPDX-License-Identifier: Apache-2.0
"""One's own e-mail address: a letter goes to it, and whoever follows the letter while signed in has proved it.

Nothing is kept of an address until then. The link itself says which address it proves and until when, under a keyed hash of that, of the
account, and of the address that counts now; so it is void once another address counts.
"""

import base64
import binascii
import hmac
from datetime import timedelta

from sqlalchemy.orm import Session

from madang import mail
from madang.kit import Actor, now
from madang.people import keys, queries, rules, throttle
from madang.people.actions.profiles import set_email
from madang.people.actions.second_factor import check_in_a_browser, check_own_password
from madang.people.errors import DeadProof, NoLetters
from madang.people.letters import Letters
from madang.people.models import Account

PROOF = timedelta(days=2)
LONGEST = 600


def ask_for_email(session: Session, email: str, *, letters: Letters, current: str = "", keep: str | None = None, by: Actor) -> None:
    """A letter is on its way to the address; the account stays as it is until its link is followed.

    ``current`` is the password, as for a second factor: whoever sits at an open browser must not bend letters for a forgotten password to
    themselves. ``NoLetters`` where none leave, ``TooManyTries`` for too many letters. Whether another account has the address is not told.
    """
    check_in_a_browser(by)
    address = rules.check_email(email)
    if not mail.is_possible():
        raise NoLetters
    check_own_password(session, current, keep=keep, by=by)
    account = queries.get_self(session, viewer=by)
    for door in (f"email of {account.id}", f"email {address.lower()}"):
        throttle.check(session, door, "")
        throttle.count(session, door, "")
    ends = now() + PROOF
    secret = _proof(account, address, int(ends.timestamp()))
    mail.send_later(session, to=address, subject=letters.proof_subject, text=letters.proof(secret, f"{ends:%Y-%m-%d}", account.name))


def address_of(session: Session, proof: str, *, by: Actor) -> str:
    """The address that this link proves for the actor's account. ``DeadProof`` when it is over, void or somebody else's."""
    account = queries.get_self(session, viewer=by)
    try:
        ends_text, packed, _mark = proof[:LONGEST].split(".")
        ends, address = int(ends_text, 16), base64.urlsafe_b64decode(packed + "==").decode()
    except (ValueError, binascii.Error) as error:
        raise DeadProof from error
    if not hmac.compare_digest(_proof(account, address, ends).encode(), proof.encode("utf-8", "replace")) or ends < now().timestamp():
        raise DeadProof
    return address


def prove_email(session: Session, proof: str, *, letters: Letters, by: Actor) -> None:
    """The address that the link proves is the account's and counts; the one that counted before is told. ``EmailTaken``, ``DeadProof``."""
    check_in_a_browser(by)
    address = address_of(session, proof, by=by)
    account = queries.get_self(session, viewer=by)
    before = account.email if account.email_verified_at is not None else None
    set_email(session, account, address, is_verified=True, by=by)
    if before and before.lower() != address.lower():
        mail.send_later(session, to=before, subject=letters.moved_subject, text=letters.moved(account.name))


def _proof(account: Account, address: str, ends: int) -> str:
    mark = keys.held().mark("email", f"{account.id}\n{account.email_key or ''}\n{ends}\n{address}")
    return f"{ends:x}.{base64.urlsafe_b64encode(address.encode()).decode().rstrip('=')}.{mark}"
