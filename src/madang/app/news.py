# SPDX-License-Identifier: Apache-2.0
"""News from the rooms below the inbox: they announce what was done, and here it becomes a notification or a task."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from madang import audit, compliance, db, forges, inbox, institute, kit, people, usage
from madang.kit import _

ROLE = inbox.Kind("account.role", _("Your role or duties changed"))
MEMBERSHIP = inbox.Kind("membership.changed", _("You came into an organisation, left it, or have another role there"))
CAME = inbox.Kind("account.came", _("Somebody made an account (for operators)"))
INVITED = inbox.Kind("invitation.accepted", _("Somebody accepted an invitation of yours"))
inbox.declare(ROLE, MEMBERSHIP, CAME, INVITED)
HOSTS = "institute/allowed_hosts"
MEMBERSHIPS = {
    "membership.created": _("You belong to “%(organisation)s” now."),
    "membership.changed": _("Your role in “%(organisation)s” changed."),
    "membership.ended": _("You do not belong to “%(organisation)s” any more."),
}
CAME_AS = {
    "reader": _("%(name)s made an account and is a reader."),
    "member": _("%(name)s made an account and is a member."),
    "reviewer": _("%(name)s made an account and is a reviewer."),
    "operator": _("%(name)s made an account and is an operator."),
}
RIGHTS = frozenset({"role", "reach", "duties"})


def listen() -> None:
    """Whoever must know is told of every deed from now on."""
    db.subscribe(audit.Recorded, hear)
    db.subscribe(audit.Recorded, usage.hear)
    db.subscribe(people.ProofsEnded, inbox.end_feed)


def hear(session: Session, line: audit.Recorded) -> None:
    """What one line of the ledger is news of."""
    if line.deed in ("account.role-set", "account.changed") and RIGHTS & set(line.facts):
        _tell_account(session, line, line.target.partition("/")[2], ROLE, _("What you may do here changed."), "/me")
    elif line.deed in MEMBERSHIPS:
        values = {"organisation": line.target.partition("/")[2]}
        _tell_account(session, line, str(line.facts.get("account", "")), MEMBERSHIP, MEMBERSHIPS[line.deed], "/me", values)
    elif line.deed == "invitation.used":
        name = str(line.facts.get("account", ""))
        text = _("%(name)s accepted your invitation.")
        _tell_account(session, line, str(line.facts.get("invited_by", "")), INVITED, text, f"/people/{name}", {"name": name})
    elif line.deed == "account.created" and line.facts.get("how"):
        _tell_operators(session, line)
    elif line.deed == "institute.changed" and line.target == HOSTS:
        guard = forges.Guard(allowed_hosts=institute.current(session).allowed_hosts)
        compliance.host_opened(session, guard, by=line.by)


def _tell_account(
    session: Session, line: audit.Recorded, name: str, kind: inbox.Kind, text: str, address: str, values: Mapping[str, object] | None = None
) -> None:
    account = people.find_account(session, name)
    if account is not None:
        to = [inbox.to_account(account.id)]
        inbox.tell(session, kind=kind.name, to=to, about=line.target, address=address, text=text, values=values, by=line.by)


def _tell_operators(session: Session, line: audit.Recorded) -> None:
    name = line.target.partition("/")[2]
    text = CAME_AS.get(str(line.facts.get("role")), CAME_AS["reader"])
    to = [inbox.to_role(kit.Role.OPERATOR)]
    inbox.tell(
        session, kind=CAME.name, to=to, about=line.target, address=f"/admin/people/{name}", text=text, values={"name": name}, by=line.by
    )
