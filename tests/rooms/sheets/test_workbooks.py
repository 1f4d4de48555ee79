# SPDX-License-Identifier: Apache-2.0
"""Excel's workbooks, whole and hostile."""

import datetime
import io
import re
import threading
import zipfile
from collections.abc import Callable, Mapping

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

import patience
from madang import kit, sheets
from madang.sheets import turns

Fill = Callable[[Worksheet], object]
MAIN = "xl/worksheets/sheet1.xml"
CELL = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def made(fill: Fill) -> bytes:
    book = openpyxl.Workbook()
    fill(book.active)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def changed(content: bytes, parts: Mapping[str, str | None], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """The workbook with some parts given anew, or taken away."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", method) as new:
        for name in old.namelist():
            if name not in parts:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            if text is not None:
                new.writestr(name, text)
    return out.getvalue()


def sheet_of(rows: str, after: str = "") -> bytes:
    content = made(lambda sheet: sheet.append(["url"]))
    return changed(content, {MAIN: f'<worksheet xmlns="{CELL}"><sheetData>{rows}</sheetData>{after}</worksheet>'})


def read(content: bytes, **options: object) -> sheets.Table:
    return sheets.read(content, name="list.xlsx", **options)  # type: ignore[arg-type]


def refusal(content: bytes, **options: object) -> kit.Refusal:
    with pytest.raises(kit.Refusal) as caught:
        read(content, **options)
    return caught.value


def test_a_workbook_reads_as_text() -> None:
    def fill(sheet: Worksheet) -> None:
        sheet.append(["주소", "수", "날", "시각", "참"])
        sheet.append([])
        sheet.append(
            ["https://git.example/lab/a", 3, datetime.date(2026, 11, 22), datetime.datetime.fromisoformat("2026-11-22T09:30"), True]
        )
        sheet.append([" 둘 ", 0.25, datetime.time(9, 30), None, False])

    table = read(made(fill))
    assert table.header == ("주소", "수", "날", "시각", "참")
    assert [(row.number, row.cells) for row in table.rows] == [
        (3, ("https://git.example/lab/a", "3", "2026-11-22", "2026-11-22 09:30:00", "TRUE")),
        (4, ("둘", "0.25", "09:30:00", "", "FALSE")),
    ]
    assert (table.sheet, table.sheets, table.encoding, table.separator) == ("Sheet", ("Sheet",), None, None)


def test_a_formula_gives_what_was_last_stored_and_is_marked() -> None:
    rows = (
        '<row r="1"><c r="A1" t="str"><f>"u"&amp;"rl"</f><v>url</v></c></row>'
        '<row r="2"><c r="A2"><f>1+1</f></c><c r="B2"><v>7</v></c></row>'
    )
    table = read(sheet_of(rows))
    assert table.header == ("url",)
    assert [(row.cells, row.computed) for row in table.rows] == [(("", "7"), frozenset({0}))]
    fresh = read(made(lambda sheet: sheet.append(["=WEBSERVICE(A9)", "x"])))
    assert fresh.header == ("", "x")


def test_the_value_of_merged_cells_counts_for_the_first_alone() -> None:
    def fill(sheet: Worksheet) -> None:
        for row in (["url", "lab"], ["https://a.example/1", "lab"], ["https://a.example/2"], ["https://a.example/3"]):
            sheet.append(row)
        sheet.merge_cells("B2:C4")

    table = read(made(fill))
    assert [(row.cells, row.merged) for row in table.rows] == [
        (("https://a.example/1", "lab"), frozenset({2})),
        (("https://a.example/2",), frozenset({1, 2})),
        (("https://a.example/3",), frozenset({1, 2})),
    ]


def test_the_first_visible_sheet_that_holds_something_is_read_or_the_one_that_is_named() -> None:
    book = openpyxl.Workbook()
    book.active.title = "빈 시트"
    book.create_sheet("숨긴").append(["secret"])
    book["숨긴"].sheet_state = "hidden"
    book.create_sheet("목록").append(["주소"])
    book.create_sheet("다른").append(["other"])
    content = saved(book)
    assert (read(content).sheet, read(content).header) == ("목록", ("주소",))
    assert read(content).sheets == ("빈 시트", "목록", "다른")
    assert read(content, sheet="다른").header == ("other",)
    assert "목록" in str(refusal(content, sheet="숨긴"))
    assert refusal(content, sheet="없는").code == "no-such-sheet"
    assert refusal(content, sheet="빈 시트").code == "sheet-empty"


def test_days_are_counted_from_1904_where_the_workbook_says_so() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active.append(["day", datetime.date(2026, 11, 22)])
    assert read(saved(book)).header == ("day", "2026-11-22")


def test_texts_inside_cells_readings_and_escapes_are_read_as_they_are_seen() -> None:
    rows = (
        '<row r="1"><c r="A1" t="inlineStr"><is><r><t>漢</t></r><r><t>字</t></r><rPh sb="0" eb="1"><t>かんじ</t></rPh></is></c>'
        '<c t="inlineStr"><is><t>a_x000D__x0041_b_x0000_c_x41_</t></is></c><c r="C1" t="e"><v>#REF!</v></c></row>'
        "<row><c><v>1E+2</v></c><c><v>1E+20</v></c><c><v>INF</v></c>"
        '<c s="99"><v>words</v></c><c t="b"><v>?</v></c><c t="d"><v>2026-11-22</v></c></row>'
    )
    table = read(sheet_of(rows))
    assert table.header == ("漢字", "a A b c_x41_".replace("A b", "Ab"), "#REF!")
    assert table.rows[0].cells == ("100", "1e+20", "INF", "words", "?", "2026-11-22")
    assert table.rows[0].number == 2


def test_shared_texts_leave_readings_out() -> None:
    content = sheet_of('<row><c t="s"><v>0</v></c></row>')
    texts = f'<sst xmlns="{CELL}"><si><t>漢字</t><rPh sb="0" eb="2"><t>かんじ</t></rPh><phoneticPr fontId="1"/></si></sst>'
    assert read(changed(content, {"xl/sharedStrings.xml": texts})).header == ("漢字",)


def test_a_day_that_no_calendar_has_stays_a_number() -> None:
    styles = (
        f'<styleSheet xmlns="{CELL}"><numFmts><numFmt numFmtId="170" formatCode="yyyy\\-mm"/></numFmts>'
        '<cellXfs><xf numFmtId="170"/><xf numFmtId="46"/></cellXfs></styleSheet>'
    )
    rows = '<row r="1"><c s="0"><v>99999999999</v></c><c s="0"><v>45000</v></c><c s="1"><v>1.5</v></c></row>'
    assert read(changed(sheet_of(rows), {"xl/styles.xml": styles})).header == ("99999999999", "2023-03-15", "1.5")


def test_a_workbook_of_the_strict_form_and_with_whole_paths_is_read() -> None:
    content = made(lambda sheet: sheet.append(["url", "이름"]))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        parts = {
            name: packed.read(name).decode().replace(CELL, "http://purl.oclc.org/ooxml/spreadsheetml/main") for name in packed.namelist()
        }
    assert read(changed(content, parts)).header == ("url", "이름")


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="1"/>',
        '<row r="0"/>',
        '<row r="1048577"/>',
        '<row r="9999999999999999999"/>',
        '<row r="x"/>',
        '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
        '<row r="1"><c r="XFE1"><v>1</v></c></row>',
        '<row r="1"><c r="1A"><v>1</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>99</v></c></row>',
        '<row r="1"><c r="A1" t="s"><v>-1</v></c></row>',
        '<row r="1"><c r="A1" s="x"><v>1</v></c></row>',
        '<row r="1"><c r="A1"><v>1</v></row>',
    ],
)
def test_a_sheet_that_is_built_wrong_is_refused(rows: str) -> None:
    assert refusal(sheet_of(rows)).code == "sheet-damaged"


@pytest.mark.parametrize("merges", ['<mergeCell ref="A1:B2"/>' * 2, '<mergeCell ref="B2:A1"/>', '<mergeCell ref="A"/>', "<mergeCell/>"])
def test_merges_that_no_workbook_has_are_refused(merges: str) -> None:
    rows = '<row r="1"><c><v>1</v></c></row><row r="2"><c><v>2</v></c></row>'
    assert refusal(sheet_of(rows, f"<mergeCells>{merges}</mergeCells>")).code == "sheet-damaged"


def test_very_many_merges_are_refused() -> None:
    assert refusal(sheet_of('<row r="1"><c><v>1</v></c></row>', '<mergeCell ref="A1"/>' * 20_001)).code == "sheet-damaged"


def test_a_merge_of_one_cell_or_beyond_the_list_changes_nothing() -> None:
    table = read(
        sheet_of('<row r="1"><c><v>1</v></c></row><row r="2"><c><v>1</v></c></row>', '<mergeCell ref="A2"/><mergeCell ref="A9:ZZ99"/>')
    )
    assert table.rows[0].merged == frozenset()


@pytest.mark.parametrize(
    "parts",
    [
        {MAIN: None},
        {MAIN: "<worksheet"},
        {"xl/workbook.xml": "no xml"},
        {"xl/workbook.xml": f'<workbook xmlns="{CELL}">' + '<sheet name="a"/>' * 1001 + "</workbook>"},
        {"xl/styles.xml": f'<styleSheet xmlns="{CELL}"><cellXfs>' + "<xf/>" * 70_001 + "</cellXfs></styleSheet>"},
        {MAIN: '<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'},
        {"xl/sharedStrings.xml": '<!DOCTYPE s [<!ENTITY x SYSTEM "file:///etc/hostname">]><sst><si><t>&x;</t></si></sst>'},
        {"xl/workbook.xml": '<!DOCTYPE w SYSTEM "https://git.example/x.dtd"><workbook/>'},
    ],
)
def test_parts_that_are_missing_broken_or_bring_entities_are_refused(parts: dict[str, str | None]) -> None:
    assert refusal(changed(made(lambda sheet: sheet.append(["url"])), parts)).code == "sheet-damaged"


def test_very_many_texts_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.sheets.parts._MOST_TEXTS", 2)
    texts = f'<sst xmlns="{CELL}">' + "<si/>" * 3 + "</sst>"
    assert refusal(changed(made(lambda sheet: sheet.append(["url"])), {"xl/sharedStrings.xml": texts})).code == "sheet-damaged"


def test_a_link_to_a_sheet_outside_is_not_followed() -> None:
    content = made(lambda sheet: sheet.append(["url"]))
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        links = packed.read("xl/_rels/workbook.xml.rels").decode()
    outside = re.sub(r'Target="[^"]*sheet1.xml"', 'Target="file:///etc/hostname" TargetMode="External"', links)
    assert outside != links
    assert refusal(changed(content, {"xl/_rels/workbook.xml.rels": outside})).code == "sheet-empty"


def test_a_workbook_cut_off_anywhere_is_refused() -> None:
    content = made(lambda sheet: [sheet.append([f"https://git.example/{n}", "x" * n]) for n in range(200)])
    for size in (30, 500, len(content) // 2, len(content) - 40, len(content) - 5):
        assert refusal(content[:size]).code == "sheet-damaged"


def test_every_byte_may_be_wrong_and_nothing_but_a_refusal_comes() -> None:
    content = made(lambda sheet: [sheet.append(["url", "이름"]) for _ in range(3)])
    for place in range(0, len(content), 7):
        broken = bytearray(content)
        broken[place] ^= 0x55
        try:
            read(bytes(broken))
        except kit.Refusal as refused:
            assert refused.code in {"sheet-damaged", "sheet-empty", "not-a-list", "sheet-locked", "unknown-encoding", "sheet-too-large"}  # noqa: PT017


def test_other_zips_locked_ones_and_rare_packings_are_refused() -> None:
    document = io.BytesIO()
    with zipfile.ZipFile(document, "w") as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert refusal(document.getvalue()).code == "not-a-list"
    content = made(lambda sheet: sheet.append(["url"]))
    locked = bytearray(content)
    locked[content.index(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(locked)).code == "sheet-locked"
    assert refusal(changed(content, {}, method=zipfile.ZIP_LZMA)).code == "sheet-damaged"


def test_a_zip_bomb_is_refused_by_what_comes_out_of_it() -> None:
    bomb = changed(
        made(lambda sheet: sheet.append(["url"])), {"xl/sharedStrings.xml": f'<sst xmlns="{CELL}">' + " " * 40_000_000 + "</sst>"}
    )
    assert "as only a trap does" in str(refusal(bomb))
    assert "bytes when it is unpacked" in str(refusal(bomb, limits=sheets.Limits(max_unpacked=1_000_000)))
    assert "parts" in str(refusal(bomb, limits=sheets.Limits(max_parts=5)))


def test_each_limit_refuses_what_is_over_it() -> None:
    content = made(lambda sheet: [sheet.append(["x" * 20, "y", "z"]) for _ in range(4)])
    for limits in (sheets.Limits(max_rows=2), sheets.Limits(max_columns=2), sheets.Limits(max_cell=19), sheets.Limits(max_bytes=100)):
        assert refusal(content, limits=limits).code == "sheet-too-large"
    far = sheet_of('<row r="1"><c r="A1"><v>1</v></c><c r="XFD1" t="str"><v>x</v></c></row>' * 1)
    assert "columns" in str(refusal(far))
    long = sheet_of('<row r="1"><c t="str"><v>' + "x" * 200_000 + "</v></c></row>")
    assert "characters" in str(refusal(long))
    shared = changed(
        sheet_of('<row><c t="s"><v>0</v></c></row>'),
        {"xl/sharedStrings.xml": f'<sst xmlns="{CELL}">' + f"<si><t>{'x' * 200_000}</t></si>" * 3 + "</sst>"},
    )
    assert "characters" in str(refusal(shared))


def test_a_workbook_of_100_000_rows_is_refused_early() -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="str"><v>https://git.example/{n}</v></c></row>' for n in range(1, 100_001))
    assert "20000" in str(refusal(sheet_of(rows)))


def test_a_few_are_held_at_a_time_and_the_next_is_told_when_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "WAIT_SECONDS", 0.01)
    content, held, done = made(lambda sheet: sheet.append(["url"])), threading.Barrier(turns.AT_ONCE + 1), threading.Event()

    def hold() -> None:
        with sheets.turn():
            sheets.read(content, name="list.xlsx")  # within a turn it takes no second one
            held.wait(patience.SECONDS)
            done.wait(patience.SECONDS)

    threads = [threading.Thread(target=hold) for _ in range(turns.AT_ONCE)]
    for thread in threads:
        thread.start()
    held.wait(patience.SECONDS)
    with pytest.raises(sheets.SheetsBusy) as refusal:
        sheets.read(content, name="list.xlsx")
    assert (refusal.value.code, refusal.value.retry_after) == ("sheets-busy", turns.RETRY_SECONDS)
    done.set()
    for thread in threads:
        thread.join(patience.SECONDS)
    assert sheets.read(content, name="list.xlsx").header == ("url",)
