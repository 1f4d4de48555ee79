# SPDX-License-Identifier: Apache-2.0
"""What paths, names and ids are in a repository. Pure.

Ids have git's form, 40 hexadecimal digits, because clients ask for that. A file's is git's own (of a large file, its LFS pointer's), since
clients compare it with what they hold. A folder's and a commit's are digests of our own over the same kind of content.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from madang import storage
from madang.hub.errors import BadPath, BadRefName, PathsClash, RefStays, TooManyPaths

MAIN = "main"
KINDS = {"dataset": "datasets", "model": "models"}
"""The kinds of assets that have a repository, and the word for several."""
LONGEST_PATH, LONGEST_PART = 1024, 255
LARGE_ENDINGS = (
    ".7z", ".arrow", ".avro", ".bin", ".bz2", ".ckpt", ".gguf", ".gz", ".h5", ".joblib", ".lz4", ".mlmodel", ".model", ".msgpack",
    ".npy", ".npz", ".onnx", ".orc", ".parquet", ".pb", ".pickle", ".pkl", ".pt", ".pth", ".rar", ".safetensors", ".tar", ".tflite",
    ".tgz", ".wasm", ".xz", ".zip", ".zst", ".flac", ".mp3", ".mp4", ".ogg", ".wav", ".webm", ".gif", ".jpeg", ".jpg", ".png", ".tif",
    ".tiff", ".webp",
)  # fmt: skip
COMMIT = re.compile(r"[0-9a-f]{40}")
SHA256 = re.compile(r"[0-9a-f]{64}")
_REF = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._/+-]{0,118}[A-Za-z0-9_+-])?")


@dataclass(frozen=True, slots=True)
class Change:
    """What a commit does at one path: ``entry`` stands there, or with None nothing does. ``is_folder``: nothing below it stands."""

    path: str
    entry: storage.Entry | None = None
    is_folder: bool = False


def blob_id(data: bytes) -> str:
    """What git calls a file with these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def pointer(sha256: str, size: int) -> bytes:
    """The file that git keeps in place of a large one (git-lfs, specification of the pointer)."""
    return f"version https://git-lfs.github.com/spec/v1\noid sha256:{sha256}\nsize {size}\n".encode()


def commit_id(repository: str, *, tree: str, parent: str | None, author: str, at: datetime, message: str) -> str:
    """The id of a commit: of what it holds, what it follows, by whom, when and why."""
    lines = [f"repository {repository}", f"tree {tree}", f"parent {parent or ''}", f"author {author} {int(at.timestamp())}", "", message]
    body = "\n".join(lines).encode("utf-8", "surrogatepass")
    return hashlib.sha1(b"commit %d\0" % len(body) + body, usedforsecurity=False).hexdigest()


def folder_id(entries: Iterable[storage.Entry], *, below: str) -> str:
    """The id of a folder with all that lies in it, wherever the folder itself lies."""
    digest = hashlib.sha1(b"folder\0", usedforsecurity=False)
    for entry in entries:
        digest.update(f"{entry.mode.value} {entry.sha256 or entry.target}\0{entry.path[len(below) :]}\0".encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def check_path(path: str) -> str:
    """Hand back ``path`` if a file can stand there on every machine: relative, in parts that are names."""
    parts = path.split("/")
    encoded = path.encode("utf-8", "surrogatepass")
    is_good = 0 < len(encoded) <= LONGEST_PATH and all(_is_name(part) for part in parts) and parts[0].lower() != ".git"
    if not is_good:
        raise BadPath(field="path", path=_shown(path))
    return path


def _is_name(part: str) -> bool:
    if part in ("", ".", "..") or len(part.encode("utf-8", "surrogatepass")) > LONGEST_PART or "\\" in part:
        return False
    return not any(unicodedata.category(c) in ("Cc", "Cs") for c in part)


def _shown(path: str) -> str:
    return "".join(c if unicodedata.category(c) not in ("Cc", "Cs") else "\ufffd" for c in path[:120])


def is_sent_by_itself(path: str, size: int, *, small: int) -> bool:
    """Whether a file is sent outside of the commit: a large one, and one in a form that people do not read, as clients count on."""
    return size > small or path.lower().endswith(LARGE_ENDINGS)


def check_ref_name(name: str) -> str:
    """Hand back ``name`` if a branch or tag can be called that: no name that could be a commit's, and none that git refuses."""
    parts = name.split("/")
    is_odd = any(not part or part.startswith(".") or part.endswith((".", ".lock")) for part in parts)
    if not _REF.fullmatch(name) or ".." in name or is_odd or name.startswith("refs/") or name == "HEAD" or COMMIT.fullmatch(name):
        raise BadRefName(field="name", name=_shown(name))
    return name


def check_may_go(name: str) -> None:
    """Refuse to take away the branch that is shown."""
    if name == MAIN:
        raise RefStays(name=name)


def plain_revision(revision: str) -> str:
    """A revision without the long form of branches and tags; nothing and HEAD are the main branch."""
    short = revision.removeprefix("refs/heads/").removeprefix("refs/tags/")
    return MAIN if short in ("", "HEAD") else short


def changed(entries: Iterable[storage.Entry], changes: Iterable[Change], *, limit: int) -> list[storage.Entry]:
    """The entries after the changes, in their order; ``PathsClash`` and ``TooManyPaths`` where they cannot stand together."""
    found = {entry.path: entry for entry in entries}
    for change in changes:
        if change.entry is not None:
            found[change.path] = change.entry
        elif change.is_folder:
            for path in [path for path in found if path.startswith(f"{change.path}/")]:
                del found[path]
        else:
            found.pop(change.path, None)
    if len(found) > limit:
        raise TooManyPaths(limit=limit)
    _check_clashes(found)
    return list(found.values())


def _check_clashes(paths: Iterable[str]) -> None:
    """No two paths are one where case does not count, and none is both a file and a folder."""
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        folded = fold(path)
        other = files.setdefault(folded, path)
        if other != path:
            raise PathsClash(field="path", path=_shown(path), other=_shown(other))
        parts = folded.split("/")
        for depth in range(1, len(parts)):
            folders.setdefault("/".join(parts[:depth]), path)
    for folded, path in files.items():
        if folded in folders:
            raise PathsClash(field="path", path=_shown(folders[folded]), other=_shown(path))


def fold(path: str) -> str:
    """The path as a file system would have it that tells neither case nor Unicode's two forms apart."""
    return unicodedata.normalize("NFC", path).casefold()
