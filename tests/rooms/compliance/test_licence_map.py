# SPDX-License-Identifier: Apache-2.0
"""The licence map loses no file, keeps every cell inside the one above, and shows what decides."""

import csv
import io
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from madang import web
from madang.compliance import licence_map, pictures
from madang.compliance.licence_map import Cell, Tally

WORDS = licence_map.Words()
LICENCES: tuple[tuple[str | None, str, bool], ...] = (
    (None, "none", False),
    ("MIT", "permissive", False),
    ("OFL-1.1", "conditions", False),
    ("LGPL-2.1-or-later", "weak", False),
    ("GPL-2.0-only", "strong", True),
    ("AGPL-3.0-only", "network", True),
    ("LicenseRef-scancode-unknown", "unknown", False),
)
names = st.sampled_from(["a", "b", "src", "문서", "a very long name of a folder that does not end soon"])
folders = st.lists(names, max_size=7).map("/".join)
tallies = st.builds(
    lambda folder, licence, files: Tally(folder, licence[0], licence[1], files, licence[2]),
    folders,
    st.sampled_from(LICENCES),
    st.integers(1, 3000),
)
trees = st.lists(tallies, min_size=1, max_size=60)


def files_of(path: str, *licence: object) -> tuple[str, str | None, str, bool]:
    return (path, *(licence or (None, "none", False)))  # type: ignore[return-value]


def under(cells: tuple[Cell, ...], cell: Cell) -> list[Cell]:
    return [
        each
        for each in cells
        if each.row == cell.row + 1 and cell.start - 1e-6 <= each.start < cell.end - 1e-6 and each.end <= cell.end + 1e-6
    ]


@settings(max_examples=150, deadline=None)
@given(trees, st.integers(2, 6), st.sampled_from([346.0, 780.0, 1184.0]))
def test_no_file_is_lost_and_no_cell_leaves_its_parent(tree: list[Tally], rows: int, length: float) -> None:
    cells = licence_map.lay_out(tree, length=length, rows=rows)
    total = sum(each.files for each in tree)
    assert sum(cell.files for cell in cells if cell.kind != "folder") == total
    assert cells[0].start == 0
    assert cells[0].end == length
    for cell in cells:
        assert cell.end - cell.start == pytest.approx(cell.files * length / total, abs=0.01)
        assert 0 <= cell.row < cell.row_end <= rows
        if cell.kind == "folder":
            parts = under(cells, cell)
            assert sum(part.files for part in parts) == cell.files
            assert parts[0].start == pytest.approx(cell.start, abs=0.01)
            assert all(one.end == pytest.approx(two.start, abs=0.01) for one, two in pairwise(parts))


@settings(max_examples=100, deadline=None)
@given(trees)
def test_every_conflict_stays_a_leaf_of_its_own(tree: list[Tally]) -> None:
    cells = licence_map.lay_out(tree, length=1184, rows=5)
    drawn: Counter[str | None] = Counter()
    for cell in cells:
        if cell.is_conflict:
            assert cell.kind == "leaf"
            drawn[cell.expression] += cell.files
    wanted: Counter[str | None] = Counter()
    for each in tree:
        if each.is_conflict:
            wanted[each.expression] += each.files
    assert drawn == wanted


