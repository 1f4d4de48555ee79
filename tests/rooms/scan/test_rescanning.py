# SPDX-License-Identifier: Apache-2.0
"""Files that came, went or changed are looked at by themselves only where a scan of the whole would say the same of everything."""

import io
import random
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from madang import scan
from madang.scan.tree import content
from rooms.scan.conftest import HEADER, MIT

Grow = Callable[..., Path]
AT = datetime(2026, 11, 30, tzinfo=UTC)
REFERS = "/* Licensed under the MIT License. See LICENSE in the project root for license information. */\nint x;\n"
FILES: dict[str, str | bytes] = {
    "LICENSE": MIT,
    "package.json": '{"name": "tool", "version": "1.0.0", "license": "MIT"}',
    "pyproject.toml": '[project]\nname = "tool"\nversion = "1.0"\nlicense-files = ["LICENSE"]\ndynamic = ["dependencies"]\n',
    "requirements.txt": "requests==2.0\n",
    "src/a.py": HEADER + "x = 1\n",
    "src/Later.py": HEADER + "x = 2\n",
    "src/한글 이름.py": "x = 1\n",
    "src/see.c": REFERS,
    "src/data.bin": bytes(range(256)),
    "vendor/left.js": "var x = 1;\n",
    "z.txt": "nothing\n",
}


class Folder:
    """A folder as a tree whose digests are known, or some files of it."""

    def __init__(self, root: Path, paths: Collection[str] | None = None) -> None:
        self.root, self.paths = root, paths

    def files(self) -> Iterator[scan.Known]:
        for path in sorted(each for each in self.root.rglob("*") if each.is_file()):
            raw = str(path.relative_to(self.root))
            if self.paths is None or raw in self.paths:
                yield scan.Known(raw, path.stat().st_size, content(path).sha256)

    def bring(self, _paths: Collection[str] | None) -> Path:
        return self.root


class Scanned:
    """A scan of a folder, and what can be said of it again after changes."""

    def __init__(self, root: Path, pool: scan.Pool, cache: scan.Cache | None = None) -> None:
        self.root, self.pool, self.cache = root, pool, cache or scan.MemoryCache()
        self.kept, self.basis = scan.Kept(self.whole()), self.told
        self.digests = self.digests_now()

    def whole(self, cache: scan.Cache | None = None) -> bytes:
        def tell(basis: scan.Basis) -> None:
            self.told = scan.Basis.from_json(basis.to_json())

        report = scan.scan_tree(Folder(self.root), name="tool", pool=self.pool, cache=cache or self.cache, basis=tell)
        return written(report)

    def digests_now(self) -> dict[str, str]:
        return {each.raw: each.sha256 for each in Folder(self.root).files()}

    def again(self) -> bytes | None:
        """The document that is made of the one before, which it is put in the place of; None where the whole has to be scanned."""
        now = self.digests_now()
        gone = self.digests.keys() - now.keys()
        changed = {path for path in now if now[path] != self.digests.get(path)}
        found = scan.look_again(
            Folder(self.root, changed), self.kept, gone=gone, basis=self.basis, name="tool", pool=self.pool, cache=self.cache
        )
        if found is None:
            return None
        was = [file for path in {*changed, *gone} if (file := self.kept.file(path)) is not None]
        limits = self.pool.limits
        outline = scan.outline(Folder(self.root).files(), most_bytes=limits.max_file_bytes)
        members = scan.members(self.kept, was, found.files.values(), outline=outline, license_detections=found.license_detections)
        document = self.kept.amended(found.files, gone, members, AT)
        self.kept, self.basis, self.digests = scan.Kept(document), scan.Basis.from_json(found.basis.to_json()), now
        return document


def written(report: scan.Report) -> bytes:
    out = io.StringIO()
    scan.write(report, "json", out, at=AT)
    return out.getvalue().encode()


def put(root: Path, change: Mapping[str, str | bytes | None]) -> None:
    """Files stand with this content, or not at all any more."""
    for path, text in change.items():
        place = root / path
        if text is None:
            place.unlink()
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(text if isinstance(text, bytes) else text.encode())


CHANGES: list[dict[str, str | bytes | None]] = [
    {"z.txt": "something else\n"},
    {"src/a.py": HEADER + "x = 1\n" * 100, "src/한글 이름.py": "y = 2\n", "src/see.c": REFERS + "int y, z;\n"},
    {"src/data.bin": bytes(range(256)) * 2, "vendor/left.js": "var y = 2;\n"},
    {"new/deep/in.py": "x = 5\n", "src/b.py": HEADER, "a.c": REFERS, "src/LICENSE": MIT},
    {"src/a.py": None, "vendor/left.js": None, "z.txt": None},
    {"src/a.py": None, "src/B.py": HEADER + "x = 1\n", "vendor/left.js": None, "vendored/left.js": "var x = 1;\n"},
    {"src/a.py": "# Copyright (c) 2024 Another Institute\n" + HEADER, "z.txt": "Copyright 2025 한국연구원\n"},
    {"vendor/left.js": "/* SPDX-License-Identifier: Apache-2.0 */\n", "src/Later.py": "\n" + HEADER, "src/see.c": "int x;\n"},
    {"vendor/left.js": "/* generated by a tool. do not edit */\n", "src/한글 이름.py": REFERS + HEADER},
]


