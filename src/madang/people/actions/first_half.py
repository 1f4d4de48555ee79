# SPDX-License-Identifier: Apache-2.0
"""After a password or a link: whether that is enough."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang.kit import Role
from madang.people import keys, oidc, second_factor
from madang.people.models import Account
from madang.people.refusals import CodeNeeded, PasswordsShut
from madang.people.ways import SecondFactor


def is_second_factor_on(session: Session, account_id: str) -> bool:
    """Whether a code is asked of this account."""
    query = select(SecondFactor.account_id).where(SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None))
    return session.scalar(query) is not None


def check_passwords_open(account: Account) -> None:
    """``PasswordsShut`` where people sign in through the provider only; operators always may, lest a silent provider shuts all out."""
    if not may_use_password(account):
        raise PasswordsShut


def may_use_password(account: Account) -> bool:
    """Whether a password, or a link to set one, opens this account."""
    return account.role is Role.OPERATOR or oidc.takes_passwords()


def ask(session: Session, account: Account, *, how: str, proof: str) -> None:
    """``CodeNeeded`` when the account has a second factor. Called before anything is written, for the door answers it."""
    if is_second_factor_on(session, account.id):
        raise CodeNeeded(second_factor.new_half(account.id, how=how, proof=proof).sealed())


def password_mark(account: Account) -> str:
    """What a half keeps of the password that it proved: worth nothing, and another after the password was changed."""
    return keys.held().mark("password", account.password_hash or "")
