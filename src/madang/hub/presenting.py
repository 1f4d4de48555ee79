# SPDX-License-Identifier: Apache-2.0
"""Rows as pages show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from madang import catalog, storage, tables
from madang.hub import cards, rules
from madang.hub.contents import Item
from madang.hub.gates.queries import UNGATED, Standing
from madang.hub.models import Commit, Ref
from madang.hub.pages import CommitRow, Head, ListRow, RefRow, Row
from madang.hub.queries import Place

FACTS = ("language", "task_categories", "size_categories", "pipeline_tag", "library_name", "base_model", "datasets", "tags")
LONGEST_LINE = 500


@dataclass(frozen=True, slots=True)
class Seen:
    """A repository at a commit, and what the viewer may do; ``stands`` says whether they have its files."""

    place: Place
    commit: Commit
    revision: str
    may_change: bool
    stands: Standing = UNGATED


def base_of(place: Place) -> str:
    """The page of a repository."""
    before = "" if place.asset.kind == "model" else f"/{rules.KINDS[place.asset.kind]}"
    return f"{before}/{quote(place.asset.namespace)}/{quote(place.asset.name)}"


def head_of(seen: Seen) -> Head:
    """What stands above every page of the repository."""
    asset, commit = seen.place.asset, seen.commit
    version = f"/assets/{asset.kind}/{quote(asset.namespace)}/{quote(asset.name)}/versions/{asset.number}" if asset.number else None
    return Head(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title or asset.name, exposure=asset.exposure,
        base=base_of(seen.place), revision=seen.revision, commit=commit.id, changed_at=commit.made_at, license=asset.declared or "",
        files=commit.files, bytes=commit.bytes, version=version, may_change=seen.may_change,
        gate=seen.stands.mode, embargo_until=seen.stands.embargo_until, is_open=seen.stands.is_open,
    )  # fmt: skip


def facts_of(card: cards.Card) -> Mapping[str, str]:
    """The card's own words, by name, each on one line."""
    told = {}
    for name in FACTS:
        value = card.data.get(name)
        words = [str(each) for each in (value if isinstance(value, list) else [value]) if isinstance(each, str | int | float)]
        if words:
            told[name] = ", ".join(words)[:200]
    return told


def folders_first(items: Sequence[Item]) -> list[Item]:
    """Folders, then files."""
    return sorted(items, key=lambda item: item.entry is not None)


def row_of(head: Head, item: Item) -> Row:
    """A file or folder, with the page that it leads to."""
    path = quote(item.path, errors="replace")
    if item.entry is None:
        return Row(item.name, f"{head.base}/tree/{head.at}/{path}", item.size, item.files)
    return Row(item.name, f"{head.base}/blob/{head.at}/{path}", item.size, download=download_of(head, item.path) if head.is_open else "")


def download_of(head: Head, path: str) -> str:
    """Where a file's bytes are."""
    return f"{head.base}/resolve/{head.at}/{quote(path, errors='replace')}"


def preview_of(head: Head, path: str) -> str:
    """The page of a file of a dataset as a table, "" where it is none."""
    is_table = head.kind == "dataset" and tables.form_of(path) is not None
    return f"{head.base}/preview/{head.at}/{quote(path, errors='replace')}" if is_table else ""


def header_of(head: Head, path: str) -> str:
    """Where programs read the header of a model's file."""
    kinds = rules.KINDS[head.kind]
    return f"/api/v1/{kinds}/{quote(head.namespace)}/{quote(head.name)}/header?{urlencode({'file': path, 'revision': head.revision})}"


def crumbs_of(head: Head, folder: str) -> tuple[tuple[str, str], ...]:
    """The folders down to this one, each with its page."""
    parts = folder.split("/") if folder else []
    return tuple((part, f"{head.base}/tree/{head.at}/{quote('/'.join(parts[: at + 1]))}") for at, part in enumerate(parts))


def lines_of(seen: Seen, endpoint: str) -> tuple[tuple[str, str], ...]:
    """Lines to copy: to get it, to use it, to send to it."""
    name, kind = seen.place.name, seen.place.asset.kind
    before = f"export HF_ENDPOINT={endpoint}\n"
    secret = "" if seen.place.asset.exposure == "open" else "export HF_TOKEN=mdg_…\n"
    option = "" if kind == "model" else f" --repo-type {kind}"
    if kind == "dataset":
        code = f'from datasets import load_dataset\n\nrows = load_dataset("{name}", streaming=True)'
    else:
        code = f'from huggingface_hub import snapshot_download\n\nfolder = snapshot_download("{name}")'
    made = [("shell", f"{before}{secret}hf download {name}{option} --local-dir ./{seen.place.asset.name}"), ("Python", code)]
    if seen.may_change:
        made.append(("upload", f"{before}export HF_TOKEN=mdg_…\nhf upload {name} ./{seen.place.asset.name}{option}"))
    return tuple(made)


def first_lines(kind: str, namespace: str, endpoint: str) -> str:
    """Lines with which the first repository comes."""
    option = "" if kind == "model" else f" --repo-type {kind}"
    return f"export HF_ENDPOINT={endpoint} HF_TOKEN=mdg_…\nhf upload {namespace}/speech ./folder{option}"


def text_lines(data: bytes, *, is_whole: bool) -> list[str] | None:
    """The lines of a text, None for bytes that are none. The last line is left out where it may be cut."""
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        if is_whole or fault.start < len(data) - 4:
            return None
        text = data[: fault.start].decode("utf-8")
    lines = text.splitlines()
    shown = lines if is_whole else lines[:-1] or lines
    return ["".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in line[:LONGEST_LINE]) for line in shown]


def commit_row(head: Head, commit: Commit, refs: Iterable[Ref]) -> CommitRow:
    """A commit, with the names of branches and tags that are at it."""
    names = ", ".join(ref.name for ref in refs if ref.commit_id == commit.id)
    address = f"{head.base}/commit/{commit.id}"
    return CommitRow(commit.id, commit.title[:200], commit.made_by, commit.made_at, address, commit.files, names[:200])


def ref_row(head: Head, ref: Ref) -> RefRow:
    """A branch or tag."""
    return RefRow(ref.name, ref.kind, ref.commit_id, f"{head.base}/tree/{quote(ref.name, safe='')}", ref.made_at)


def changes_of(head: Head, before: Iterable[storage.Entry], after: Iterable[storage.Entry]) -> list[tuple[str, str, str]]:
    """What became of each path that is not as it was."""
    old = {entry.path: entry.sha256 for entry in before}
    new = {entry.path: entry.sha256 for entry in after}
    found = []
    for path in sorted({*old, *new}):
        if old.get(path) == new.get(path):
            continue
        what = "added" if path not in old else "removed" if path not in new else "changed"
        found.append((what, path, f"{head.base}/blob/{head.at}/{quote(path, errors='replace')}" if path in new else ""))
    return found


def list_row(place: Place, head: Commit | None, tags: Sequence[str]) -> ListRow:
    """A repository in a list."""
    asset: catalog.Asset = place.asset
    shown = tuple(tag for tag in tags if not tag.startswith("license:"))[:6]
    return ListRow(
        full_name=place.name, title=asset.title, address=base_of(place), exposure=asset.exposure, license=asset.declared or "",
        files=head.files if head else 0, bytes=head.bytes if head else 0, changed_at=head.made_at if head else asset.changed_at, tags=shown,
    )  # fmt: skip