@pytest.fixture(scope="module")
def known(pool: scan.Pool) -> scan.MemoryCache:
    """What was found in one test is known in the next."""
    return scan.MemoryCache()


@pytest.mark.parametrize("change", CHANGES)
def test_changed_files_are_said_as_a_whole_scan_says_them_and_so_is_the_document(
    pool: scan.Pool, grow: Grow, known: scan.MemoryCache, change: dict[str, str | bytes | None]
) -> None:
    first = Scanned(grow(FILES), pool, known)
    assert {"package.json", "pyproject.toml", "requirements.txt", "LICENSE"} & first.basis.ties
    put(first.root, change)
    document = first.again()
    assert document is not None
    assert document == first.whole(scan.MemoryCache() if change is CHANGES[7] else None)
    assert first.kept.file("not there") is None


PIECES = [
    HEADER, MIT, "x = 1\n", "\n", "# (c) 2020 Somebody\n", "# GPL\n", "\0", "/* generated by a tool */\n",
    "# See LICENSE file in the project root for full license information.\n",
    "# Copyright 2021 Example Research Institute\n", "# SPDX-License-Identifier: Apache-2.0\n", "# see COPYING for details\n",
]  # fmt: skip
PATHS = ["src/a.py", "src/Later.py", "src/b/new.c", "z.txt", "vendor/left.js", "Z/one.h", "lib/deep/er/x.go", "src/see.c", "readme.md"]


def edited(drawn: random.Random, root: Path) -> None:
    """Some files have other contents, come, go, or stand elsewhere."""
    for path in drawn.sample(PATHS, drawn.randint(1, 3)):
        if (root / path).exists() and drawn.random() < 0.3:
            put(root, {path: None})
        else:
            put(root, {path: "".join(drawn.sample(PIECES, 2))})


def followed(first: Scanned, seed: int, rounds: int) -> int:
    """Of so many random edits, one after the other, each is said as by a whole scan or not at all; how many were said."""
    drawn, said = random.Random(seed), 0
    for _round in range(rounds):
        edited(drawn, first.root)
        document, anew = first.again(), first.whole()
        if document is not None:
            said += 1
            assert document == anew
        first.kept, first.basis, first.digests = scan.Kept(anew), first.told, first.digests_now()
    return said


def test_whatever_is_done_to_files_it_is_said_as_by_a_whole_scan_or_not_at_all(
    pool: scan.Pool, grow: Grow, known: scan.MemoryCache
) -> None:
    assert followed(Scanned(grow(FILES), pool, known), 7, 12) > 3


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_over_many_edits_too(pool: scan.Pool, grow: Grow, known: scan.MemoryCache, seed: int) -> None:
    assert followed(Scanned(grow(FILES), pool, known), seed, 50)


def test_one_edit_after_the_other_is_said_from_what_was_said_before(pool: scan.Pool, grow: Grow, known: scan.MemoryCache) -> None:
    first, drawn, said = Scanned(grow(FILES), pool, known), random.Random(3), 0
    for _round in range(6):
        edited(drawn, first.root)
        said += first.again() is not None
    assert said > 2
    put(first.root, {path: text for path, text in FILES.items() if first.digests_now().get(path) != first.digests.get(path)})


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("package.json", '{"name": "tool", "version": "1.0.0", "license": "MIT", "x": 1}'),
        ("LICENSE", MIT + "\n# SPDX-License-Identifier: Apache-2.0\n"),
        ("LICENSE", None),
        ("deep/setup.cfg", "[metadata]\nname = other\n"),
        ("NOTICE", HEADER),
        ("src/back\\slash.py", "x\n"),
    ],
)
def test_where_others_may_rest_on_a_file_the_whole_is_to_be_scanned(
    pool: scan.Pool, grow: Grow, known: scan.MemoryCache, path: str, text: str | None
) -> None:
    first = Scanned(grow(FILES), pool, known)
    put(first.root, {path: text})
    assert first.again() is None


def test_where_it_is_not_known_what_was_found_or_what_others_rest_on_the_whole_is_to_be_scanned(pool: scan.Pool, grow: Grow) -> None:
    first = Scanned(grow(FILES), pool)
    put(first.root, {"z.txt": "else\n", "src/a.py": HEADER + HEADER})
    basis, first.basis = first.basis, scan.Basis()
    assert first.again() is None
    first.basis = basis
    cache, first.cache = first.cache, scan.MemoryCache()
    assert first.again() is None
    first.cache = cache
    assert first.again() is not None


def test_a_basis_of_too_many_names_is_any_file() -> None:
    basis = scan.Basis(frozenset(map(str, range(3000))), frozenset())
    assert scan.Basis.from_json(basis.to_json()).is_open
    assert scan.Basis.from_json(None).is_open


def test_a_report_without_files_is_not_amended(pool: scan.Pool, grow: Grow) -> None:
    empty = Scanned(grow({}), pool)
    put(empty.root, {"a.py": "x\n"})
    assert not empty.kept.has_files
    assert empty.again() is None
