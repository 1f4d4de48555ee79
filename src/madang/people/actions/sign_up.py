# SPDX-License-Identifier: Apache-2.0
"""Making an account by oneself, where the institute lets people do so."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import audit, mail
from madang.kit import Actor, anonymous
from madang.people import keys, passwords, policy, rules, throttle
from madang.people.actions.accounts import lay_account
from madang.people.actions.invitations import Newcomer, Offer, lay_invitation
from madang.people.actions.profiles import set_email
from madang.people.actions.sessions import open_session
from madang.people.authentication import actor_of
from madang.people.errors import SignUpNeedsMail, SignUpNotForAddress, SignUpShut
from madang.people.letters import Letters
from madang.people.models import Account
from madang.people.policy import SignUpPolicy

PROOF_DAYS = 2


def check_open(given: SignUpPolicy) -> None:
    """``SignUpShut`` where people do not make accounts by themselves, ``SignUpNeedsMail`` where the letter that proves cannot leave."""
    if given.mode != policy.OPEN:
        raise SignUpShut.of(given.mode)
    if given.proves_email and not mail.is_possible():
        raise SignUpNeedsMail


def ask_to_sign_up(session: Session, given: SignUpPolicy, *, email: str, network: str, letters: Letters) -> None:
    """A letter is under way to that address: with an invitation, or, where an account has it, with the way to sign in.

    The answer is the same for both, so that nobody learns who is here. Asks are counted like failed tries to sign in.
    """
    address, network = _checked(given, email), rules.network_of(network)
    key = f"sign-up {address.lower()}"
    throttle.check(session, key, network)
    throttle.count(session, key, network)
    by = anonymous()
    known = session.scalar(select(Account.id).where(Account.email_key == address.lower()))
    if known is not None:
        mail.send_later(session, to=address, subject=letters.known_subject, text=letters.known())
        return
    offer = Offer(role=given.role, reach=given.reach, email=address, is_mailed=True)
    invitation, secret = lay_invitation(session, offer, days=PROOF_DAYS, by=by)
    mail.send_later(session, to=address, subject=letters.invited_subject, text=letters.invited(secret, f"{invitation.expires_at:%Y-%m-%d}"))


def sign_up(
    session: Session,
    given: SignUpPolicy,
    newcomer: Newcomer,
    *,
    email: str,
    network: str,
    agent: str = "",
    previous_cookie: str | None = None,
) -> tuple[Account, str]:
    """Somebody has made an account without proof of their address, because the institute asks for none, and is signed in."""
    address, network = _checked(given, email), rules.network_of(network)
    if given.proves_email:
        raise SignUpNeedsMail
    with Session(session.get_bind().execution_options(madang_writes=False)) as beside:
        throttle.check(beside, "sign-up", network)
    passwords.check(newcomer.password or "", name=newcomer.name, limits=keys.limits())
    kept = passwords.make_hash(newcomer.password or "")
    throttle.count(session, "sign-up", network)
    with session.begin_nested():
        account = _made(session, given, newcomer, address, kept)
    return account, open_session(session, account, opened_by="sign-up", agent=agent, previous_cookie=previous_cookie)


def _made(session: Session, given: SignUpPolicy, newcomer: Newcomer, address: str, kept: str) -> Account:
    account = lay_account(
        session, name=newcomer.name, role=given.role, display_name=newcomer.display_name, by=Actor(None, newcomer.name, given.role)
    )
    account.reach_word, account.password_hash = given.reach.word, kept
    by = actor_of(session, account, via="session")
    set_email(session, account, address, by=by)
    audit.record(session, "account.created", target=account.ref, by=by, role=account.role_word, how="sign-up")
    return account


def _checked(given: SignUpPolicy, email: str) -> str:
    check_open(given)
    address = rules.check_email(email)
    if not given.takes(address):
        raise SignUpNotForAddress(domains=", ".join(given.domains), field="email")
    return address
