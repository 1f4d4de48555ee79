# SPDX-License-Identifier: Apache-2.0
"""The durable work behind a version: fetch, fix by content, scan, write down. Run again after a kill, it goes on from what is known."""

import shutil
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from madang import archives, catalog, forges, jobs, kit, scan, storage
from madang.compliance import actions, recording, reuse, rules
from madang.compliance.cache import FindingCache
from madang.compliance.errors import UploadGone
from madang.compliance.models import Verification
from madang.db import Database

TELL_SECONDS = 1.0
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc", ".git")


class Over(Exception):
    """The verification has ended meanwhile (it was cancelled): nothing more is to be done."""


@dataclass(frozen=True)
class _Work:
    """The plain values of a version that its work needs."""

    version_id: str
    name: str
    lane: str
    kind: str
    source: str
    ref: str | None
    object: str | None
    content: str | None


@dataclass
class Verifier:
    """Does the work with what the composition hands in. ``scratch`` is a folder on the store's disk; ``pool`` starts at its first use;
    ``folders`` are those of the installation that can be versions, by name."""

    database: Database
    store: storage.Store
    pool: scan.Pool
    guard: forges.Guard
    scratch: Path
    archive_limits: archives.Limits
    fetch_limits: forges.Limits
    folders: Mapping[str, Path]

    def tasks(self) -> list[jobs.Job]:
        """What the jobs process runs for this room."""
        return [jobs.Job(actions.JOB, run=self.verify, on_failed=self.fail, again=(scan.PoolFailed,))]

    def verify(self, version_id: str) -> None:
        """The version is verified, or its work has ended before."""
        folder = self.scratch / version_id
        try:
            jobs.give_way()
            work = self._begin(version_id)
            content = work.content or self._fetch(work, folder)
            report = self._scan(work, content, folder)
            verdict = rules.Verdict(report, _statements(folder / "tree" / work.name))
            documents = recording.write_documents(report, self.store, folder)
            recording.write_rows(self.database, version_id, verdict)
            with self.database.writing() as session:
                recording.conclude(session, version_id, verdict, documents)
        except (archives.Stopped, scan.Cancelled):
            jobs.check()
        except Over:
            return
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def fail(self, version_id: str, failure: jobs.Failure) -> None:
        """The version's work has failed for good."""
        with self.database.writing() as session:
            actions.fail(session, version_id, failure)

    def _begin(self, version_id: str) -> _Work:
        """Read what is to be done. ``Over`` when it has ended before."""
        with self.database.writing() as session:
            verification = session.get(Verification, version_id)
            if verification is None or verification.is_final:
                raise Over
            version = catalog.get_version_by_id(session, version_id)
            asset = catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM)
            state = "scanning" if version.content else "fetching"
            actions.move(session, version_id, state, started_at=verification.started_at or kit.now())
            catalog.describe(asset, version, state=state)
            return _Work(
                version_id, asset.name, verification.lane, version.source_kind, version.source, version.source_ref, version.source_object,
                version.content,
            )  # fmt: skip

    def _fetch(self, work: _Work, folder: Path) -> str:
        """Bring the content in, store it, and fix the version to it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        brought = getattr(self, f"_bring_{work.kind}")(work, folder)
        tree = self.store.put_tree(brought.root, stop=jobs.is_stopping)
        with self.database.writing() as session:
            left_out = [[path, reason] for path, reason in brought.left_out]
            if not actions.move(session, work.version_id, "scanning", left_out=left_out, files_total=tree.files):
                raise Over
            version = catalog.get_version_by_id(session, work.version_id)
            catalog.fix_content(session, version, content=tree.id, commit=brought.commit, by=kit.SYSTEM)
            catalog.describe(catalog.get_asset_by_id(session, version.asset_id, viewer=kit.SYSTEM), version, state="scanning")
        shutil.rmtree(brought.root, ignore_errors=True)
        return tree.id

    def _bring_git(self, work: _Work, folder: Path) -> "_Brought":
        into = folder / "fetched"
        fetched = forges.fetch(
            work.source,
            work.ref,
            into,
            guard=self.guard,
            home=self.scratch.parent / "forges",
            limits=self.fetch_limits,
            stop=jobs.is_stopping,
            progress=self._teller(work, lambda _stage, files, _bytes: {"files_done": files}),
        )
        return _Brought(into, fetched.commit, tuple((each.path, each.reason) for each in fetched.skipped))

    def _bring_archive(self, work: _Work, folder: Path) -> "_Brought":
        archive, into = folder / "archive", folder / "fetched"
        assert work.object is not None
        try:
            with self.store.open(work.object) as stream, archive.open("wb") as file:
                shutil.copyfileobj(stream, file, 1 << 20)
        except storage.ObjectMissing as missing:
            raise UploadGone() from missing
        unpacked = archives.unpack(archive, into, limits=self.archive_limits, stop=jobs.is_stopping)
        root = into / unpacked.root_name if unpacked.root_name and (into / unpacked.root_name).is_dir() else into
        return _Brought(root, None, tuple((each.path, each.reason) for each in unpacked.skipped))

    def _bring_folder(self, work: _Work, folder: Path) -> "_Brought":
        """A folder of the installation, under the name that the composition gave it; of a checkout only what its last commit has."""
        into, source = folder / "fetched", self.folders[work.source]
        if (source / ".git").exists():
            itself = forges.Guard(allow_file=True)
            address, home = source.as_uri(), self.scratch.parent / "forges"
            fetched = forges.fetch(address, None, into, guard=itself, home=home, limits=self.fetch_limits, stop=jobs.is_stopping)
            return _Brought(into, fetched.commit, ())
        shutil.copytree(source, into, symlinks=True, ignore=LEFT_BEHIND)
        return _Brought(into, None, ())

    def _scan(self, work: _Work, content: str, folder: Path) -> scan.Report:
        root = folder / "tree" / work.name
        shutil.rmtree(root, ignore_errors=True)
        root.parent.mkdir(parents=True, exist_ok=True)
        self.store.materialise(content, root, shared=True, stop=jobs.is_stopping)
        background = work.lane == jobs.Lane.BACKGROUND
        return scan.scan_tree(
            root,
            name=work.name,
            pool=self.pool,
            cache=FindingCache(self.database),
            priority=scan.Priority.BACKGROUND if background else scan.Priority.FOREGROUND,
            progress=self._teller(work, _figures),
            stop=jobs.is_stopping,
        )

    def _teller(self, work: _Work, figures: Callable[..., dict[str, object]]) -> Callable[..., None]:
        """A callback that writes progress into the row, at most once a second. A cancelled verification takes none."""
        told_at = float("-inf")

        def tell(*progress: object) -> None:
            nonlocal told_at
            if time.monotonic() - told_at >= TELL_SECONDS:
                told_at = time.monotonic()
                with self.database.writing() as session:
                    verification = session.get(Verification, work.version_id)
                    if verification is not None and not verification.is_final:
                        for name, value in figures(*progress).items():
                            setattr(verification, name, value)

        return tell


@dataclass(frozen=True, slots=True)
class _Brought:
    """A folder with a version's files; the commit, if it has one; what was left out, with why."""

    root: Path
    commit: str | None
    left_out: tuple[tuple[str, str], ...]


def _figures(progress: scan.Progress) -> dict[str, object]:
    return {
        "files_done": progress.files_done,
        "files_total": progress.files_total,
        "seconds_left": progress.seconds_left,
        "rate": progress.rate,
    }


def _statements(root: Path) -> reuse.Statements:
    """What the tree states of its own files."""
    file = root / reuse.FILE
    if file.is_symlink() or not file.is_file() or file.stat().st_size > reuse.LARGEST:
        return reuse.NOTHING_STATED
    return reuse.read(file.read_text(encoding="utf-8", errors="replace"))
