# SPDX-License-Identifier: Apache-2.0
"""Names of branches, tags and commits: which can be one, and which of a repository's is meant."""

import re
from dataclasses import dataclass

from madang.forges.errors import BadRef, RefMissing, RepositoryEmpty

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|\.\.|@\{|//")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to fetch: the ref's full name, or a commit's id; and the id that it has there, of 40 or 64 digits."""

    ref: str
    id: str


def check_ref(ref: str) -> str:
    """Hand back ``ref`` if it can name a branch, tag or commit (the rules of ``git check-ref-format``); ``BadRef`` otherwise."""
    parts = ref.split("/")
    is_bad = (
        not 0 < len(ref.encode("utf-8", "surrogatepass")) <= _LONGEST
        or ref.startswith("-")
        or ref == "@"
        or ref.endswith(".")
        or bool(_FORBIDDEN.search(ref))
        or not ref.isprintable()
        or any(not part or part.startswith(".") or part.endswith(".lock") for part in parts)
    )
    if is_bad:
        raise BadRef(ref="".join(letter if letter.isprintable() else "?" for letter in ref)[:80], field="ref")
    return ref


def is_commit(ref: str | None) -> bool:
    """Whether ``ref`` is a full commit id."""
    return ref is not None and bool(_COMMIT.fullmatch(ref))


def asked_names(ref: str | None) -> list[str]:
    """What to ask the server for, to find ``ref``: always with all branches, to tell an empty repository from a missing branch."""
    names = ["HEAD", "refs/heads/*"]
    if ref is not None and ref != "HEAD":
        names += [ref] if ref.startswith("refs/") else [f"refs/tags/{ref}"]
    return names


def choose(ref: str | None, listing: str) -> Wanted:
    """Which ref is meant, by what ``git ls-remote --symref`` said; a branch goes before a tag of the same name, as in ``git clone -b``."""
    ids: dict[str, str] = {}
    links: dict[str, str] = {}
    for line in listing.splitlines():
        value, _, name = line.partition("\t")
        if value.startswith("ref: "):
            links[name] = value[5:]
        else:
            ids[name] = value
    if not ids:
        raise RepositoryEmpty
    if ref is None or ref == "HEAD":
        name = _default(ids, links)
        return Wanted(name, ids.get(name) or ids["HEAD"])
    candidates = [ref] if ref.startswith("refs/") else [f"refs/heads/{ref}", f"refs/tags/{ref}"]
    for name in candidates:
        if name in ids:
            return Wanted(name, ids[name])
    raise RefMissing(ref=ref, field="ref")


def _default(ids: dict[str, str], links: dict[str, str]) -> str:
    if "HEAD" in ids:
        return links.get("HEAD", "HEAD")
    branches = [name for name in ids if name.startswith("refs/heads/")]
    if len(branches) == 1:
        return branches[0]
    raise RefMissing(ref="HEAD", field="ref") if branches else RepositoryEmpty
