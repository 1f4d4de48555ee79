# SPDX-License-Identifier: Apache-2.0
"""``madang restore``: a backup becomes a platform again, whole or not at all.

Everything is put together in a folder of its own inside the empty home, and the rows in one unit of work; things come into place only when
every hash has been compared. The manifest is signed with the platform's key, so whoever changed the file and its manifest is found too.
"""

import hmac
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast

from sqlalchemy.types import NullType

from madang import audit, db, inbox, jobs, people, supervisor
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
from madang.kit import SYSTEM
from madang.settings import Settings

PASSING = {places.RESTORING, supervisor.LOCK, "lost+found"}
"""What an empty home may hold."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, every hash compared. ``brought_to`` is the revision to which older rows were brought afterwards.

    ``ended`` and ``feeds`` are what opened something in the backup and opens nothing any more.
    """

    home: Path
    version: str
    made_at: str
    revision: str
    brought_to: str
    tables: dict[str, rows.Digest]
    objects: dict[str, int | str]
    ledger: audit.Verification
    ended: people.Ended
    feeds: int


@dataclass(frozen=True, slots=True)
class Opening:
    """How the key of a backup is got: a key file, or the passphrase of a sealed one."""

    key: Path | None = None
    passphrase: str | None = None


def restore(
    settings: Settings, path: Path, opening: Opening, *, keeps_tokens: bool = False, progress: Progress = lambda *_: None
) -> Restored:
    """The backup at ``path`` is the platform in the empty home of ``settings``, on its empty database.

    What opened something then may have been ended since, so nobody is signed in, and no link, invitation, feed or, unless ``keeps_tokens``,
    token opens anything; all this before the platform is in its place.
    The file is read twice: nothing is put anywhere before all of it was found to be as it was made.
    """
    with _staging(settings) as staging:
        backup = examine(path, opening, progress=progress)
        database, staged = _database(settings, staging)
        try:
            done = _Restoring(settings, backup, database, staging, progress).run(keeps_tokens=keeps_tokens)
        finally:
            database.close()
        _put_in_place(settings, staging, staged)
    return done


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole: what made it, the keys of its platform, and what it holds."""

    path: Path
    head: Mapping[str, Any]
    keys: people.Keys
    manifest: Mapping[str, Any]


def examine(path: Path, opening: Opening, *, progress: Progress = lambda *_: None) -> Backup:
    """The whole file was read, and is what the platform with that key once wrote; a refusal otherwise. Nothing is written."""
    if not path.is_file():
        raise NoBackup(path=path)
    reader = Reader(path)
    members = reader.members()
    head = _head(path, next(members, None))
    keys = _keys(path, head, members, opening)
    manifest: dict[str, Any] = {}
    for number, member in enumerate(members, start=1):
        progress("verify", number, 0)
        if member.name == MANIFEST:
            manifest = _plain(path, member)
    told = dict(manifest)
    signature = str(told.pop("signature", ""))
    if not hmac.compare_digest(signature.encode(), sealing.signature(keys, rows.written(told)).encode()):
        raise DamagedBackup(path=path, what="signature")
    hashes = {name: digest for name, digest in reader.hashes.items() if name != MANIFEST}
    if told["members"] != hashes or told["objects"] != reader.totals.told():
        raise DamagedBackup(path=path, what=MANIFEST)
    return Backup(path, head, keys, told)


def _plain(path: Path, member: Member) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads(member.data())
    except (ValueError, OSError, tarfile.TarError) as error:
        raise DamagedBackup(path=path, what=member.name) from error
    return told


def _head(path: Path, first: Member | None) -> dict[str, Any]:
    """What the backup says of itself, when this release can read it."""
    if first is None:
        raise NoBackup(path=path)
    head, known = _plain(path, first), list(db.history())
    if head["format"] > FORMAT or head["revision"] not in known:
        raise NewerBackup(path=path, version=head["version"], found=head["revision"], newest=known[-1])
    return head


def _keys(path: Path, head: Mapping[str, Any], members: Iterator[Member], opening: Opening) -> people.Keys:
    """The platform's keys, from the file beside the backup or from inside it."""
    if head["sealed"] and opening.key is None:
        member = next(members, None)
        if opening.passphrase is None:
            raise SealedKey
        if member is None or member.name != SEALED:
            raise DamagedBackup(path=path, what=SEALED)
        return _checked(people.Keys(sealing.unseal(member.data(), opening.passphrase)), head, path)
    place = opening.key or path.with_name(f"{path.name}.key")
    try:
        master = bytes.fromhex(place.read_text(encoding="ascii").strip())
    except FileNotFoundError as error:
        raise NoKey(path=place.name) from error
    except ValueError as error:
        raise WrongKey(path=place) from error
    return _checked(people.Keys(master), head, place)


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
        is_empty = loading.is_empty(connection)
    if not is_empty:
        database.close()
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
    """One restore under way, of a backup that was examined."""

    def __init__(self, settings: Settings, backup: Backup, database: db.Database, staging: Path, progress: Progress) -> None:
        self.settings, self.backup, self.database, self.staging, self.progress = settings, backup, database, staging, progress

    def run(self, *, keeps_tokens: bool) -> Restored:
        """Everything stands in the staging folder and in the database, and is what the backup holds."""
        head, manifest = self.backup.head, self.backup.manifest
        digests = {name: rows.Digest(**told) for name, told in manifest["tables"].items()}
        db.migrate(self.database, to=head["revision"])
        jobs.migrate(self.database)
        with loading.loading(self.database) as loader:
            for kind, found in groupby(Reader(self.backup.path).members(), key=lambda member: member.name.partition("/")[0]):
                self._take(kind, found, loader)
            loader.compare(digests)
            loader.count_on(manifest["counters"])
        self._write("secret.key", self.backup.keys.master.hex().encode() + b"\n")
        db.migrate(self.database)
        ledger = audit.verify(self.database, heads_file=self.staging / places.HEADS, key=self.backup.keys.derive("ledger"))
        with self.database.writing() as session:
            feeds = 0 if keeps_tokens else inbox.end_feeds(session, by=SYSTEM)
            ended = people.end_ways_in(session, keeps_tokens=keeps_tokens, by=SYSTEM)
        told: dict[str, Any] = {name: str(head[name]) for name in ("version", "made_at", "revision")}
        told |= {"tables": digests, "objects": manifest["objects"], "ledger": ledger, "ended": ended, "feeds": feeds}
        return Restored(self.staging.parent, brought_to=list(db.history())[-1], **told)

    def _take(self, kind: str, found: Iterator[Member], loader: loading.Loader) -> None:
        if kind == "tables":
            for number, member in enumerate(found, start=1):
                self._take_rows(member, loader)
                self.progress("tables", number, 0)
        elif kind == "objects":
            places.store_of(self.settings, self.staging).put_many(self._objects(found))
        elif kind == "home":
            for member in found:
                self._take_file(member)

    def _take_rows(self, member: Member, loader: loading.Loader) -> None:
        lines = member.data().splitlines()
        columns = tuple(rows.Column(str(name), str(kind), NullType()) for name, kind in json.loads(lines[0]))
        loader.load(member.name.split("/")[1], columns, (json.loads(line) for line in lines[1:]))

    def _objects(self, found: Iterator[Member]) -> Iterator[tuple[str, BinaryIO]]:
        for number, member in enumerate(found, start=1):
            self.progress("objects", number, 0)
            yield member.name.partition("/")[2], cast("BinaryIO", member.stream)

    def _take_file(self, member: Member) -> None:
        inner = PurePosixPath(member.name).relative_to("home")
        if not inner.parts or ".." in inner.parts or inner.parts[0] in places.LEFT_OUT:
            raise DamagedBackup(path=self.backup.path, what=member.name[:200])
        self._write(str(inner), iter(lambda: member.stream.read(1 << 20), b""))

    def _write(self, name: str, data: bytes | Iterator[bytes]) -> None:
        place = self.staging / name
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
            file.flush()
            os.fsync(file.fileno())
