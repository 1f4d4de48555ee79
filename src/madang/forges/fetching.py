# SPDX-License-Identifier: Apache-2.0
"""Fetching one state of a repository: the room's main deed."""

import errno
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from madang import archives
from madang.forges.addresses import Target
from madang.forges.errors import RefMissing
from madang.forges.exporting import Held, Item, changed, export, hand_over, listing, read
from madang.forges.git import Git, check_git, set_up
from madang.forges.guard import Guard
from madang.forges.limits import Limits, Progress
from madang.forges.probe import settle
from madang.forges.refs import Wanted, asked_names, check_ref, choose, is_commit
from madang.forges.watch import Watch
from madang.kit import Refusal

_HERE = "refs/madang/fetched"


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was brought: of which commit, found under which full ref (or the commit's id), and what was left out.

    ``listing`` is what Git lists of the commit, where the files were handed to a taker.
    """

    commit: str
    ref: str
    files: int
    bytes: int
    skipped: tuple[archives.Skipped, ...]
    listing: str = ""

    @property
    def blobs(self) -> Mapping[str, str]:
        """Path → Git's id of the file's content."""
        return blobs_of(self.listing)


@dataclass(frozen=True, slots=True)
class Before:
    """What was fetched of the address before: its listing, how many files, and what was left out. ``held`` gives what is kept of its
    blobs, by their ids."""

    listing: str
    files: int
    skipped: tuple[archives.Skipped, ...]
    held: Callable[[], Mapping[str, Held]]


def blobs_of(listing: str) -> dict[str, str]:
    """Path → Git's id of the file's content."""
    return {item.path.decode("utf-8", "surrogateescape"): item.object_id for item in read(listing) if item.is_blob}


def fetch(
    address: str,
    ref: str | None,
    into: Path,
    *,
    guard: Guard,
    home: Path,
    limits: Limits | None = None,
    stop: archives.Stop | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """The files of ``ref`` stand in the new folder ``into``, or nothing does.

    ``ref`` is a branch, a tag or a full commit id; None is the default branch.
    ``home`` is a folder of ours: for the temporary repository, which is gone afterwards, and for what ssh knows. ``progress`` is told
    ``("fetching", 0, bytes)`` and then ``("writing", files, bytes)``.
    """
    with _reached(address, ref, guard, home, limits or Limits(), stop, progress) as (git, target):
        wanted = _find(git, target, ref)
        commit = _bring(git, target, wanted, ref)
        unpacked = export(git, commit, into)
    return Fetched(commit, wanted.ref, unpacked.files, unpacked.bytes, unpacked.skipped)


def fetch_to(
    address: str,
    ref: str | None,
    taker: archives.Taker,
    *,
    before: Before | None = None,
    known: Wanted | None = None,
    guard: Guard,
    home: Path,
    limits: Limits | None = None,
    stop: archives.Stop | None = None,
    progress: Progress | None = None,
) -> Fetched:
    """The files of ``ref`` are handed to ``taker``, and nothing is laid into a folder. Otherwise as ``fetch``.

    Contents that are held since ``before`` are not asked for, where the server can leave them out, and never read. Where nothing but
    contents of files is otherwise than then, these alone are handed over, and the taker is told so. ``known`` is what ``tip`` found a
    moment ago.
    """
    limits = limits or Limits()
    with _reached(address, ref, guard, home, limits, stop, progress) as (git, target):
        wanted = known or _find(git, target, ref)
        told = _told(git, target, wanted, ref, before)
        found = hand_over(git, told.items, taker, before.held() if before is not None and not told.is_rest else {})
    if not told.is_rest or before is None:
        return Fetched(told.commit, wanted.ref, found.files, found.bytes, found.skipped, told.listing)
    if found.skipped:
        # A file became a pointer to one that is kept elsewhere: that is told in its place among the others.
        return fetch_to(address, ref, taker, guard=guard, home=home, limits=limits, stop=stop, progress=progress)
    if (size := taker.rest()) > limits.files.max_total_bytes:
        raise limits.files.exceeded("max_total_bytes")
    return Fetched(told.commit, wanted.ref, before.files, size, before.skipped, told.listing)


def tip(
    address: str,
    ref: str | None,
    *,
    guard: Guard,
    home: Path,
    limits: Limits | None = None,
    stop: archives.Stop | None = None,
) -> Wanted:
    """What ``ref`` names there now, without fetching anything: a branch's commit; of a tag with a message the id is the tag's own."""
    with _reached(address, ref, guard, home, limits or Limits(), stop, None) as (git, target):
        return _find(git, target, ref)


@contextmanager
def _reached(
    address: str, ref: str | None, guard: Guard, home: Path, limits: Limits, stop: archives.Stop | None, progress: Progress | None
) -> Iterator[tuple[Git, Target]]:
    """Git, ready to ask the address, which the guard lets pass."""
    check_git()
    if ref is not None:
        check_ref(ref)
    target = guard.check(address)
    with _workplace(home) as folder:
        watch = Watch(target.host or target.name, folder, limits, time.monotonic() + limits.fetch_seconds, stop, progress)
        if target.scheme in ("https", "http") and not guard.trusting:
            target = settle(target, guard, watch)
        yield set_up(watch, target, home=home, trusting=guard.trusting), target


def sweep(home: Path, *, older_than: float = 86_400) -> int:
    """Remove the temporary repositories that a killed process left in ``home``; returns how many."""
    return archives.sweep(home, older_than=older_than)


@contextmanager
def _workplace(home: Path) -> Iterator[Path]:
    home.mkdir(parents=True, exist_ok=True)
    folder = home.resolve() / f".fetch.{secrets.token_hex(6)}.part"
    try:
        folder.mkdir(0o700)
        yield folder
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise archives.NoSpace from error
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _find(git: Git, target: Target, ref: str | None) -> Wanted:
    if ref is not None and is_commit(ref):
        return Wanted(ref, ref)
    return choose(ref, git.run("ls-remote", "--quiet", "--symref", "--", target.url, *asked_names(ref)))


@dataclass(frozen=True, slots=True)
class _Told:
    """A commit and its entries, or, where nothing but contents of files is otherwise than before, those entries alone."""

    commit: str
    listing: str
    items: Sequence[Item]
    is_rest: bool = False


def _told(git: Git, target: Target, wanted: Wanted, ref: str | None, before: Before | None) -> _Told:
    """What the commit has; the contents that are to be handed over and not held since before are here."""
    if before is not None:
        commit = _bring(git, target, wanted, ref, without_blobs=True)
        text = listing(git, commit)
        rest = _rest(before, text)
        told = _Told(commit, text, read(text) if rest is None else rest, rest is not None)
        held = before.held() if rest is None else {}
        try:
            _bring_blobs(git, target, sorted({item.object_id for item in told.items if _is_asked(item, held)}))
        except Refusal:
            # Not every server hands out single contents; then everything is brought.
            git.watch.check()
            shutil.rmtree(git.repository)
        else:
            return told
    commit = _bring(git, target, wanted, ref)
    text = listing(git, commit)
    return _Told(commit, text, read(text))


def _rest(before: Before, text: str) -> list[Item] | None:
    """The files that have another content than before; None where anything else is otherwise, or one of them was told as left out."""
    pairs = changed(before.listing, text)
    told = {each.path.encode("utf-8", "surrogateescape") for each in before.skipped}
    return None if pairs is None or any(was.path in told for was, _now in pairs) else [now for _was, now in pairs]


def _is_asked(item: Item, held: Mapping[str, Held]) -> bool:
    return not item.is_submodule and not (item.is_blob and item.object_id in held)


def _bring_blobs(git: Git, target: Target, ids: Sequence[str]) -> None:
    """These contents are in the temporary repository, which from now on has no place to bring others from by itself."""
    repository = str(git.repository)
    if ids:
        git.run(
            "--git-dir", repository, "-c", "fetch.negotiationAlgorithm=noop", "fetch", "--quiet", "--filter=blob:none", "--no-tags",
            "--no-recurse-submodules", "--no-write-fetch-head", "--no-auto-maintenance", "--stdin", "--", target.url,
            asked="".join(f"{each}\n" for each in ids),
        )  # fmt: skip
    config = git.repository / "config"
    config.write_bytes(config.read_bytes().partition(b'[remote "')[0])


def _bring(git: Git, target: Target, wanted: Wanted, ref: str | None, *, without_blobs: bool = False) -> str:
    """The wanted commit is in the temporary repository, without its history; returns its id. A server that cannot leave the contents of
    files out sends them all the same."""
    repository = str(git.repository)
    kind = "sha256" if len(wanted.id) == 64 else "sha1"
    git.run("init", "--quiet", "--bare", "--template=", f"--object-format={kind}", repository)
    try:
        git.run(
            "--git-dir", repository, "fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head",
            "--no-auto-maintenance", *(["--filter=blob:none"] if without_blobs else []), "--", target.url, f"+{wanted.ref}:{_HERE}",
        )  # fmt: skip
        return _commit_here(git, wanted)
    except RefMissing as error:
        raise RefMissing(ref=ref or wanted.ref, field="ref") from error
    except Refusal:
        git.watch.check()
        raise


def _commit_here(git: Git, wanted: Wanted) -> str:
    """The commit that was fetched. A branch names one itself, a tag maybe a note on one."""
    if wanted.ref.startswith("refs/heads/"):
        found = (git.repository / _HERE).read_text(encoding="ascii").strip()
        if is_commit(found):
            return found
    return git.run("--git-dir", str(git.repository), "rev-parse", "--verify", "--quiet", f"{_HERE}^{{commit}}").strip()
