# SPDX-License-Identifier: Apache-2.0
"""What may be done with each version, kept for lists: found again for what a change reaches, and for nothing else.

A page that is about one version never reads from here: its verdict is worked out when it is asked for. These rows say for lists what the
last working out found, and since when one is due again.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from madang import catalog, kit, terms
from madang.db import Database
from madang.provenance import alerts
from madang.provenance.cones import cone
from madang.provenance.errors import ConeTooLarge
from madang.provenance.models import Due, Evidence, Node, Standing

GOALS = ("use", "change", "pass-on", "sell", "serve", "train", "publish-output")
"""What one may want of anything; ``open`` needs a licence and is asked for by itself."""
AT_ONCE = 50
TOO_LARGE = "unknown"
"""Of what is made of more than a decision looks at."""


def settle(database: Database, *, most: int = AT_ONCE) -> int:
    """What was due longest is worked out, so many versions at most; how many. What changes meanwhile is due again."""
    _lapse(database)
    with database.reading() as session:
        rules = terms.rules_version()
        stale = or_(Due.due_at.is_not(None), Due.rules.is_(None), Due.rules != rules)
        waiting = session.execute(
            select(Due.node_id, Due.due_at).where(stale).order_by(Due.due_at.is_(None), Due.due_at, Due.node_id).limit(most)
        ).all()
    for node_id, seen in waiting:
        with database.reading() as session:
            found = work_out(session, node_id)
        with database.writing() as session:
            _keep(session, node_id, seen, found, rules)
    return len(waiting)


def work_out(session: Session, node_id: str) -> Mapping[str, str]:
    """The verdict of each goal on a version's node, in both readings, with all that counts."""
    node = session.get_one(Node, node_id)
    assert node.version_id is not None
    try:
        looked = cone(session, catalog.get_version_by_id(session, node.version_id), viewer=kit.SYSTEM)
    except ConeTooLarge:
        return dict.fromkeys(GOALS, TOO_LARGE)
    return {goal: terms.verdict(looked.graph, looked.top, terms.Goal(goal))[0] for goal in GOALS}


def _keep(session: Session, node_id: str, seen: datetime | None, found: Mapping[str, str], rules: str) -> None:
    """The rows say what was found, and it is due no more, unless it became due again meanwhile."""
    session.execute(delete(Standing).where(Standing.node_id == node_id))
    session.execute(insert(Standing), [{"node_id": node_id, "goal": goal, "verdict": verdict} for goal, verdict in found.items()])
    mine = update(Due).where(Due.node_id == node_id)
    session.execute(mine.values(rules=rules, found_at=kit.now()))
    session.execute(mine.where(Due.due_at == seen).values(due_at=None))


def _lapse(database: Database, today: date | None = None) -> None:
    """Evidence that has expired removes nothing any more: who rests on it is told, once."""
    day = today or kit.now().date()
    over = (Evidence.expires < day, Evidence.lapsed_at.is_(None), Evidence.withdrawn_at.is_(None))
    with database.reading() as session:
        if session.scalar(select(Evidence.id).where(*over).limit(1)) is None:
            return
    with database.writing() as session:
        for proof in session.scalars(select(Evidence).where(*over).order_by(Evidence.id).limit(AT_ONCE)):
            proof.lapsed_at = kit.now()
            session.flush()
            alerts.touched(session, session.get_one(Node, proof.node_id), by=kit.SYSTEM)
