# SPDX-License-Identifier: Apache-2.0
"""Rows in the shapes of this wire."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from madang import storage
from madang.hub import cards, rules
from madang.hub.contents import Item
from madang.hub.gates.models import Gate
from madang.hub.models import Commit, Ref, Sent
from madang.hub.queries import Place


def moment(at: datetime) -> str:
    """A time with milliseconds."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def prefix(kind: str) -> str:
    """What stands before a repository's name in addresses that people see."""
    return "" if kind == "model" else f"{rules.KINDS[kind]}/"


def gated(gate: Gate | None) -> str | bool:
    """How files are given, in this wire's words."""
    return gate.mode if gate is not None and gate.mode != "open" else False


def repository(
    place: Place,
    head: Commit | None,
    tags: Sequence[str],
    card: cards.Card | None = None,
    *,
    gate: Gate | None = None,
    taken: int = 0,
) -> dict[str, Any]:
    """A repository in a list, or with its card alone."""
    asset = place.asset
    told: dict[str, Any] = {
        "_id": rules.blob_id(place.repository.id.encode())[:24],
        "id": place.name,
        "author": asset.namespace,
        "sha": head.id if head else None,
        "private": asset.exposure != "open",
        "gated": gated(gate),
        "disabled": False,
        "lastModified": moment(head.made_at if head else asset.changed_at),
        "createdAt": moment(place.repository.made_at),
        "downloads": taken,
        "likes": 0,
        "tags": list(tags),
    }
    if asset.kind == "model":
        told |= {"modelId": place.name, **_model_facts(card)}
    if gate is not None and gate.embargo_until is not None:
        told["embargoUntil"] = moment(gate.embargo_until)
    if card is not None:
        told["cardData"] = dict(card.data)
    return told


def _model_facts(card: cards.Card | None) -> dict[str, Any]:
    if card is None:
        return {}
    found = {name: card.data.get(name) for name in ("pipeline_tag", "library_name")}
    return {name: value for name, value in found.items() if isinstance(value, str)}


def siblings(entries: Iterable[storage.Entry], known: Mapping[str, Sent] | None = None) -> list[dict[str, Any]]:
    """Every file by its path; with ``known`` also its size and ids."""
    if known is None:
        return [{"rfilename": entry.path} for entry in entries]
    return [{"rfilename": entry.path, "size": entry.size, "blobId": _blob(entry, known), **_large(entry, known)} for entry in entries]


def _blob(entry: storage.Entry, known: Mapping[str, Sent]) -> str:
    row = known.get(entry.sha256)
    return row.blob_id if row else entry.sha256[:40]


def _large(entry: storage.Entry, known: Mapping[str, Sent]) -> dict[str, Any]:
    row = known.get(entry.sha256)
    if row is None or not row.is_large:
        return {}
    length = len(rules.pointer(entry.sha256, entry.size))
    return {"lfs": {"sha256": entry.sha256, "oid": entry.sha256, "size": entry.size, "pointerSize": length}}


def item(found: Item, known: Mapping[str, Sent]) -> dict[str, Any]:
    """A file or a folder of a tree."""
    if found.entry is None:
        return {"type": "directory", "oid": found.id, "size": 0, "path": found.path}
    entry = found.entry
    return {"type": "file", "oid": _blob(entry, known), "size": entry.size, "path": entry.path, **_large(entry, known)}


def last_commit(commit: Commit) -> dict[str, Any]:
    """The commit that last changed something."""
    return {"id": commit.id, "title": commit.title, "date": moment(commit.made_at)}


def commit(made: Commit) -> dict[str, Any]:
    """A commit of a history."""
    return {
        "id": made.id, "title": made.title, "message": made.message, "authors": [{"user": made.made_by, "avatar": ""}],
        "date": moment(made.made_at),
    }  # fmt: skip


def refs(found: Iterable[Ref]) -> dict[str, Any]:
    """All branches and tags."""
    told: dict[str, Any] = {"branches": [], "converts": [], "tags": [], "pullRequests": []}
    for ref in found:
        place, long = ("branches", "heads") if ref.kind == "branch" else ("tags", "tags")
        told[place].append({"name": ref.name, "ref": f"refs/{long}/{ref.name}", "targetCommit": ref.commit_id})
    return told
