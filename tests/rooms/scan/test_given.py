# SPDX-License-Identifier: Apache-2.0
"""A tree whose contents are known is scanned as the same folder would be, and only what has to be looked at is brought."""

import hashlib
import tempfile
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pytest

from madang import scan
from rooms.scan.conftest import HEADER, MIT

SEE = "# This module is released under the terms given in the LICENSE file, see LICENSE for details.\n"
SETUP = 'from setuptools import setup\nsetup(name="thing", version="1.0", license="MIT", install_requires=["requests>=2"])\n'
POM = """<project><modelVersion>4.0.0</modelVersion><groupId>a.b</groupId><artifactId>thing</artifactId>
<version>${thing.version}</version></project>"""
FILES = {
    ".gitignore": "*.pyc\n",
    "LICENSE": MIT,
    "setup.py": SETUP,
    "package.json": '{"name": "front", "version": "2.0", "license": "MIT"}',
    "thing/__init__.py": SEE,
    "thing/bsd.py": HEADER,
    "한글/읽기.txt": "Copyright (c) 2020 Somebody\n",
    "big.bin": "x" * 5000,
}
LIMITS = scan.Limits(workers=2, max_file_bytes=4000)


class Kept:
    """A tree in memory that tells what was brought."""

    def __init__(self, files: dict[str, str], folder: Path, links: tuple[str, ...] = ()) -> None:
        self.kept, self.folder, self.links = {name: text.encode() for name, text in files.items()}, folder, links
        self.brought: list[list[str]] = []

    def files(self) -> Iterator[scan.Known]:
        yield from (scan.Known(name, len(text), hashlib.sha256(text).hexdigest()) for name, text in sorted(self.kept.items()))
        yield from (scan.Known(name, 4, "") for name in self.links)

    def bring(self, paths: Collection[str] | None) -> Path:
        self.folder.mkdir(exist_ok=True)
        into = Path(tempfile.mkdtemp(dir=self.folder))
        names = sorted(self.kept if paths is None else paths)
        self.brought.append(names)
        for name in names:
            (into / name).parent.mkdir(parents=True, exist_ok=True)
            (into / name).write_bytes(self.kept[name])
        for name in self.links if paths is None else ():
            (into / name).symlink_to("here")
        return into


@pytest.fixture(scope="module")
def narrow() -> Iterator[scan.Pool]:
    with scan.Pool(LIMITS) as pool:
        yield pool


def looked_at(kept: Kept, pool: scan.Pool, cache: scan.Cache) -> scan.Report:
    return scan.scan_tree(kept, name="tree", pool=pool, cache=cache)


def test_a_known_tree_gives_the_report_of_the_folder(narrow: scan.Pool, grow: Callable[..., Path], tmp_path: Path) -> None:
    root = grow(FILES)
    (root / "link").symlink_to("here")
    (root / "thing" / "CVS").mkdir()
    (root / "thing" / "CVS" / "Root").write_text("x")
    expected = scan.scan_tree(root, name="tree", pool=narrow)
    kept = Kept(FILES | {"thing/CVS/Root": "x"}, tmp_path / "kept", ("link",))
    cache = scan.MemoryCache()
    assert looked_at(kept, narrow, cache) == expected
    kept.brought.clear()
    assert looked_at(kept, narrow, cache) == expected
    assert kept.brought == [], "nothing is unknown"
    assert {each.reason for each in (*expected.unread, *expected.skipped)} == {"too-large", "link", "version-control"}


def test_only_what_is_unknown_is_brought_and_the_report_is_that_of_a_first_scan(narrow: scan.Pool, tmp_path: Path) -> None:
    cache = scan.MemoryCache()
    looked_at(Kept(FILES, tmp_path / "one"), narrow, cache)
    changed = Kept(FILES | {"thing/bsd.py": HEADER + "x = 1\n", "LICENSE": MIT.replace("MIT", "The MIT")}, tmp_path / "two")
    report = looked_at(changed, narrow, cache)
    assert changed.brought[0] == ["LICENSE", "thing/bsd.py"]
    assert sorted(FILES) not in changed.brought, "manifests that stand for themselves are not looked at again"
    assert report == looked_at(
        Kept(dict(FILES) | {name: text.decode() for name, text in changed.kept.items()}, tmp_path / "three"), narrow, scan.MemoryCache()
    )


def test_a_manifest_whose_parser_looks_into_another_file_is_looked_at_with_all_of_them(narrow: scan.Pool, tmp_path: Path) -> None:
    files = {"pom.xml": POM, "pom.properties": "thing.version=1.0\n", "a.py": "x = 1\n"}
    cache = scan.MemoryCache()
    first = looked_at(Kept(files, tmp_path / "one"), narrow, cache)
    changed = files | {"pom.properties": "thing.version=2.0\n"}
    kept = Kept(changed, tmp_path / "two")
    second = looked_at(kept, narrow, cache)
    assert sorted(files) in kept.brought
    assert second == looked_at(Kept(changed, tmp_path / "three"), narrow, scan.MemoryCache())
    assert [each.version for each in first.packages] != [each.version for each in second.packages]


def test_what_is_new_beside_a_manifest_has_it_looked_at_again(narrow: scan.Pool, tmp_path: Path) -> None:
    files = {"pom.xml": POM, "a.py": "x = 1\n"}
    cache = scan.MemoryCache()
    looked_at(Kept(files, tmp_path / "one"), narrow, cache)
    grown = files | {"pom.properties": "thing.version=2.0\n"}
    assert looked_at(Kept(grown, tmp_path / "two"), narrow, cache) == looked_at(Kept(grown, tmp_path / "three"), narrow, scan.MemoryCache())
