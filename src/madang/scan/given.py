# SPDX-License-Identifier: Apache-2.0
"""Where the files of a scan stand: in a folder, or in a store that knows their digests and brings only what has to be looked at."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, Protocol

from madang.scan.folders import Folder
from madang.scan.report import Unread
from madang.scan.tree import Listing, from_known, listing, shown


@dataclass(frozen=True, slots=True)
class Known:
    """A file of a tree, before it is read: its path as the system has it, its size and digest. A link has no digest."""

    raw: str
    size: int
    sha256: str


class Outline(NamedTuple):
    """What a report says of a tree before a file of it is looked at."""

    directories: tuple[str, ...]
    unread: tuple[Unread, ...]
    skipped: tuple[Unread, ...]


class Tree(Protocol):
    """A tree whose contents are known by digest."""

    def files(self) -> Iterable[Known]:
        """Every file and link."""
        ...

    def bring(self, paths: Collection[str] | None) -> Path:
        """A new folder in which the files at ``paths`` stand, or all; the folder is the tree's own to remove."""
        ...


def outline(files: Iterable[Known], *, most_bytes: int) -> Outline:
    """Of the tree that has these files and links."""
    found = from_known(((each.raw, each.size, not each.sha256) for each in files), most_bytes=most_bytes)
    return Outline(tuple(folder.path for folder in found.directories), tuple(found.unread), tuple(found.skipped))


class Ground(Protocol):
    """Where the files of one scan stand. ``location`` is the path under which the engine sees them."""

    location: Path

    @property
    def places(self) -> tuple[str, ...]:
        """Beginnings of paths that are nobody's business."""
        ...

    def listing(self, *, most_bytes: int, pause: Callable[[], None]) -> Listing:
        """Everything that there is."""
        ...

    def digests(self) -> dict[str, str]:
        """Path → sha256, where it is known before a file is read."""
        ...

    def stand(self, paths: Collection[str] | None) -> None:
        """The files at ``paths``, or all, can be read."""
        ...

    @property
    def is_whole(self) -> bool:
        """Whether all files can be read."""
        ...


@dataclass
class InFolder:
    """A folder, or one file, that lies here."""

    root: Path
    location: Path
    is_whole: bool = True

    @property
    def places(self) -> tuple[str, ...]:
        """Beginnings of paths that are nobody's business."""
        return (f"{self.location.parent}/", f"{self.root}/", f"{self.root.parent}/")

    def listing(self, *, most_bytes: int, pause: Callable[[], None]) -> Listing:
        """Everything that lies there."""
        return listing(self.root, most_bytes=most_bytes, pause=pause)

    def digests(self) -> dict[str, str]:
        """None: files are read."""
        return {}

    def stand(self, paths: Collection[str] | None) -> None:
        """They do."""


@dataclass
class OnDemand:
    """A tree of which only what is asked for is brought; the path under which the engine sees it stays the same."""

    tree: Tree
    location: Path
    is_whole: bool = False
    _standing: set[str] | None = None
    _known: dict[str, str] = field(default_factory=dict)
    _folders: list[Path] = field(default_factory=list)

    @property
    def places(self) -> tuple[str, ...]:
        """Beginnings of paths that are nobody's business."""
        return (f"{self.location.parent}/", *(f"{folder}/" for folder in self._folders))

    def listing(self, *, most_bytes: int, pause: Callable[[], None]) -> Listing:
        """Everything that the tree has."""
        pause()
        files = list(self.tree.files())
        self._known = {each.raw: each.sha256 for each in files if each.sha256}
        return from_known(((each.raw, each.size, not each.sha256) for each in files), most_bytes=most_bytes)

    def digests(self) -> dict[str, str]:
        """Path → sha256 of every file."""
        return self._known

    def stand(self, paths: Collection[str] | None) -> None:
        """The files at ``paths``, or all, can be read, and those that could before."""
        if self.is_whole or (paths is not None and self._standing is not None and self._standing.issuperset(paths)):
            return
        wanted = None if paths is None else {*paths, *(self._standing or ())}
        folder = self.tree.bring(wanted)
        self._folders.append(folder)
        self.location.unlink(missing_ok=True)
        self.location.symlink_to(folder)
        self._standing, self.is_whole = wanted or set(), wanted is None


@contextmanager
def grounded(root: Path | Tree, name: str) -> Iterator[Ground]:
    """The root under a path that ends in its shown name and says nothing else, because the engine reads meaning into paths."""
    folder = Folder()
    try:
        # A folder deeper, so that no name meets what lies beside it.
        (folder.path / "named").mkdir()
        link = folder.path / "named" / _folder_name(name)
        if not isinstance(root, Path):
            yield OnDemand(root, link)
            return
        real = root.resolve()
        link.symlink_to(real.parent if real.is_file() else real)
        yield InFolder(real, link / real.name if real.is_file() else link)
    finally:
        folder.remove()


def _folder_name(name: str) -> str:
    plain = shown(name).replace("/", "-").replace("\\", "-").replace("\0", "")[:60]
    return "root" if plain in ("", ".", "..") else plain
