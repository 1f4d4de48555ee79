# SPDX-License-Identifier: Apache-2.0
"""What the web process publishes services with: where what came is laid out, and how much of it may come."""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import BinaryIO

from starlette.requests import Request

from madang import archives, forges, kit, storage
from madang.serving import preparing
from madang.serving.limits import Limits
from madang.serving.preparing import Prepared

ONNX = ".onnx"


@dataclass(frozen=True, slots=True)
class Workplace:
    """A home's store and bounds. What an operator may change is asked each time."""

    store: storage.Store
    engines: Path
    scratch: Path
    guard: Callable[[], forges.Guard]
    limits: Callable[[], Limits]
    archive_limits: Callable[[], archives.Limits]
    upload_bytes: Callable[[], int]
    allow_pickle: bool = False

    def of_upload(self, file: BinaryIO, name: str) -> Prepared:
        """What an archive of a folder, or an ONNX file, would be as a service. Its code is run once, shut in, for its types."""
        with tempfile.TemporaryDirectory(dir=self.scratch, prefix="door-") as place:
            come = Path(place) / "come"
            with come.open("wb") as out:
                shutil.copyfileobj(file, out, 1 << 20)
            if come.stat().st_size > self.upload_bytes():
                raise kit.TooLarge
            if name.lower().endswith(ONNX):
                return self._prepared(come.rename(come.with_name(model_name(name))))
            archives.unpack(come, Path(place) / "folder", limits=self.archive_limits())
            return self._prepared(_inner(Path(place) / "folder"))

    def of_address(self, url: str, *, name: str, wire: str, model: str) -> Prepared:
        """What a server that answers elsewhere would be as a service."""
        return preparing.of_address(self.guard(), self.store, url=url, name=name, wire=wire, model=model, limits=self.limits())

    def _prepared(self, folder: Path) -> Prepared:
        return preparing.prepare(folder, self.store, limits=self.limits(), allow_pickle=self.allow_pickle, guard=self.guard())


def workplace_of(request: Request) -> Workplace:
    """What the composition hung on the application."""
    place: Workplace = request.app.state.workplace
    return place


def model_name(file_name: str) -> str:
    """The last part of the file's name, which the service is called after; ``InvalidName`` for one that no service can have."""
    name = PurePath(file_name.replace("\\", "/")).name
    return kit.check_name(name[: -len(ONNX)]) + ONNX


def _inner(folder: Path) -> Path:
    """The folder itself, or the one that archives put round everything."""
    found = list(folder.iterdir())
    return found[0] if len(found) == 1 and found[0].is_dir() and not found[0].is_symlink() else folder
