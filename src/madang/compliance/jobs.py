# SPDX-License-Identifier: Apache-2.0
"""The durable work behind a version: fetch, fix by content, scan, write down. Run again after a kill, it goes on from what is known."""

import shutil
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import update

from madang import archives, catalog, forges, jobs, kit, provenance, scan, storage
from madang.compliance import actions, deriving, queries, recording, reuse, sharing
from madang.compliance.blobs import Blobs
from madang.compliance.cache import FindingCache
from madang.compliance.documents import looking, taking
from madang.compliance.errors import UploadGone
from madang.compliance.models import Verification
from madang.compliance.stored import StoredTree
from madang.compliance.unpacking import Brought, unpacked
from madang.compliance.verdict import Verdict
from madang.db import Database

TELL_SECONDS = 1.0
WORK = "work-"
NOT_SHIPPED = ("bench", "examples", "tests")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc", ".git")


@dataclass(frozen=True)
class _Work:
    """The plain values of a version that its work needs."""

    attempt: recording.Attempt
    name: str
    lane: str
    kind: str
    source: str
    ref: str | None
    object: str | None
    content: str | None


@dataclass(frozen=True, slots=True)
class _Earlier:
    """What earlier versions hold that came from the same place, the newest first; what the address names now."""

    origins: list[queries.Origin]
    tip: forges.Wanted | None = None

    def same_as(self, work: _Work) -> queries.Origin | None:
        """What came from the same archive, or from the commit where the branch still stands."""
        if self.tip is not None:
            return next((each for each in self.origins if each.commit == self.tip.id), None)
        return next((each for each in self.origins if work.kind == "archive" and each.object == work.object), None)


