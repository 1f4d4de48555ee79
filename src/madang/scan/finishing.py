# SPDX-License-Identifier: Apache-2.0
"""The step over the whole tree, done by ScanCode's own code: packages put together, references followed, detections made unique.

Only workers import this. What is found in single files comes in as JSON lines, is laid on a ``Codebase`` of ScanCode's, and its scan
plug-ins process that codebase in their own order, as the command ``scancode -clp`` does after its last file.
"""

import json
import traceback
import uuid
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from cluecode.plugin_copyright import CopyrightScanner
from commoncode.resource import Codebase, Resource
from licensedcode.plugin_license import LicenseScanner
from packagedcode import models as package_models
from packagedcode.plugin_package import PackageScanner

_PLUGINS = sorted((CopyrightScanner, LicenseScanner, PackageScanner), key=lambda plugin: plugin.run_order)
_OPTIONS: dict[str, Any] = {"license": True, "copyright": True, "package": True, "strip_root": False, "full_root": False}
TREE = "/"
"""No file's path: what is found there belongs to the whole."""
_NAMESPACE = uuid.UUID("6d616461-6e67-5363-616e-000000000001")


class GivenCodebase(Codebase):  # type: ignore[misc]
    """A codebase of the files that are listed, and of nothing else that lies under its location."""

    __slots__ = ("listed",)

    def __init__(self, location: str, listed: list[tuple[str, bool]], **attributes: Any) -> None:
        self.listed = listed
        super().__init__(location, max_in_memory=0, **attributes)

    def _create_resources_from_root(self, root: Resource, **_filters: object) -> None:
        parents: dict[str, Resource] = {"": root}
        for path, is_file in sorted(self.listed, key=_as_walked):
            above, _slash, name = path.rpartition("/")
            parent = parents.get(above)
            if parent is None:
                continue
            made = self._get_or_create_resource(name=name, parent=parent, is_file=is_file)
            if not is_file:
                parents[path] = made


def _as_walked(entry: tuple[str, bool]) -> tuple[int, bool, list[tuple[str, str]]]:
    """Parents first, then directories before files, each by name without case: the order in which ScanCode makes them."""
    path, is_file = entry
    return path.count("/"), is_file, [(part.lower(), part) for part in path.split("/")]


def finish(root: str, *, source: Path, target: Path) -> None:
    """Write to ``target`` what changes and what is new once all files of ``source`` are seen together.

    ``source`` holds a JSON line ``{"path", "type", "found"}`` for each file and directory, paths relative to ``root``. ``target`` gets a
    line ``{"path", "found"}`` for each file of which more is known now, and then one with the path ``/`` for what belongs to no file:
    ``packages``, ``dependencies``, ``license_detections``, ``errors``.
    """
    found = {entry["path"]: entry for entry in _lines(source)}
    # ScanCode reads a backslash as a separator; such a file keeps what was found in it alone.
    seen = {path for path in found if "\\" not in path}
    codebase = GivenCodebase(
        root,
        listed=[(path, entry["type"] == "file") for path, entry in found.items() if path and path in seen],
        resource_attributes={name: each for plugin in _PLUGINS for name, each in plugin.resource_attributes.items()},
        codebase_attributes={name: each for plugin in _PLUGINS for name, each in plugin.codebase_attributes.items()},
    )
    top = codebase.root.path
    resources = {path: codebase.get_resource(f"{top}/{path}" if path else top) for path in found if path in seen}
    for path, resource in resources.items():
        if resource is not None and resource.is_file:
            for name, value in found[path]["found"].items():
                setattr(resource, name, value)
            codebase.save_resource(resource)
    before = {path: _said(resource) for path, resource in resources.items() if resource is not None and resource.is_file}
    errors = _process(codebase)
    with target.open("w", encoding="ascii") as stream:
        for path, said in before.items():
            after = _said(codebase.get_resource(f"{top}/{path}" if path else top))
            if after != said:
                stream.write(f'{{"path":{json.dumps(path)},"found":{after}}}\n')
        tree = {**codebase.attributes.to_dict(), "errors": errors + [str(error) for error in codebase.errors]}
        stream.write(json.dumps({"path": TREE, "found": tree}, separators=(",", ":")) + "\n")


def _said(resource: Resource) -> str:
    """All that the plug-ins hold of a file, as JSON."""
    values = resource.to_dict()
    errors = values.pop("scan_errors", None)
    for name in ("path", "type"):
        values.pop(name, None)
    return json.dumps(values | ({"finish_errors": errors} if errors else {}), separators=(",", ":"))


def _process(codebase: Codebase) -> list[str]:
    """Run each plug-in's step over the codebase; what one raises is told, and the next runs all the same."""
    numbers = iter(range(1 << 62))
    # ScanCode draws these at random; numbered, the same tree gives the same report.
    package_models.uuid = SimpleNamespace(uuid4=lambda: uuid.uuid5(_NAMESPACE, str(next(numbers))))
    errors = []
    for plugin in _PLUGINS:
        try:
            plugin(**_OPTIONS).process_codebase(codebase, **_OPTIONS)
        except MemoryError:
            raise
        # The same edge as in ScanCode's own command: a fault of one plug-in is told and does not end the scan.
        except Exception:  # noqa: BLE001
            errors.append(f"{plugin.__name__}: {traceback.format_exc(limit=-4)}")
    return errors


def _lines(source: Path) -> Iterator[dict[str, Any]]:
    with source.open(encoding="ascii") as stream:
        for line in stream:
            yield json.loads(line)
