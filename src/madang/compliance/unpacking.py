# SPDX-License-Identifier: Apache-2.0
"""An archive as a tree: opened, and without the one folder that archives put round everything, so that it is what Git would bring."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from madang import archives


@dataclass(frozen=True, slots=True)
class Brought:
    """A folder with a version's files; the commit, if it has one; what was left out, with why (codes of ``presenting.LEFT_OUT``)."""

    root: Path
    commit: str | None
    left_out: tuple[tuple[str, str], ...]


def unpacked(archive: Path, into: Path, *, limits: archives.Limits, stop: Callable[[], bool] | None = None) -> Brought:
    """The files of ``archive`` lie under ``into``; the archives room's refusals pass, and then nothing is left there."""
    found = archives.unpack(archive, into, limits=limits, stop=stop)
    root = into / found.root_name if found.root_name and (into / found.root_name).is_dir() else into
    return Brought(root, None, tuple((each.path, each.reason) for each in found.skipped))
