# SPDX-License-Identifier: Apache-2.0
"""Accepting the conditions of use."""

from sqlalchemy.orm import Session

from madang import audit
from madang.kit import Actor, now
from madang.people import queries, rules
from madang.people.errors import ConditionsChanged
from madang.people.models import Acceptance
from madang.people.policy import Conditions


def accept_conditions(session: Session, conditions: Conditions, *, version: int, by: Actor) -> None:
    """The actor has accepted this version of the conditions of use; once more changes nothing.

    ``ConditionsChanged`` when another version holds than the one that they read.
    """
    rules.check_may(by, "account", "change", own=True)
    if version != conditions.version:
        raise ConditionsChanged
    account = queries.get_self(session, viewer=by)
    session.refresh(account, with_for_update=True)
    if account.conditions >= version:
        return
    account.conditions = version
    if session.get(Acceptance, (account.id, version)) is None:
        session.add(Acceptance(account_id=account.id, version=version, accepted_at=now()))
    audit.record(session, "conditions.accepted", target=account.ref, by=by, version=version)