@settings(max_examples=60, deadline=None)
@given(trees, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(tree: list[Tally], chance: object) -> None:
    shuffled = list(tree)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert licence_map.lay_out(shuffled, length=1184, rows=5) == licence_map.lay_out(tree, length=1184, rows=5)


@settings(max_examples=80, deadline=None)
@given(trees)
def test_words_stay_inside_their_boxes_and_their_paper(tree: list[Tally]) -> None:
    for drawing in (pictures.desktop(tree, title="A title that is rather long 1.0", words=WORDS), pictures.phone(tree, words=WORDS)):
        for box in drawing.boxes:
            assert 0 <= box.x <= box.x + box.width <= drawing.width + 0.01
            assert 0 <= box.y <= box.y + box.height <= drawing.height + 0.01
            for label in box.labels:
                assert label.x + web.pictures.width_of(label.text) <= box.x + box.width
                assert box.y < label.y <= box.y + box.height
        for stem, after in pairwise(drawing.stems):
            assert stem.at + web.pictures.width_of(stem.place) < after.at
        assert all(0 <= stem.at < drawing.width for stem in drawing.stems)


def test_a_version_without_files_has_no_cells_and_an_empty_drawing() -> None:
    assert licence_map.lay_out((), length=1184, rows=5) == ()
    assert pictures.desktop((), title="x", words=WORDS).boxes == ()
    assert pictures.phone((), words=WORDS).boxes == ()
    assert licence_map.by_licence(()) == ()


def test_files_are_counted_by_folder_and_licence() -> None:
    files = [
        files_of("LICENSE", "MIT", "permissive", False),
        files_of("src/a.c"),
        files_of("src/b.c"),
        files_of("src/c.c", "MIT", "permissive", False),
    ]
    assert licence_map.tally(files) == (
        Tally("", "MIT", "permissive", 1),
        Tally("src", None, "none", 2),
        Tally("src", "MIT", "permissive", 1),
    )


def test_a_folder_of_one_licence_is_one_leaf_down_to_the_ground() -> None:
    cells = licence_map.lay_out(
        [Tally("docs/guide/ko", "CC-BY-4.0", "conditions", 50), Tally("src", "MIT", "permissive", 50)], length=1000, rows=5
    )
    assert [(cell.kind, cell.name, cell.row, cell.row_end) for cell in cells[1:]] == [("leaf", "docs", 1, 2), ("leaf", "src", 1, 2)]


def test_a_chain_of_folders_is_drawn_as_one() -> None:
    deep = "/".join(f"level{n}" for n in range(900))
    cells = licence_map.lay_out(
        [Tally(f"{deep}/one", "MIT", "permissive", 5), Tally(f"{deep}/two", "Zlib", "permissive", 5)], length=1184, rows=5
    )
    assert [cell.kind for cell in cells] == ["folder", "folder", "leaf", "leaf"]
    assert cells[1].name.startswith("level0/level1/")
    drawing = pictures.desktop([Tally(f"{deep}/{name}", name, "permissive", 5) for name in ("one", "two")], title="x", words=WORDS)
    assert drawing.boxes[1].labels[0].text.endswith("…")


def test_leaves_too_narrow_to_draw_stand_together() -> None:
    tree = [Tally("src", "MIT", "permissive", 10_000)] + [Tally("", f"LicenseRef-{n}", "unknown" if n % 2 else "weak", 1) for n in range(9)]
    tree.append(Tally("", "GPL-2.0-only", "strong", 1, is_conflict=True))
    cells = licence_map.lay_out(tree, length=1184, rows=5)
    others = [cell for cell in cells if cell.kind == "others"]
    assert [(cell.files, cell.strength, cell.expression) for cell in others] == [(9, "mixed", None)]
    assert [cell.files for cell in cells if cell.is_conflict] == [1]


def test_a_small_folder_that_conflicts_keeps_its_place() -> None:
    tree = [
        Tally("src", "MIT", "permissive", 990),
        Tally("old", "GPL-2.0-only", "strong", 10, is_conflict=True),
        Tally("new", "Zlib", "permissive", 10),
    ]
    named = {cell.name for cell in licence_map.lay_out(tree, length=1184, rows=5) if cell.kind == "leaf"}
    assert named == {"src", "old", ""}


def test_conflicts_have_one_number_in_picture_and_table() -> None:
    tree = [
        Tally("b", "GPL-2.0-only", "strong", 40, is_conflict=True),
        Tally("a", "AGPL-3.0-only", "network", 70, is_conflict=True),
        Tally("c/x", "MIT", "permissive", 400),
        Tally("c/y", "MIT", "permissive", 41),
        Tally("d", "LicenseRef-scancode-unknown", "unknown", 30),
        Tally("d", None, "none", 30),
    ]
    assert licence_map.numbered(tree) == {"AGPL-3.0-only": 1, "GPL-2.0-only": 2}
    drawing = pictures.desktop(tree, title="x", words=WORDS)
    assert sorted((stem.number or 0, stem.expression, stem.files, stem.place, stem.style) for stem in drawing.stems) == [
        (0, "unknown", 30, "d", "ink"),
        (1, "AGPL-3.0-only", 70, "a", "seal"),
        (2, "GPL-2.0-only", 40, "b", "seal"),
    ]
    assert [box.number for box in pictures.phone(tree, words=WORDS).boxes if box.number] == [1, 2]
    rows = licence_map.by_licence(tree)
    assert [(row.expression, row.files, row.number) for row in rows] == [
        ("MIT", 441, None),
        ("LicenseRef-scancode-unknown", 30, None),
        ("AGPL-3.0-only", 70, 1),
        ("GPL-2.0-only", 40, 2),
        (None, 30, None),
    ]
    assert rows[0].places == ("c/x", "c/y")
    assert rows[0].share == 1


def test_the_table_twin_has_every_row_and_the_csv_the_same() -> None:
    tree = (Tally("src", "MIT", "permissive", 3), Tally("=cmd", None, "none", 1), Tally("x", "GPL-2.0-only", "strong", 2, is_conflict=True))
    assert [(row.folder, row.files, row.is_conflict) for row in licence_map.by_place(tree)] == [
        ("src", 3, False),
        ("=cmd", 1, False),
        ("x", 2, True),
    ]
    assert list(csv.reader(io.StringIO(licence_map.as_csv(tree).removeprefix("\ufeff")))) == [
        ["folder", "license_expression", "strength", "files", "conflict"],
        ["src", "MIT", "permissive", "3", "0"],
        ["'=cmd", "", "none", "1", "0"],
        ["x", "GPL-2.0-only", "strong", "2", "1"],
    ]


@pytest.mark.parametrize(
    ("text", "room", "shown"),
    [
        ("short", 200, "short"),
        ("a name that is long", 60, "a name…"),
        ("한글 이름이 긴 폴더", 60, "한글 이…"),
        ("abc", 4, ""),
        ("", 10, ""),
    ],
)
def test_a_name_is_clipped_by_measured_width(text: str, room: float, shown: str) -> None:
    assert web.pictures.clipped(text, room) == shown
    assert web.pictures.width_of(shown) <= room


def test_marks_that_combine_take_no_room() -> None:
    assert web.pictures.width_of("e\u0301") == web.pictures.width_of("e")
    assert web.pictures.width_of("漢") > web.pictures.width_of("한") > web.pictures.width_of("é") > 0


def test_the_words_of_the_picture_can_be_translated() -> None:
    words = licence_map.words_in(lambda word: word.upper() if "%" not in word else word)
    assert words.others == "OTHER"
    tree = [Tally("", "MIT", "permissive", 10_000), *(Tally("", f"L{n}", "weak" if n else "permissive", 1) for n in range(3))]
    assert pictures.desktop(tree, title="x", words=words).boxes[0].labels[1].text.startswith("10,003 files · ")
