# SPDX-License-Identifier: Apache-2.0
"""What in a home is kept, and what is left out because it is made again or belongs to processes."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from madang import audit, people, storage, supervisor, usage
from madang.keeping.errors import HalfRestored
from madang.settings import Settings

STORE = "store"
RESTORING = ".restoring"
COPY = ".before-"
LEFT_OUT = {
    "scratch": "unpacked sources, made again",
    "forges": "caches of Git sources, made again",
    "cache": "made again",
    "figures": "of running processes",
    STORE: "kept as objects",
    people.keys.FILE: "kept apart, or sealed",
    supervisor.LOCK: "of running processes",
    supervisor.JOBS_LOCK: "of running processes",
    supervisor.RUNNING: "of running processes",
    f".{supervisor.RUNNING}": "of running processes",
    RESTORING: "of a restore",
}
"""Names at the top of a home that are not kept as files, and why."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A file that is kept: its path below the home with slashes, and where it stands."""

    name: str
    path: Path


def database_file(settings: Settings) -> Path | None:
    """The file of an SQLite database; None for any other database."""
    prefix = "sqlite:///"
    return Path(settings.database_url.removeprefix(prefix)) if settings.database_url.startswith(prefix) else None


def check_whole(home: Path) -> None:
    """No restore was killed here while it put things into place; ``HalfRestored`` otherwise."""
    if (home / RESTORING).exists():
        raise HalfRestored(home=home)


def store_of(settings: Settings, home: Path) -> storage.Store:
    """The objects: on the S3 server that is set, or in the home."""
    given = settings
    where = storage.place_of(given.objects_url, key=given.objects_key, secret=given.objects_secret) if given.objects_url else None
    return storage.Store(home / STORE, where)


def files(settings: Settings) -> tuple[list[Kept], dict[str, str]]:
    """The files of the home that are kept as they are, and the names at its top that are not, each with the reason."""
    kept, left = [], {}
    database = database_file(settings)
    for name in sorted(each.name for each in settings.home.iterdir()):
        why = LEFT_OUT.get(name) or ("kept as rows" if database and name.startswith(database.name) else "")
        if why:
            left[name] = why
            continue
        if name == usage.FOLDER:  # `copy_logs` has it, as it was before the rows were read
            continue
        for path in _walk(settings.home / name):
            inner = path.relative_to(settings.home).as_posix()
            if path.is_symlink() or not path.is_file():
                left[inner] = "no plain file"
            else:
                kept.append(Kept(inner, path))
    return kept, left


def copy_logs(home: Path, to: Path) -> list[Kept]:
    """The logs of usage, copied as far as they are written. Copied before the rows are read: what is drained meanwhile stands in the rows.

    A log that is gone by now is drained to its end. What stands in both, a restored platform does not count again.
    """
    kept = []
    for path in sorted((home / usage.FOLDER).glob("*")):
        try:
            shutil.copyfile(path, to / path.name)
        except FileNotFoundError:
            continue
        kept.append(Kept(f"{usage.FOLDER}/{path.name}", to / path.name))
    return kept


def heads_up_to(path: Path, sequence: int) -> bytes:
    """The file of signed heads as it was when the ledger reached this line.

    It is read after the rows, so that no head of theirs is missing; heads that came since would say that lines were cut off.
    """
    if not path.exists():
        return b""
    return b"".join(line for line in path.read_bytes().splitlines(keepends=True) if _sequence(line) <= sequence)


def _sequence(line: bytes) -> int:
    try:
        return int(json.loads(line)["sequence"])
    except (ValueError, TypeError, KeyError):
        return 0


def _walk(path: Path) -> Iterator[Path]:
    if path.is_dir() and not path.is_symlink():
        for each in sorted(path.iterdir()):
            yield from _walk(each)
    else:
        yield path


HEADS = audit.HEADS_FILE
