# SPDX-License-Identifier: Apache-2.0
"""``madang restore``: a backup becomes a platform again, whole or not at all.

Everything is put together in a folder of its own inside the empty home, and the rows in one unit of work; things come into place only when
every hash has been compared. The manifest is signed with the platform's key, so whoever changed the file and its manifest is found too.
"""

import hmac
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from sqlalchemy.types import NullType

from madang import audit, db, jobs, people, storage, supervisor
from madang.keeping import loading, places, rows, sealing
from madang.keeping.archive import FORMAT, MANIFEST, SEALED, Member, Reader, sync_folder
from madang.keeping.backup import Progress
from madang.keeping.errors import (
    DamagedBackup,
    DatabaseNotEmpty,
    HalfRestored,
    HomeNotEmpty,
    NewerBackup,
    NoBackup,
    NoKey,
    PlatformUp,
    SealedKey,
    WrongKey,
)
from madang.settings import Settings

PASSING = {places.RESTORING, supervisor.LOCK, "lost+found"}
"""What an empty home may hold."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, every hash compared. ``brought_to`` is the revision to which older rows were brought afterwards."""

    home: Path
    version: str
    made_at: str
    revision: str
    brought_to: str
    tables: dict[str, rows.Digest]
    objects: dict[str, int | str]
    ledger: audit.Verification


@dataclass(frozen=True, slots=True)
class Opening:
    """How the key of a backup is got: a key file, or the passphrase of a sealed one."""

    key: Path | None = None
    passphrase: str | None = None


def restore(settings: Settings, path: Path, opening: Opening, *, progress: Progress = lambda *_: None) -> Restored:
    """The backup at ``path`` is the platform in the empty home of ``settings``, on its empty database."""
    if not path.is_file():
        raise NoBackup(path=path)
    with _staging(settings) as staging:
        reader = Reader(path)
        members = reader.members()
        head = _head(path, next(members, None))
        keys, members = _keys(path, head, members, opening)
        database, staged = _database(settings, staging)
        try:
            done = _Restoring(reader, head, keys, database, staging, progress).run(members)
        finally:
            database.close()
        _put_in_place(settings, staging, staged)
    return done


def _head(path: Path, first: Member | None) -> dict[str, Any]:
    """What the backup says of itself, when this release can read it."""
    if first is None:
        raise NoBackup(path=path)
    head: dict[str, Any] = json.loads(first.data())
    known = list(db.history())
    if head["format"] > FORMAT or head["revision"] not in known:
        raise NewerBackup(path=path, version=head["version"], found=head["revision"], newest=known[-1])
    return head


def _keys(path: Path, head: Mapping[str, Any], members: Iterator[Member], opening: Opening) -> tuple[people.Keys, Iterator[Member]]:
    """The platform's keys, from the file beside the backup or from inside it."""
    if head["sealed"]:
        member = next(members, None)
        if opening.key is None and opening.passphrase is None:
            raise SealedKey
        if opening.key is None and opening.passphrase is not None:
            if member is None or member.name != SEALED:
                raise DamagedBackup(path=path, what=SEALED)
            return _checked(people.Keys(sealing.unseal(member.data(), opening.passphrase)), head, path), members
    place = opening.key or path.with_name(f"{path.name}.key")
    try:
        master = bytes.fromhex(place.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise NoKey(path=place.name) from error
    except ValueError as error:
        raise WrongKey(path=place) from error
    return _checked(people.Keys(master), head, place), members


def _checked(keys: people.Keys, head: Mapping[str, Any], place: Path) -> people.Keys:
    if not hmac.compare_digest(sealing.fingerprint(keys), head["key"]):
        raise WrongKey(path=place)
    return keys


def _database(settings: Settings, staging: Path) -> tuple[db.Database, Path | None]:
    """The empty database that is filled: a new file in the staging folder, or the server's; ``DatabaseNotEmpty`` otherwise."""
    file = places.database_file(settings)
    if file is not None:
        if file.exists():
            raise DatabaseNotEmpty(place=file)
        staged = staging / file.name
        return db.Database(f"sqlite:///{staged}"), staged
    database = db.Database(settings.database_url)
    with database.engine.connect() as connection:
        if not loading.is_empty(connection):
            raise DatabaseNotEmpty(place=database.url.render_as_string())
    return database, None


@contextmanager
def _staging(settings: Settings) -> Iterator[Path]:
    """An empty folder in the empty home, on which nobody else works; it is gone afterwards."""
    home = settings.home
    if supervisor.is_up(home):
        raise PlatformUp(home=home)
    supervisor.make_home(home)
    found = sorted({each.name for each in home.iterdir()} - PASSING)
    staging = home / places.RESTORING
    if found:
        raise HalfRestored(home=home) if staging.exists() else HomeNotEmpty(home=home, found=", ".join(found[:3]))
    with supervisor.locked(home / supervisor.LOCK):
        shutil.rmtree(staging, ignore_errors=True)
        staging.mkdir(mode=0o700)
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)