@dataclass
class Verifier:
    """Does the work with what the composition hands in. ``scratch`` is a folder on the store's disk; ``pool`` starts at its first use;
    guard and limits are asked each time, for they change; ``folders`` are those of the installation that can be versions, by name."""

    database: Database
    store: storage.Store
    pool: scan.Pool
    guard: Callable[[], forges.Guard]
    scratch: Path
    archive_limits: Callable[[], archives.Limits]
    fetch_limits: Callable[[], forges.Limits]
    folders: Mapping[str, Path]

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for this room."""
        return [jobs.Job(actions.JOB, run=self.verify, on_failed=self.fail, again=(scan.PoolFailed, storage.StoreAway))]

    def verify(self, version_id: str, task_id: str) -> None:
        """The version is verified, or this task's work on it has ended before."""
        attempt = recording.Attempt(version_id, task_id)
        folder = self.scratch / f"{WORK}{task_id}"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            jobs.give_way()
            work = self._begin(attempt)
            folder.mkdir(parents=True)
            if work.kind == taking.KIND:
                self._read_document(work, folder)
                return
            fetched = self._brought(work, folder) if work.content is None else None
            content = fetched.content if fetched else work.content or ""
            key = sharing.key_of(content, work.name, self.pool.limits)
            is_known = self._fix(work, fetched, key) if fetched else self._is_known(work, key)
            if not is_known and not self._is_derived(work, content, key, folder):
                self._report(work, content, key, folder)
        except (archives.Stopped, scan.Cancelled):
            jobs.check()
        except recording.Over:
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _is_known(self, work: _Work, key: str) -> bool:
        """Whether a report with that key stands already; the version is verified by it then."""
        with self.database.writing() as session:
            work.attempt.check(session)
            return recording.share(session, work.attempt, key)

    def _is_derived(self, work: _Work, content: str, key: str, folder: Path) -> bool:
        """Whether the report on the version before says nearly all; the version is verified by one that is derived from it then."""
        with self.database.reading() as session:
            before = queries.find_before(session, work.attempt.version_id)
        if before is None:
            return False

        def look(changed: scan.Tree, kept: scan.Kept, gone: Collection[str], basis: scan.Basis) -> scan.Again | None:
            with kit.span("scan"):
                return scan.look_again(changed, kept, gone=gone, basis=basis, **self._how(work))

        before_key = sharing.key_of(before, work.name, self.pool.limits)
        derived = deriving.derive(
            self.database, self.store, work.attempt, look, before=before, before_key=before_key, content=content, name=work.name,
            folder=folder, most_bytes=self.pool.limits.max_file_bytes,
        )  # fmt: skip
        if derived is not None:
            with self.database.writing() as session:
                recording.conclude(session, work.attempt, derived.report_id, key, derived.facts)
        return derived is not None

    def _read_document(self, work: _Work, folder: Path) -> None:
        """What a document says is written down as a scan's findings are; there are no files to look at."""
        assert work.object is not None
        key = looking.key_of(work.object, work.source)
        if self._is_known(work, key):
            return
        with self.database.writing() as session:
            if not actions.move(session, work.attempt.version_id, "scanning", task_id=work.attempt.task_id):
                raise recording.Over
        report = looking.read(self.store, work.object, work.source, folder, jobs.is_stopping)
        self._write_down(work, Verdict(report), key, folder)

    def fail(self, version_id: str, task_id: str, failure: jobs.Failure) -> None:
        """This task's work on the version has failed for good."""
        with self.database.writing() as session:
            actions.fail(session, version_id, task_id, failure)

    def clear(self, *, older_than: float = 0.0) -> None:
        """What killed processes left in ``scratch`` that many seconds ago is gone. All of it at a start, when nobody works there yet."""
        for left in self.scratch.glob(f"{WORK}*"):
            if not older_than or time.time() - left.stat().st_mtime > older_than:
                shutil.rmtree(left, ignore_errors=True)

    def _begin(self, attempt: recording.Attempt) -> _Work:
        """Read what is to be done. ``Over`` when it has ended before."""
        with self.database.writing() as session:
            attempt.check(session)
            verification = session.get_one(Verification, attempt.version_id)
            version = catalog.get_version_by_id(session, attempt.version_id)
            asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
            state = "scanning" if version.content else "fetching"
            started_at = verification.started_at or kit.now()
            actions.move(session, version.id, state, task_id=attempt.task_id, started_at=started_at)
            catalog.describe(asset, version, state=state)
            return _Work(
                attempt, asset.name, verification.lane, version.source_kind, version.source, version.source_ref, version.source_object,
                version.content,
            )  # fmt: skip

    def _brought(self, work: _Work, folder: Path) -> queries.Origin:
        """What the version holds: from an earlier one that came from the same, or brought in."""
        earlier = self._earlier(work)
        return earlier.same_as(work) or self._stored(work, folder, earlier)

    def _fix(self, work: _Work, fetched: queries.Origin, key: str) -> bool:
        """The version is fixed to what was brought in; whether a report on it stands already, which verifies it then."""
        with self.database.writing() as session:
            version_id, task_id = work.attempt.version_id, work.attempt.task_id
            facts = {"left_out": fetched.left_out, "files_total": fetched.files}
            if not actions.move(session, version_id, "scanning", task_id=task_id, **facts):
                raise recording.Over
            version = catalog.get_version_by_id(session, version_id)
            catalog.fix_content(session, version, content=fetched.content, commit=fetched.commit, by=kit.SYSTEM)
            is_known = recording.share(session, work.attempt, key)
            if not is_known:
                catalog.describe(catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM), version, state="scanning")
        return is_known

    def _earlier(self, work: _Work) -> _Earlier:
        """What earlier versions of the asset hold that came from the same place, and where that stands now, if it is a Git address."""
        with self.database.reading() as session:
            origins = queries.origins(session, work.attempt.version_id)
        if work.kind != "git" or not origins:
            return _Earlier(origins)
        tip = forges.tip(work.source, work.ref, guard=self.guard(), home=self._forges, limits=self.fetch_limits(), stop=jobs.is_stopping)
        return _Earlier(origins, tip)

    def _stored(self, work: _Work, folder: Path, earlier: _Earlier) -> queries.Origin:
        """What was brought, in the store."""
        bring = {"git": self._bring_git, "archive": self._bring_archive, "folder": self._bring_folder}[work.kind]
        brought = bring(work, folder, earlier)
        return queries.Origin(
            brought.tree.id, brought.tree.files, brought.commit, work.object, [[path, reason] for path, reason in brought.left_out]
        )

    def _kept(self, folder: Path) -> storage.Tree:
        """What was brought into the folder, in the store and no longer there."""
        tree = self.store.put_tree(folder, stop=jobs.is_stopping)
        shutil.rmtree(folder, ignore_errors=True)
        return tree

    @property
    def _forges(self) -> Path:
        return self.scratch.parent / "forges"

    def _bring_git(self, work: _Work, _folder: Path, earlier: _Earlier) -> Brought:
        """A commit's files; what the version before had is neither fetched nor read."""
        blobs = Blobs(FindingCache(self.database), self.store, work.source)
        tell = self._teller(work, lambda _stage, files, _bytes: {"files_done": files})

        def fetch(content: str | None, before: forges.Before | None) -> tuple[storage.Outline, forges.Fetched]:
            return self.store.put_handed(
                lambda taker: forges.fetch_to(
                    work.source, work.ref, taker, before=before, known=earlier.tip, guard=self.guard(), home=self._forges,
                    limits=self.fetch_limits(), stop=jobs.is_stopping, progress=tell,
                ),
                before=content,
            )  # fmt: skip

        try:
            tree, fetched = fetch(*blobs.before(each.content for each in earlier.origins))
        except (storage.ObjectMissing, storage.TreeMissing):
            tree, fetched = fetch(None, None)
        blobs.keep(tree.id, fetched)
        return Brought(tree, fetched.commit, tuple((each.path, each.reason) for each in fetched.skipped))

    def _bring_archive(self, work: _Work, folder: Path, _earlier: _Earlier) -> Brought:
        archive = folder / "archive"
        assert work.object is not None
        try:
            with self.store.open(work.object) as stream, archive.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
        except storage.ObjectMissing as missing:
            raise UploadGone() from missing
        return unpacked(archive, self.store, limits=self.archive_limits(), stop=jobs.is_stopping)

    def _bring_folder(self, work: _Work, folder: Path, _earlier: _Earlier) -> Brought:
        """A folder of the installation, under the name that the composition gave it; of a checkout only what its last commit has."""
        into, source = folder / "fetched", self.folders[work.source]
        if (source / ".git").exists():
            itself = forges.Guard(allow_file=True)
            address, home = source.as_uri(), self._forges
            fetched = forges.fetch(address, None, into, guard=itself, home=home, limits=self.fetch_limits(), stop=jobs.is_stopping)
            left_out = _shipped(into)
            return Brought(self._kept(into), fetched.commit, left_out)
        shutil.copytree(source, into, symlinks=True, ignore=LEFT_BEHIND)
        return Brought(self._kept(into), None, ())

    def _report(self, work: _Work, content: str, key: str, folder: Path) -> None:
        """Look at the tree and write down what was found."""
        tree = StoredTree(self.store, content, folder)
        basis = [scan.Basis()]
        with kit.span("scan"):
            report = scan.scan_tree(tree, basis=basis.append, **self._how(work))
        readme = tree.text(provenance.cards.README, most=provenance.cards.LARGEST)
        verdict = Verdict(report, _statements(tree), tree.contents, readme=readme)
        self._write_down(work, verdict, key if sharing.may_be_shared(report) else None, folder, basis[-1])

    def _write_down(self, work: _Work, verdict: Verdict, key: str | None, folder: Path, basis: scan.Basis | None = None) -> None:
        """Rows, report and verdict; with a ``key`` they are shared from now on."""
        documents = recording.write_document(verdict.report, self.store, folder)
        report_id = recording.write_rows(self.database, work.attempt, verdict)
        facts = recording.facts_of(verdict, documents, basis or scan.Basis())
        with self.database.writing() as session:
            recording.conclude(session, work.attempt, report_id, key, facts)

    def _how(self, work: _Work) -> dict[str, Any]:
        """What every look at a version's files is told."""
        background = work.lane == jobs.Lane.BACKGROUND
        return {
            "name": work.name,
            "pool": self.pool,
            "cache": FindingCache(self.database),
            "priority": scan.Priority.BACKGROUND if background else scan.Priority.FOREGROUND,
            "progress": self._teller(work, _figures),
            "stop": jobs.is_stopping,
        }

    def _teller(self, work: _Work, figures: Callable[..., dict[str, object]]) -> Callable[..., None]:
        """A callback that writes progress into the row, at most once a second. ``Over`` when the attempt has ended."""
        told_at = float("-inf")

        def tell(*progress: object) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_SECONDS:
                told_at = time.monotonic()
                with self.database.writing() as session:
                    work.attempt.check(session)
                    session.execute(
                        update(Verification).where(Verification.version_id == work.attempt.version_id).values(figures(*progress))
                    )

        return tell


def _shipped(into: Path) -> tuple[tuple[str, str], ...]:
    """Of the platform's own checkout only what an installation has is left; what was left out, with why."""
    left_out = [name for name in NOT_SHIPPED if (into / name).is_dir()]
    for name in left_out:
        shutil.rmtree(into / name)
    return tuple((name, "not-shipped") for name in left_out)


def _figures(progress: scan.Progress) -> dict[str, object]:
    return {
        "files_done": progress.files_done,
        "files_total": progress.files_total or None,
        "seconds_left": progress.seconds_left,
        "rate": progress.rate,
    }


def _statements(tree: StoredTree) -> reuse.Statements:
    """What the tree states of its own files."""
    text = tree.text(reuse.FILE, most=reuse.LARGEST)
    return reuse.NOTHING_STATED if text is None else reuse.read(text)
