# SPDX-License-Identifier: Apache-2.0
"""Who may see and change what; what names may be. Pure."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from madang import access, kit
from madang.catalog.errors import (
    InvalidExposure,
    InvalidField,
    InvalidKind,
    InvalidLabel,
    MayOnlyRead,
    NamespaceNotYours,
    ReservedNamespace,
    TextTooLong,
)
from madang.catalog.kinds import EXPOSURES, FIELDS, KINDS

TITLE_LENGTH = 200
LABEL_LENGTH = 100


@dataclass(frozen=True, slots=True)
class Source:
    """Where a version comes from: ``kind`` is ``git`` (``address``, ``ref``), ``archive`` (``address`` is the file's name, ``object`` the
    sha256 of its bytes in the store), ``document`` (the same, of a document that holds findings) or ``folder`` (only the platform itself:
    a folder of the installation). ``is_public``: whether the address may be told to whoever sees the asset. ``content``: the tree, where it
    is known already."""

    kind: str
    address: str
    ref: str | None = None
    object: str | None = None
    is_public: bool = True
    content: str | None = None


@cache
def reserved_names() -> frozenset[str]:
    """First segments of the platform's own addresses, in lower case."""
    return frozenset(files("madang.catalog").joinpath("reserved_names.txt").read_text().split())


def check_kind(kind: str) -> str:
    """Hand back ``kind`` if there is such a kind of asset."""
    if kind not in KINDS:
        raise InvalidKind(field="kind", kind=kind[:40], kinds=", ".join(KINDS))
    return kind


def check_exposure(exposure: str) -> str:
    """Hand back ``exposure`` if there is such a one."""
    if exposure not in EXPOSURES:
        raise InvalidExposure(field="exposure", exposure=exposure[:40], exposures=", ".join(EXPOSURES))
    return exposure


def check_field(field: str) -> str:
    """Hand back ``field`` if there is such a one; "" for none."""
    if field and field not in FIELDS:
        raise InvalidField(field="field", given=field[:40], fields=", ".join(FIELDS))
    return field


def check_namespace_name(name: str) -> str:
    """Hand back ``name`` if it can be a namespace: a name, and no word of the platform's own addresses."""
    kit.check_name(name, field="namespace")
    if name.lower() in reserved_names():
        raise ReservedNamespace(field="namespace", name=name)
    return name


def check_text(text: str, *, field: str, limit: int) -> str:
    """``text`` on one line without characters that cannot be shown, in Unicode's composed form; refused when longer than ``limit``."""
    made = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(made) > limit or any(unicodedata.category(c) in ("Cc", "Cs", "Co", "Cn") or c in BIDI for c in made):
        raise TextTooLong(field=field, limit=limit)
    return made


def check_label(label: str) -> str:
    """A version's label, "" for none; it can stand in an address, so some characters are refused."""
    label = check_text(label, field="label", limit=LABEL_LENGTH)
    if any(c in '/\\?#%<>"' for c in label):
        raise InvalidLabel(field="label", label=label)
    return label


BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def may_open_namespace(name: str, actor: kit.Actor) -> bool:
    """Whether a namespace that is nobody's yet is the actor's to open: their own name, or an operator's any."""
    return access.allows(actor, "namespace", "open", own=actor.account_id is not None and name.lower() == actor.name.lower())


def may_write(owner_id: str | None, actor: kit.Actor, *, organisation_id: str | None = None) -> bool:
    """Whether the actor may register in a namespace of that account or organisation."""
    return access.allows(actor, "namespace", "open", own=_is_own(owner_id, actor), organisation=organisation_id)


def may_change(exposure: str, owner_id: str | None, actor: kit.Actor, *, organisation_id: str | None = None) -> bool:
    """Whether the actor may change an asset of that exposure in a namespace of that account or organisation."""
    return access.allows(actor, f"asset.{exposure}", "change", own=_is_own(owner_id, actor), organisation=organisation_id)


def check_may_write(allowed: bool, name: str, actor: kit.Actor) -> None:
    """Refuse whoever is not ``allowed`` to write in the namespace ``name``, and say why."""
    if allowed:
        return
    if not actor.is_signed_in:
        raise kit.NotSignedIn()
    if max([actor.role, *actor.organisations.values()]) < kit.Role.MEMBER:
        raise MayOnlyRead(field="namespace", role=actor.role.word)
    raise NamespaceNotYours(field="namespace", own=actor.name, namespace=name)


def may_see(exposure: str, owner_id: str | None, actor: kit.Actor, *, organisation_id: str | None = None) -> bool:
    """Whether the actor may see an asset of that exposure in a namespace of that account or organisation."""
    return access.allows(actor, f"asset.{exposure}", "see", own=_is_own(owner_id, actor), organisation=organisation_id)


@dataclass(frozen=True, slots=True)
class Sight:
    """What an actor sees, as sets that a query can ask for: exposures wherever they are, those in what is the actor's own, and those in
    each organisation (by its id)."""

    anywhere: frozenset[str]
    own: frozenset[str]
    organisations: Mapping[str, frozenset[str]]


def sight_of(actor: kit.Actor) -> Sight:
    """The table of rights turned over: not whether the actor may see this, but all that they may see."""

    def seen(**stands: Any) -> frozenset[str]:
        return frozenset(word for word in EXPOSURES if access.allows(actor, f"asset.{word}", "see", **stands))

    anywhere = seen()
    own = seen(own=True) - anywhere if actor.account_id else frozenset[str]()
    return Sight(anywhere, own, {id_: more for id_ in actor.organisations if (more := seen(organisation=id_) - anywhere)})


def _is_own(owner_id: str | None, actor: kit.Actor) -> bool:
    return owner_id is not None and owner_id == actor.account_id
