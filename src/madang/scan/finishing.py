# SPDX-License-Identifier: Apache-2.0
"""The step over the whole tree, done by ScanCode's own code: packages put together, references followed, detections made unique.

Only workers import this. What is found in single files comes in as JSON lines, is laid on a ``Codebase`` of ScanCode's, and its scan
plug-ins process that codebase in their own order, as the command ``scancode -clp`` does after its last file.
"""

import json
import traceback
import uuid
from collections import deque
from collections.abc import Callable, Collection, Iterator
from functools import cache
from itertools import repeat
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attr
from cluecode.plugin_copyright import CopyrightScanner
from commoncode.resource import Codebase, Resource, clean_path
from licensedcode.plugin_license import LicenseScanner
from packagedcode import models as package_models
from packagedcode.plugin_package import PackageScanner

from madang.scan import watching

_PLUGINS = sorted((CopyrightScanner, LicenseScanner, PackageScanner), key=lambda plugin: plugin.run_order)
_OPTIONS: dict[str, Any] = {"license": True, "copyright": True, "package": True, "strip_root": False, "full_root": False}
TREE = "/"
"""No file's path: what is found there belongs to the whole."""
_NAMESPACE = uuid.UUID("6d616461-6e67-5363-616e-000000000001")


class _Listed(Resource):  # type: ignore[misc]
    """A resource whose children are not asked for by name."""

    __slots__ = ()

    def children(self, codebase: Any, names: Collection[str] = ()) -> list[Resource]:
        """As ScanCode gives them: files first, then folders, each by name without case."""
        kids = self.children_names or []
        wanted = [name for name in names if name in set(kids)] if names else kids
        found = (codebase.at(f"{self.path}/{name}") for name in wanted)
        return sorted((each for each in found if each), key=lambda each: (each.has_children(), each.name.lower(), each.name))


class GivenCodebase(Codebase):  # type: ignore[misc]
    """A codebase of the files that are listed, and of nothing else that lies under its location.

    ScanCode's own hands out a copy of a resource each time it is asked for one, by making a new one and checking every value again. Here
    the values are copied as they stand: over a whole tree that is a third of the step. ``asked`` are the paths that were asked for by
    name, there or not: what was found in one file rests on which stands there, and on the licences in it.
    """

    __slots__ = ("asked", "listed")

    def __init__(self, location: str, listed: list[tuple[str, bool]], **attributes: Any) -> None:
        self.listed = listed
        self.asked: set[str] = set()
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

    def _build_resource_class(self, *_given: object, **_named: object) -> Any:
        return attr.make_class("GivenResource", attrs=self.resource_attributes or {}, slots=True, bases=(_Listed,))

    def get_resource(self, path: str) -> Resource | None:
        """A copy of the resource at ``path``, so that what is changed counts only once it is saved."""
        place = clean_path(path)
        self.asked.add(place)
        return self.at(place)

    def at(self, place: str) -> Resource | None:
        """The same, without a word."""
        found = self.resources_by_path.get(place)
        return None if found is None else _copied(found)

    def walk(self, topdown: bool = True, skip_root: bool = False, **options: Any) -> Iterator[Resource]:
        """Every resource, in ScanCode's order; each is a copy already when it is found among its parent's children."""
        if options or skip_root or self.has_single_resource:
            yield from super().walk(topdown=topdown, skip_root=skip_root, **options)
            return
        root = _copied(self.root)
        if topdown:
            yield root
        yield from self._below(root, topdown=topdown)
        if not topdown:
            yield root

    def _below(self, parent: Resource, *, topdown: bool) -> Iterator[Resource]:
        for child in parent.children(self):
            if topdown:
                yield child
            yield from self._below(child, topdown=topdown)
            if not topdown:
                yield child


def _copied(resource: Resource) -> Resource:
    names, values = _fields(resource.__class__)
    made = object.__new__(type(resource))
    deque(map(object.__setattr__, repeat(made), names, values(resource)), maxlen=0)
    return made


@cache
def _fields(kind: Any) -> tuple[tuple[str, ...], Callable[[Resource], tuple[Any, ...]]]:
    names = tuple(field.name for field in attr.fields(kind))
    return names, attrgetter(*names)


def _as_walked(entry: tuple[str, bool]) -> tuple[int, bool, list[tuple[str, str]]]:
    """Parents first, then directories before files, each by name without case: the order in which ScanCode makes them."""
    path, is_file = entry
    return path.count("/"), is_file, [(part.lower(), part) for part in path.split("/")]


def finish(root: str, *, source: Path, target: Path) -> tuple[bool, list[str], list[str]]:
    """Write to ``target`` what changes and what is new once all files of ``source`` are seen together.

    ``source`` holds a JSON line ``{"path", "type", "found"}`` for each file and directory, paths relative to ``root``. ``target`` gets a
    line ``{"path", "found"}`` with what is otherwise now for each file of which more is known, and then one with the path ``/`` for what
    belongs to no file: ``packages``, ``dependencies``, ``license_detections``, ``errors``. Not every file needs to stand under ``root``;
    what comes back is whether one was opened that does not, which were opened (``/`` where anything may have been looked at), and which
    paths were asked for by name.
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
    codebase.asked.clear()
    with watching.watched() as seen:
        errors = _process(codebase)
    asked = sorted(path.removeprefix(f"{top}/") for path in codebase.asked if path != top)
    with target.open("w", encoding="ascii") as stream:
        for path, said in before.items():
            after = _said(codebase.get_resource(f"{top}/{path}" if path else top))
            if after != said:
                stream.write(f'{{"path":{json.dumps(path)},"found":{json.dumps(_changed(said, after), separators=(",", ":"))}}}\n')
        tree = {**codebase.attributes.to_dict(), "errors": errors + [str(error) for error in codebase.errors]}
        stream.write(json.dumps({"path": TREE, "found": tree}, separators=(",", ":")) + "\n")
    return watching.missed(seen, root), watching.beside(seen, root, "", lists=True), asked


_SAID = tuple(name for plugin in _PLUGINS for name in plugin.resource_attributes)
_written = json.JSONEncoder(separators=(",", ":"), default=attr.asdict).encode


def _said(resource: Resource) -> str:
    """All that the plug-ins hold of a file, as JSON."""
    return _written([*(getattr(resource, name) for name in _SAID), resource.scan_errors])


def _changed(said: str, after: str) -> dict[str, Any]:
    """What is otherwise now, by the plug-ins' own names."""
    values = zip((*_SAID, "finish_errors"), json.loads(said), json.loads(after), strict=True)
    return {name: new for name, old, new in values if new != old}


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
