# SPDX-License-Identifier: Apache-2.0
"""The second factor: begun, confirmed, asked, turned off, and reset by an operator for somebody who has lost it."""

from sqlalchemy import CursorResult, delete, update
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import Actor, NotAllowed, now
from madang.people import passwords, queries, rules, second_factor, throttle
from madang.people.actions import first_half, sessions
from madang.people.errors import WrongPassword
from madang.people.models import Account
from madang.people.refusals import AlreadyOn, NoHalf, NotOn, WrongCode
from madang.people.ways import RecoveryCode, SecondFactor

FRESH_LINK_SECONDS = 3600


def begin_second_factor(session: Session, *, current: str = "", keep: str | None = None, by: Actor) -> None:
    """A new key waits to be confirmed. ``current`` is the password, where there is one and the session is not fresh from a link.

    It is asked so that somebody at an open browser cannot shut its owner out. ``AlreadyOn`` when a second factor is on. The password is
    checked before ``session`` touches the database.
    """
    check_in_a_browser(by)
    check_own_password(session, current, keep=keep, by=by)
    account = queries.get_self(session, viewer=by)
    found = session.get(SecondFactor, account.id)
    if found is not None and found.confirmed_at is not None:
        raise AlreadyOn
    key = second_factor.sealed_key(second_factor.new_key())
    if found is None:
        session.add(SecondFactor(account_id=account.id, sealed_key=key, made_at=now()))
    else:
        found.sealed_key, found.made_at, found.last_step = key, now(), 0


def confirm_second_factor(session: Session, code: str, *, by: Actor) -> list[str]:
    """The second factor is on from now on; ten recovery codes, which are not kept. ``WrongCode``, ``NotOn`` or ``AlreadyOn``."""
    check_in_a_browser(by)
    account = queries.get_self(session, viewer=by)
    row = session.get(SecondFactor, account.id)
    key = second_factor.opened_key(row.sealed_key) if row else None
    if row is None or key is None:
        raise NotOn
    if row.confirmed_at is not None:
        raise AlreadyOn
    _check_not_too_often(session, account.id)
    step = second_factor.step_of(key, code, now())
    if step is None:
        raise _wrong(session, account.id)
    row.confirmed_at, row.last_step = now(), step
    audit.record(session, "second-factor.on", target=account.ref, by=by)
    return _new_codes(session, account)


def renew_recovery_codes(session: Session, code: str, *, by: Actor) -> list[str]:
    """Ten new recovery codes, and the old ones are void. A code of the authenticator is asked."""
    check_in_a_browser(by)
    account = queries.get_self(session, viewer=by)
    check_code(session, account, code)
    audit.record(session, "second-factor.recovery-renewed", target=account.ref, by=by)
    return _new_codes(session, account)


def end_second_factor(session: Session, code: str, *, by: Actor) -> None:
    """The second factor is off. A code, or a recovery code, is asked."""
    check_in_a_browser(by)
    account = queries.get_self(session, viewer=by)
    check_code(session, account, code)
    _forget(session, account)
    audit.record(session, "second-factor.off", target=account.ref, by=by)


def reset_second_factor(session: Session, account: Account, *, by: Actor) -> None:
    """Somebody who has lost authenticator and recovery codes signs in without. Operators only, and no token; nothing when it was off."""
    rules.check_may_manage_accounts(by)
    if by.via == "token" or by.account_id == account.id:
        raise NotAllowed
    if _forget(session, account):
        audit.record(session, "second-factor.reset", target=account.ref, by=by)


