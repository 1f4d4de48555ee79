# SPDX-License-Identifier: Apache-2.0
"""Whom a task or a notification reaches. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from madang.inbox.errors import UnknownKind, UnknownMail
from madang.inbox.kinds import MAILS, kinds
from madang.kit import DUTIES, Actor, Invalid, Role

MESSAGE, VALUES = "message", "values"
DEEPEST = 4


def to_account(account_id: str) -> str:
    """Reaches this account."""
    return f"account/{account_id}"


def to_role(role: Role) -> str:
    """Reaches whoever has at least this role on the platform."""
    return f"role/{role.word}"


def to_duty(duty: str) -> str:
    """Reaches whoever has this duty."""
    if duty not in DUTIES:
        raise ValueError(f"there is no duty {duty}")
    return f"duty/{duty}"


def to_organisation(organisation_id: str, role: Role = Role.OPERATOR) -> str:
    """Reaches whoever has at least this role in the organisation."""
    return f"organisation/{organisation_id}/{role.word}"


def keys_of(actor: Actor) -> tuple[str, ...]:
    """Everything under which the actor is reached."""
    if actor.account_id is None:
        return ()
    below = [role for role in Role if role > Role.VISITOR]
    return (
        to_account(actor.account_id),
        *(to_role(role) for role in below if role <= actor.role),
        *(to_duty(duty) for duty in sorted(actor.duties & set(DUTIES))),
        *(to_organisation(id_, role) for id_, mine in sorted(actor.organisations.items()) for role in below if role <= mine),
    )


@dataclass(frozen=True, slots=True)
class Receiver:
    """A key read back: ``kind`` is ``account``, ``role``, ``duty`` or ``organisation``; ``of`` the id or the word; ``role`` within it."""

    kind: str
    of: str
    role: Role | None = None


def receiver_of(key: str) -> Receiver:
    """Whom the key reaches."""
    kind, of, *role = key.split("/")
    return Receiver(kind, of, Role.named(role[0]) if role else Role.named(of) if kind == "role" else None)


def check_address(address: str) -> str:
    """Hand back an address of our own pages; anything else could lead readers away."""
    if not address.startswith("/") or address.startswith(("//", "/\\")) or any(ord(c) < 33 or c == "\\" for c in address):
        raise Invalid(field="address")
    return address


def check_mail(kind: str, mail: str) -> None:
    """Refuse a kind that there is not, and a way that letters do not go."""
    if kind not in kinds():
        raise UnknownKind(given=kind[:64], field="kind")
    if mail not in MAILS:
        raise UnknownMail(given=mail[:40], field=kind)


def nested(message: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """A sentence as a value of another sentence; each reader reads both in their language."""
    return {MESSAGE: message, VALUES: dict(values)}


def said(message: str, values: Mapping[str, Any], translate: Callable[[str], str], *, depth: int = 0) -> str:
    """The whole sentence in the reader's language. One whose places are not filled is shown as it is kept, rather than not at all."""
    filled = {name: _value(value, translate, depth) for name, value in values.items()}
    try:
        return translate(message) % filled if filled else translate(message)
    except (KeyError, TypeError, ValueError):
        return message


def _value(value: Any, translate: Callable[[str], str], depth: int) -> Any:
    if isinstance(value, dict) and set(value) == {MESSAGE, VALUES} and depth < DEEPEST:
        return said(str(value[MESSAGE]), value[VALUES], translate, depth=depth + 1)
    return value
