# SPDX-License-Identifier: Apache-2.0
"""What is known of a person beside their password: role, reach, duties, sector, e-mail address."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import audit
from madang.kit import Actor, Reach, Role, now
from madang.people import rules
from madang.people.actions.accounts import set_role
from madang.people.actions.sessions import FOR_PASSWORD
from madang.people.errors import ChangedMeanwhile, EmailTaken
from madang.people.models import Account, Link


@dataclass(frozen=True, slots=True)
class Change:
    """What of an account is to be otherwise; None stays as it is."""

    role: Role | None = None
    reach: Reach | None = None
    duties: Iterable[str] | None = None
    sector: str | None = None
    display_name: str | None = None
    email: str | None = None


def change_account(session: Session, account: Account, change: Change, *, seen: int | None = None, by: Actor) -> None:
    """The account is as ``change`` says. Role, reach and duties are set by operators only; the rest by the person too.

    ``seen`` is the revision that the actor looked at; ``ChangedMeanwhile`` when another one holds now. An address given so is not verified.
    """
    rules.check_may(by, "account", "change", own=by.account_id == account.id)
    if change.role is not None or change.reach is not None or change.duties is not None:
        rules.check_may_manage_accounts(by)
    session.refresh(account, with_for_update=True)
    if seen is not None and seen != account.revision:
        raise ChangedMeanwhile
    if change.role is not None and change.role is not account.role:
        set_role(session, account, role=change.role, by=by)
    if change.email is not None:
        set_email(session, account, change.email, by=by)
    after = _after(change)
    changed = {field: value for field, value in after.items() if getattr(account, field) != value}
    for field, value in changed.items():
        setattr(account, field, value)
    if changed:
        told = {_TOLD.get(field, field): value for field, value in changed.items()}
        audit.record(session, "account.changed", target=account.ref, by=by, **told)
    account.revision += 1


def set_email(session: Session, account: Account, email: str, *, is_verified: bool = False, by: Actor) -> None:
    """The account has this e-mail address, "" for none. Once verified, the same stays so.

    Until it is verified it waits: nobody is found or written to by it, and it keeps it from nobody. ``EmailTaken`` when it would count
    and counts for another account. A link for a forgotten password that went to the address before is void.
    """
    address = rules.check_email(email) if email.strip() else None
    key = address.lower() if address else None
    if key == (account.email.lower() if account.email else None) and (account.email_verified_at is not None or not is_verified):
        return
    counts = address is not None and is_verified
    try:
        with session.begin_nested():
            account.email, account.email_key = address, key if counts else None
            account.email_verified_at = now() if counts else None
            session.flush()
    except IntegrityError as error:
        raise EmailTaken(field="email") from error
    session.execute(delete(Link).where(Link.account_id == account.id, Link.used_at.is_(None), Link.purpose == FOR_PASSWORD))
    audit.record(session, "account.email-set", target=account.ref, by=by, verified=account.email_verified_at is not None)


_TOLD = {"reach_word": "reach", "duty_words": "duties"}


def _after(change: Change) -> dict[str, str]:
    after: dict[str, str] = {}
    if change.reach is not None:
        after["reach_word"] = change.reach.word
    if change.duties is not None:
        after["duty_words"] = rules.duty_words(change.duties)
    if change.sector is not None:
        after["sector"] = rules.check_sector(change.sector)
    if change.display_name is not None:
        after["display_name"] = rules.display_name(change.display_name)
    return after
