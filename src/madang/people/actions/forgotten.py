# SPDX-License-Identifier: Apache-2.0
"""A forgotten password: a letter with a link, to an address that was verified, for a name or an address that somebody gave."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import mail
from madang.kit import _
from madang.people import queries, rules, throttle
from madang.people.actions import first_half, sessions
from madang.people.models import Account
from madang.web import translate

SUBJECT = _("A new password for %(name)s")
TEXT = _(
    "Somebody asked for a new password for your account “%(name)s”. If it was you, set one here within an hour:\n\n"
    "%(address)s\n\n"
    "If it was not you, nothing has changed and you need do nothing.\n"
)


def send_password_link(session: Session, who: str, *, site: str, network: str = "") -> None:
    """If ``who`` names an account with a verified address, a letter with a link is on its way; nothing tells the asker whether it does.

    No letter passes by the institute's provider where people sign in through it only.

    ``TooManyTries`` for too many questions about one account or from one network, whether or not there is such an account.
    """
    door, network = f"forgotten {who.strip().lower()[:254]}", rules.network_of(network)
    throttle.check(session, door, network)
    throttle.count(session, door, network)
    account = _find(session, who.strip())
    if account is None or account.disabled_at is not None or not account.email or account.email_verified_at is None:
        return
    if not first_half.may_use_password(account):
        return
    told = {"name": account.name, "address": f"{site}/link/{sessions.create_password_link(session, account)}"}
    mail.send_later(session, to=account.email, subject=translate(SUBJECT) % told, text=translate(TEXT) % told)


def _find(session: Session, who: str) -> Account | None:
    if "@" in who:
        return session.scalars(select(Account).where(Account.email_key == who.lower())).one_or_none()
    return queries.find_account(session, who)
