# SPDX-License-Identifier: Apache-2.0
"""The step over the whole tree, in this process: the engine's own plug-ins over findings that are given."""

import json
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from licensedcode import models
from licensedcode.index import LicenseIndex

from madang.scan.cache import local_cache_folder
from rooms.scan.conftest import MIT

with warnings.catch_warnings():
    # The engine's libraries warn of each other when they are imported.
    warnings.simplefilter("ignore")
    from madang.scan import detection, finishing

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::UserWarning", "ignore::SyntaxWarning")

Grow = Callable[..., Path]
INDEXES = local_cache_folder() / "indexes"
SEE = "# This module is released under the terms given in the LICENSE file, see LICENSE for details.\n"
SETUP = '{"name": "thing", "version": "1.0", "license": "MIT", "dependencies": {"left": "^1"}}'


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert any("package.json" in pattern for pattern in detection.load(INDEXES))


def finished(root: Path, tmp_path: Path) -> dict[str, Any]:
    """Look at every file under ``root``, finish, and hand back what is new, by path."""
    lines = []
    for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
        name = path.relative_to(root).as_posix() if root.is_dir() else ""
        found: dict[str, Any] = {}
        if path.is_file():
            for _part, values, fault in detection.looks(str(path), ["packages", "licenses", "copyrights"]):
                assert not fault
                found |= values or {}
        lines.append(json.dumps({"path": name, "type": "file" if path.is_file() else "directory", "found": found}))
    (tmp_path / "in").write_text("\n".join(lines) + "\n")
    finishing.finish(str(root), source=tmp_path / "in", target=tmp_path / "out")
    entries = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    return {entry["path"]: entry["found"] for entry in entries}


def test_only_what_changed_comes_back(grow: Grow, tmp_path: Path) -> None:
    found = finished(grow({"LICENSE": MIT, "a/see.py": SEE, "notes.txt": "nothing"}), tmp_path)
    assert found["a/see.py"]["detected_license_expression_spdx"] == "MIT"
    assert "notes.txt" not in found
    assert found[finishing.TREE]["errors"] == []
    assert found[finishing.TREE]["license_detections"]


def test_packages_are_numbered_and_not_drawn(grow: Grow, tmp_path: Path) -> None:
    root = grow({"package.json": SETUP, "a.js": "1"})
    first, second = finished(root, tmp_path), finished(root, tmp_path)
    assert first == second
    (package,) = first[finishing.TREE]["packages"]
    assert package["purl"] == "pkg:npm/thing@1.0"
    assert first["a.js"]["for_packages"] == [package["package_uid"]]


def test_a_name_with_a_backslash_keeps_what_was_found_in_it(grow: Grow, tmp_path: Path) -> None:
    found = finished(grow({"a\\see.py": SEE, "a/see.py": SEE, "LICENSE": MIT}), tmp_path)
    assert "a\\see.py" not in found
    assert found["a/see.py"]["detected_license_expression_spdx"] == "MIT"


def test_one_file_is_a_tree_of_its_own(grow: Grow, tmp_path: Path) -> None:
    found = finished(grow({"package.json": SETUP}) / "package.json", tmp_path)
    assert found[finishing.TREE]["packages"][0]["name"] == "thing"


def test_a_plug_in_that_raises_is_told_and_the_next_one_runs(grow: Grow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise ZeroDivisionError("in a plug-in")

    monkeypatch.setattr("packagedcode.plugin_package.PackageScanner.process_codebase", broken)
    found = finished(grow({"LICENSE": MIT, "see.py": SEE}), tmp_path)
    (error,) = found[finishing.TREE]["errors"]
    assert "in a plug-in" in error
    assert found["see.py"]["detected_license_expression_spdx"] == "MIT"


def test_running_out_of_memory_is_not_taken_for_a_fault_of_a_plug_in(grow: Grow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> None:
        raise MemoryError

    monkeypatch.setattr("packagedcode.plugin_package.PackageScanner.process_codebase", broken)
    with pytest.raises(MemoryError):
        finished(grow({"LICENSE": MIT}), tmp_path)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """ScanCode's own index has one rule; what was loaded before is there again afterwards."""
    index, loaded = LicenseIndex([models.Rule.from_file(rule_file=f"{models.rules_data_dir}/mit_10.RULE")]), detection._parts
    monkeypatch.setattr(detection, "get_index", lambda: index)
    yield
    detection._parts.use(ours=False)
    detection._parts = loaded


@pytest.mark.usefixtures("few")
def test_a_warm_up_that_fails_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_location: str) -> dict[str, Any]:
        raise ValueError("no grammar")

    monkeypatch.setattr(detection, "PARTS", {"info": broken})
    with pytest.raises(RuntimeError, match="no grammar"):
        detection.load()