def _put_in_place(settings: Settings, staging: Path, staged: Path | None) -> None:
    """What was put together is the home. The database comes last: before it, nothing here passes for a platform."""
    file = places.database_file(settings)
    for each in sorted(staging.iterdir()):
        if each != staged:
            each.replace(settings.home / each.name)
    sync_folder(settings.home)
    if staged is not None and file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(staged, file)
        sync_folder(file.parent)


class _Restoring:
    """One restore under way."""

    def __init__(
        self,
        reader: Reader,
        head: Mapping[str, Any],
        keys: people.Keys,
        database: db.Database,
        staging: Path,
        progress: Progress,
    ) -> None:
        self.reader, self.head, self.keys, self.database, self.staging, self.progress = reader, head, keys, database, staging, progress
        self.manifest: dict[str, Any] = {}

    def run(self, members: Iterator[Member]) -> Restored:
        """Everything stands in the staging folder and in the database, and is what the backup holds."""
        db.migrate(self.database, to=self.head["revision"])
        jobs.migrate(self.database)
        with loading.loading(self.database) as loader:
            for kind, found in groupby(members, key=lambda member: member.name.partition("/")[0]):
                self._take(kind, found, loader)
            self._check_manifest()
            digests = {name: rows.Digest(**told) for name, told in self.manifest["tables"].items()}
            loader.compare(digests)
            loader.count_on(self.manifest["counters"])
        (self.staging / people.keys.FILE).touch(mode=0o600)
        (self.staging / people.keys.FILE).write_text(self.keys.master.hex() + "\n", encoding="ascii")
        db.migrate(self.database)
        ledger = audit.verify(self.database, heads_file=self.staging / places.HEADS, key=self.keys.derive("ledger"))
        told = {name: str(self.head[name]) for name in ("version", "made_at", "revision")}
        newest = list(db.history())[-1]
        home = self.staging.parent
        return Restored(home, **told, brought_to=newest, tables=digests, objects=self.manifest["objects"], ledger=ledger)

    def _take(self, kind: str, found: Iterator[Member], loader: loading.Loader) -> None:
        if kind == "tables":
            for number, member in enumerate(found):
                self._take_rows(member, loader)
                self.progress("tables", number + 1, 0)
        elif kind == "objects":
            self._take_objects(found)
        elif kind == "home":
            for member in found:
                self._take_file(member)
        elif kind == MANIFEST:
            self.manifest = json.loads(next(found).data())
        elif kind != SEALED:
            raise DamagedBackup(path=self.reader.path, what=kind)

    def _take_rows(self, member: Member, loader: loading.Loader) -> None:
        name = member.name.split("/")[1]
        lines = member.data().splitlines()
        if name not in loader.tables or not lines:
            raise DamagedBackup(path=self.reader.path, what=member.name)
        columns = tuple(rows.Column(str(each), str(kind), NullType()) for each, kind in json.loads(lines[0]))
        loader.load(name, columns, (json.loads(line) for line in lines[1:]))

    def _take_objects(self, found: Iterator[Member]) -> None:
        store = places.store_of(self.staging)

        def objects() -> Iterator[tuple[str, Any]]:
            for number, member in enumerate(found, start=1):
                self.progress("objects", number, 0)
                yield member.name.partition("/")[2], member.stream

        try:
            store.put_many(objects())
        except storage.DigestMismatch as error:
            raise DamagedBackup(path=self.reader.path, what="objects") from error

    def _take_file(self, member: Member) -> None:
        inner = PurePosixPath(member.name).relative_to("home")
        if not inner.parts or inner.is_absolute() or ".." in inner.parts or inner.parts[0] in places.LEFT_OUT:
            raise DamagedBackup(path=self.reader.path, what=member.name[:200])
        place = self.staging.joinpath(*inner.parts)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with place.open("xb") as file:
            place.chmod(0o600)
            shutil.copyfileobj(member.stream, file)
            file.flush()
            os.fsync(file.fileno())

    def _check_manifest(self) -> None:
        """The manifest is the platform's own, and says of every member what it was."""
        told = dict(self.manifest)
        signature = str(told.pop("signature", ""))
        if not hmac.compare_digest(signature, sealing.signature(self.keys, rows.written(told))):
            raise DamagedBackup(path=self.reader.path, what="signature")
        hashes = {name: digest for name, digest in self.reader.hashes.items() if name != MANIFEST}
        if told["members"] != hashes or told["objects"] != self.reader.totals.told() or self.head != {k: told[k] for k in self.head}:
            raise DamagedBackup(path=self.reader.path, what=MANIFEST)
