# SPDX-License-Identifier: Apache-2.0
"""Handing an archive's files to somebody who takes them, under the same limits as when they are laid into a folder."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from madang.archives.landing import Landing
from madang.archives.limits import Limits, Progress, Stop


class Taker(Protocol):
    """Whoever takes what an archive, or a commit, holds. What it was given counts only once all was."""

    def file(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        """A file; all chunks are to be asked for."""
        ...

    def copy(self, path: bytes, of: bytes) -> int:
        """The file that was taken as ``of`` stands at ``path`` too; its size."""
        ...

    def link(self, path: bytes, target: bytes) -> None:
        """A symbolic link that stays inside."""
        ...

    def held(self, path: bytes, sha256: str, size: int, *, executable: bool) -> None:
        """A file with content that the taker said it has."""
        ...

    def rest(self) -> int:
        """All that was not given stands as it did before, where the taker said what that was; the bytes of the whole."""
        ...


class Handing(Landing):
    """A landing that touches no disk: the taker is given each file as it comes, and the links at the end."""

    def __init__(
        self,
        taker: Taker,
        *,
        limits: Limits,
        stop: Stop | None = None,
        progress: Progress | None = None,
        packed_bytes: int = 0,
        keeps_going: bool = False,
    ) -> None:
        super().__init__(Path(), limits=limits, stop=stop, progress=progress, packed_bytes=packed_bytes, keeps_going=keeps_going)
        self._taker = taker

    def held(self, path: bytes, sha256: str, size: int, *, executable: bool) -> None:
        """A file whose bytes the taker has already stands at ``path``."""
        self._take_file(path)
        self._taker.held(path, sha256, size, executable=executable)
        self._count(path, size, size)
        self.files += 1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        pass

    def _make_folder(self, path: bytes) -> None:
        pass

    def _lay(self, path: bytes, chunks: Iterable[bytes], *, executable: bool) -> None:
        self._taker.file(path, chunks, executable=executable)

    def _again(self, path: bytes, of: bytes) -> None:
        self._take_file(path)
        size = self._taker.copy(path, of)
        self._count(path, size, size)
        self.files += 1

    def _make_link(self, path: bytes, target: bytes) -> None:
        self._taker.link(path, target)

    def _settle(self) -> None:
        pass
