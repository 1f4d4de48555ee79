# SPDX-License-Identifier: Apache-2.0
"""The end of a list: once nothing more happens to it by itself, it is ended and whoever gave it is told once for all its rows."""

from sqlalchemy.orm import Session

from madang import inbox, kit
from madang.compliance.many import queries
from madang.compliance.many.models import CANCELLING, ENDED, REFUSED, RUNNING, Registration
from madang.kit import _

DONE = inbox.Kind("registration.done", _("A list of yours is through"), mail="once")
inbox.declare(DONE)


def close(session: Session, made: Registration) -> None:
    """A list of which nothing more will happen by itself is ended, and whoever gave it is told once."""
    if made.state not in (RUNNING, CANCELLING) or not queries.is_over(session, made):
        return
    made.state, made.ended_at = ENDED, kit.now()
    if made.account_id is None:
        return
    done = queries.progress(session, made)
    rows = queries.counts(session, made)
    text = _("The list “%(name)s” is through: %(verified)s verified, %(failed)s failed, %(refused)s refused.")
    values = {"name": made.name, "verified": done.get("verified", 0), "failed": done.get("failed", 0), "refused": rows[REFUSED]}
    to, about = [inbox.to_account(made.account_id)], f"registration/{made.id}"
    address = f"/register/list/{made.id}"
    inbox.tell(session, kind=DONE.name, to=to, about=about, address=address, text=text, values=values, by=kit.SYSTEM)


def version_ended(session: Session, version_id: str) -> bool:
    """A version has come to its end; whether it was of a list, which then speaks for all of its versions at once."""
    made = queries.list_of(session, version_id)
    if made is None:
        return False
    close(session, made)
    return True
