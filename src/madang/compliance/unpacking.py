# SPDX-License-Identifier: Apache-2.0
"""An archive as a tree: without the one folder that archives put round everything, so that it is what Git would bring."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from madang import archives, storage


@dataclass(frozen=True, slots=True)
class Brought:
    """A version's files in the store; the commit, if it has one; what was left out, with why (codes of ``presenting.LEFT_OUT``)."""

    tree: storage.Tree | storage.Outline
    commit: str | None
    left_out: tuple[tuple[str, str], ...]


def unpacked(archive: Path, store: storage.Store, *, limits: archives.Limits, stop: Callable[[], bool] | None = None) -> Brought:
    """The files of ``archive`` are kept in the store; the archives room's refusals pass."""
    tree, found = store.put_archive(archive, limits=limits, stop=stop)
    return Brought(tree, None, tuple((each.path, each.reason) for each in found.skipped))