def finish_sign_in(
    session: Session, sealed: str | None, code: str, *, network: str = "", agent: str = "", previous_cookie: str | None = None
) -> tuple[Account, str]:
    """The second half: who proved the first half in this browser is signed in; the account and the new cookie's value.

    ``NoHalf`` when nobody waits, or the password was changed or the link used meanwhile; ``WrongCode`` or ``TooManyTries`` for the code.
    """
    half = second_factor.read_half(sealed)
    account = session.get(Account, half.account_id) if half else None
    if half is None or account is None or account.disabled_at is not None:
        raise NoHalf
    check_code(session, account, code)
    if half.how == "link":
        return sessions.redeem_link(session, half.proof, network=network, agent=agent, previous_cookie=previous_cookie, is_whole=True)
    if half.proof != first_half.password_mark(account):
        raise NoHalf
    throttle.forgive(session, account.name_key, rules.network_of(network))
    return account, sessions.open_session(session, account, opened_by="password", agent=agent, previous_cookie=previous_cookie)


def check_code(session: Session, account: Account, code: str) -> None:
    """The code is right and from now on used up. ``WrongCode``, ``TooManyTries``, or ``NotOn`` where no code could be right.

    A code of a step that was used, or of an earlier one, is wrong: whoever looks over a shoulder comes too late.
    """
    row = session.get(SecondFactor, account.id)
    if row is None or row.confirmed_at is None:
        raise NotOn
    _check_not_too_often(session, account.id)
    if not (_takes_step(session, row, code) or _takes_recovery(session, account, code)):
        raise _wrong(session, account.id)
    throttle.forgive(session, _door(account.id), "")


def _takes_step(session: Session, row: SecondFactor, code: str) -> bool:
    key = second_factor.opened_key(row.sealed_key)
    step = second_factor.step_of(key, code, now()) if key else None
    if step is None:
        return False
    later = update(SecondFactor).where(SecondFactor.account_id == row.account_id, SecondFactor.last_step < step).values(last_step=step)
    return _changed(session.execute(later))


def _takes_recovery(session: Session, account: Account, code: str) -> bool:
    mine = (RecoveryCode.code_hash == second_factor.recovery_mark(account.id, code), RecoveryCode.account_id == account.id)
    used = session.execute(update(RecoveryCode).where(*mine, RecoveryCode.used_at.is_(None)).values(used_at=now()))
    if not _changed(used):
        return False
    by = Actor(account.id, account.name, account.role)
    audit.record(session, "second-factor.recovery-used", target=account.ref, by=by)
    return True


def _changed(result: object) -> bool:
    return isinstance(result, CursorResult) and result.rowcount == 1


def check_in_a_browser(by: Actor) -> None:
    """Whoever acts is a person in a browser, not a program with a token."""
    if by.via != "session":
        raise NotAllowed


def check_own_password(session: Session, current: str, *, keep: str | None, by: Actor) -> None:
    """The actor knows the account's password, has none, or came by a fresh link. ``WrongPassword`` or ``TooManyTries``.

    Looked at beside ``session``, before that touches the database.
    """
    with Session(session.get_bind().execution_options(madang_writes=False)) as beside:
        account = queries.get_self(beside, viewer=by)
        if account.password_hash is None or sessions.is_fresh_link(beside, keep, seconds=FRESH_LINK_SECONDS):
            return
        throttle.check(beside, account.name_key, "")
        name_key, kept = account.name_key, account.password_hash
    if not passwords.fits(kept, current):
        throttle.after_the_unit(session, lambda own: throttle.count(own, name_key, ""))
        raise WrongPassword(field="password")


def _check_not_too_often(session: Session, account_id: str) -> None:
    throttle.check(session, _door(account_id), "")


def _wrong(session: Session, account_id: str) -> WrongCode:
    throttle.after_the_unit(session, lambda own: throttle.count(own, _door(account_id), ""))
    return WrongCode(field="code")


def _door(account_id: str) -> str:
    return f"second factor {account_id}"


def _new_codes(session: Session, account: Account) -> list[str]:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = second_factor.new_recovery_codes()
    session.add_all(RecoveryCode(account_id=account.id, code_hash=second_factor.recovery_mark(account.id, code)) for code in codes)
    return codes


def _forget(session: Session, account: Account) -> bool:
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    return _changed(session.execute(delete(SecondFactor).where(SecondFactor.account_id == account.id)))
