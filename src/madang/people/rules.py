# SPDX-License-Identifier: Apache-2.0
"""Pure decisions: who may write where, which networks are one, how long a door stays shut."""

import ipaddress
import math
import re
from collections.abc import Iterable, Mapping

from madang import access
from madang.kit import DUTIES, Actor, NotAllowed, NotSignedIn, Reach, Role
from madang.people.errors import (
    InvalidDays,
    InvalidEmail,
    NotAnOperator,
    NotYourAccount,
    OfferTooHigh,
    RoleTooHigh,
    TokenTooWeak,
    UnknownRole,
    UnknownWord,
    Unprintable,
)
from madang.people.models import SECTORS

MOST_DAYS = 90
NAMES_KEPT_BACK = frozenset({"madang"})
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("OPR/", "Opera"), ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"))
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


def may_write_namespace(actor: Actor, namespace: str) -> bool:
    """Operators write every namespace; members and reviewers the one that has their own name. Organisations' are asked by their id."""
    return may(actor, "namespace", "open", own=actor.account_id is not None and actor.name.lower() == namespace.lower())


def may(actor: Actor, thing: str, action: str, *, own: bool = False, organisation: str | None = None) -> bool:
    """Whether the table of rights allows it."""
    return access.allows(actor, thing, action, own=own, organisation=organisation)


def check_may(actor: Actor, thing: str, action: str, *, own: bool = False, organisation: str | None = None) -> None:
    """Refuse what the table of rights does not allow; visitors are asked to sign in."""
    if may(actor, thing, action, own=own, organisation=organisation):
        return
    if not actor.is_signed_in:
        raise NotSignedIn
    raise NotAnOperator if organisation is None else NotAllowed


def bounded(organisations: Mapping[str, Role], highest: Role) -> dict[str, Role]:
    """The roles in organisations, none above ``highest``: what a token of that role may do there."""
    return {organisation: min(role, highest) for organisation, role in organisations.items()}


def display_name(text: str) -> str:
    """A name as people write it, on one line."""
    return one_line(text, field="display_name")[:200]


def check_sector(word: str) -> str:
    """Hand back ``word`` if it is a sector; ``UnknownWord`` otherwise."""
    return _one_of(word, SECTORS, field="sector")


def check_email(text: str) -> str:
    """Hand back the address without blanks around it, if it can be one: something, an at sign, a host of two parts or more, in ASCII."""
    address = text.strip()
    if len(address) > 254 or not address.isascii() or not _EMAIL.fullmatch(address):
        raise InvalidEmail(email=address[:96], field="email")
    return address


def number(text: str) -> int | None:
    """The whole number that a form's field holds; None for an empty one; -1, which nothing has, for what is no number."""
    if not text.strip():
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else -1


def check_offer(role: Role, by: Actor) -> None:
    """``OfferTooHigh`` when somebody would give more than they have."""
    role_named(role.word)
    if role > by.role:
        raise OfferTooHigh(highest=by.role.word, field="role")


def check_days(days: int) -> int:
    """Hand back ``days`` if an invitation can be good for so long."""
    if not 1 <= days <= MOST_DAYS:
        raise InvalidDays(most=MOST_DAYS, field="days")
    return days


def reach_named(word: str) -> Reach:
    """The reach of that word; ``UnknownWord`` for others."""
    return Reach.named(_one_of(word, tuple(reach.word for reach in Reach), field="reach"))


def duty_words(duties: Iterable[str]) -> str:
    """Duties as a row keeps them: each once, in the order of the house, parted by blanks; ``UnknownWord`` for what is none."""
    given = {_one_of(duty, DUTIES, field="duties") for duty in duties}
    return " ".join(duty for duty in DUTIES if duty in given)


def _one_of(word: str, words: tuple[str, ...], *, field: str) -> str:
    if word not in words:
        raise UnknownWord(word=word[:40], words=", ".join(words), field=field)
    return word


def check_may_create_accounts(actor: Actor) -> None:
    """``NotAnOperator`` for everybody else."""
    if not may(actor, "account", "create"):
        raise NotAnOperator


def check_may_manage_accounts(actor: Actor) -> None:
    """``NotAnOperator`` for everybody else, whoever's account it is."""
    if not access.allows(actor, "account", "manage"):
        raise NotAnOperator


def may_touch(actor: Actor, thing: str, action: str, account_id: str) -> bool:
    """Whether the table allows it on what belongs to that account (itself, a token, a session)."""
    return access.allows(actor, thing, action, own=actor.account_id == account_id)


def check_may_touch(actor: Actor, thing: str, action: str, account_id: str, name: str) -> None:
    """``NotYourAccount`` unless the table allows it on what belongs to that account."""
    if not may_touch(actor, thing, action, account_id):
        raise NotYourAccount(name=name)


def check_may_manage_tokens(actor: Actor, account: Role, name: str) -> None:
    """``TokenTooWeak`` for a token below the account's role: it may not get a successor, nor end a stronger one."""
    if actor.via == "token" and not actor.is_at_least(account):
        raise TokenTooWeak(name=name, role=account.word)


def one_line(text: str, *, field: str) -> str:
    """The text without blanks around it, fit to be printed on a terminal; ``Unprintable`` otherwise."""
    plain = text.strip()
    if not plain.isprintable():
        raise Unprintable(field=field)
    return plain


def highest_role(actor: Actor) -> Role:
    """The most that the actor may be anywhere: on the platform, or in an organisation."""
    return max([actor.role, *actor.organisations.values()])


def check_token_role(role: Role, *, account: Role, name: str, by: Actor) -> None:
    """``RoleTooHigh`` when a token would do more than its account does anywhere, or than who makes it."""
    highest = min(account, highest_role(by))
    if not Role.VISITOR < role <= highest:
        raise RoleTooHigh(name=name, highest=highest.word, field="role")


def role_named(word: str) -> Role:
    """The role of that word; ``UnknownRole`` for others, and for ``visitor``, which nobody is given."""
    try:
        role = Role.named(word)
    except KeyError:
        raise UnknownRole(role=word[:40], field="role") from None
    if role is Role.VISITOR:
        raise UnknownRole(role=word, field="role")
    return role


def network_of(address: str) -> str:
    """What counts as one network: an IPv4 address, or the 64 bits of IPv6 that one line gets."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))


def level_now(level: float, seconds: float, half: float) -> float:
    """What is left of a level after so many seconds."""
    return float(level * 0.5 ** (max(seconds, 0.0) / half))


def seconds_to_wait(level: float, limit: float, half: float) -> int:
    """How long until one more try is open; 0 when it is now."""
    return 0 if level < limit else math.floor(half * math.log2(level / limit)) + 1


def agent_word(user_agent: str) -> str:
    """A browser and a system in two words, from what the browser says of itself; a plain dash when it says nothing that is known."""
    words = [next((word for sign, word in signs if sign in user_agent), "") for signs in (_BROWSERS, _SYSTEMS)]
    return ", ".join(word for word in words if word) or (re.sub(r"[^A-Za-z0-9 ._/-]", "", user_agent).split("/")[0].strip()[:40] or "–")


def roles_up_to(highest: Role) -> tuple[str, ...]:
    """The words of the roles that can be given, least first, up to ``highest``."""
    return tuple(role.word for role in Role if Role.VISITOR < role <= highest)
