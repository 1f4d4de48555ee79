# SPDX-License-Identifier: Apache-2.0
"""CSV as people have it."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import kit, sheets

ROWS = [["주소", "이름"], ["https://git.example/lab/a", "가, 나"], ["https://git.example/lab/b", "줄\n바꿈"]]
TEXT = '주소,이름\r\nhttps://git.example/lab/a,"가, 나"\r\nhttps://git.example/lab/b,"줄\n바꿈"\r\n'


def read(content: bytes, **options: object) -> sheets.Table:
    return sheets.read(content, name="list.csv", **options)  # type: ignore[arg-type]


def refusal(content: bytes, **options: object) -> kit.Refusal:
    with pytest.raises(kit.Refusal) as caught:
        read(content, **options)
    return caught.value


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("cp949", "cp949"),
        ("euc-kr", "cp949"),
    ],
)
def test_a_list_reads_the_same_in_every_encoding_that_is_met_here(encoding: str, told: str) -> None:
    table = read(TEXT.encode(encoding))
    assert [list(table.header), *[list(row.cells) for row in table.rows]] == ROWS
    assert (table.encoding, table.separator, table.header_number) == (told, ",", 1)
    assert [row.number for row in table.rows] == [2, 3]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_seen_without_its_mark_where_zeros_show_it(encoding: str) -> None:
    table = read("address\tname\nhttps://git.example/a\ta\n".encode(encoding))
    assert (table.header, table.separator, table.encoding) == (("address", "name"), "\t", encoding)


def test_utf_16_that_begins_with_the_big_end_is_read() -> None:
    assert read("\ufeffaddress\nhttps://git.example/가\n".encode("utf-16-be")).rows[0].cells == ("https://git.example/가",)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    text = separator.join(("url", "title", "x")) + "\n" + separator.join(("https://a.example/x", '"a ; b , c"', "")) + "\n"
    table = read(text.encode())
    assert table.separator == separator
    assert table.header == ("url", "title", "x")
    assert table.rows[0].cell(1) == "a ; b , c"


def test_a_first_line_may_say_the_separator() -> None:
    table = read(b"sep=;\r\na,b;c\r\n1;2\r\n")
    assert (table.header, table.rows[0].cells, table.header_number) == (("a,b", "c"), ("1", "2"), 1)


def test_empty_rows_are_left_out_and_numbers_stay_those_of_the_file() -> None:
    table = read(b"\n\n,,\nurl,name\n\n  https://a.example/x  ,\n , \nhttps://a.example/y,why\n")
    assert (table.header_number, table.header) == (4, ("url", "name"))
    assert [(row.number, row.cells) for row in table.rows] == [(6, ("https://a.example/x",)), (8, ("https://a.example/y", "why"))]
    assert (table.rows[0].cell(1), table.rows[0].cell(None), table.rows[1].cell(1)) == ("", "", "why")


def test_a_list_may_begin_at_once() -> None:
    table = read(b"https://a.example/x\nhttps://a.example/y\n").without_header()
    assert [row.cells[0] for row in table.rows] == ["https://a.example/x", "https://a.example/y"]
    assert [row.number for row in table.rows] == [1, 2]
    assert table.header == ()
    assert table.without_header() == table


def test_a_path_and_a_stream_read_like_bytes(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_bytes(TEXT.encode())
    assert (
        sheets.read(tmp_path / "list.csv", name="list.csv")
        == sheets.read(io.BytesIO(TEXT.encode()), name="list.csv")
        == read(TEXT.encode())
    )


@pytest.mark.parametrize("content", [b"", b"   \r\n\r\n", b"\xef\xbb\xbf\n", b",,,\n,,\n", b"sep=;\n"])
def test_a_list_of_nothing_is_refused(content: bytes) -> None:
    assert refusal(content).code == "sheet-empty"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), "old-excel"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not-a-list"),
        (b"%PDF-1.7\n\x01\x02\x03", "not-a-list"),
        (b"\x7fELF\x01\x01\x01 a,b,c,d", "not-a-list"),
        (b"<html><table><tr><td>x</td></tr></table></html>", "not-a-list"),
        (b'  <?xml version="1.0"?><a/>', "not-a-list"),
        (b"url\ncaf\xe9 noir\xff\n", "unknown-encoding"),
        ("url,이름".encode("utf-16") + b"\x00", "unknown-encoding"),
        (b'url,name\nhttps://a.example/x,"no end\n', "broken-quotes"),
        (b'url,name\n"https://a.example/x" y,z\n', "broken-quotes"),
    ],
)
def test_what_is_no_list_is_refused_with_what_to_do(content: bytes, code: str) -> None:
    refused = refusal(content)
    assert (refused.code, refused.field) == (code, "file")
    assert "list.csv" in str(refused)


@pytest.mark.parametrize(
    ("content", "limits"),
    [
        (b"url\n" + b"x\n" * 3, sheets.Limits(max_rows=2)),
        (b"a,b,c\n", sheets.Limits(max_columns=2)),
        (b"url\n" + b"x" * 11 + b"\n", sheets.Limits(max_cell=10)),
        (b"url\n" + b"x" * 200_000 + b"\n", sheets.Limits()),
        (b"x" * 101, sheets.Limits(max_bytes=100)),
    ],
)
def test_each_limit_refuses_what_is_over_it(content: bytes, limits: sheets.Limits) -> None:
    refused = refusal(content, limits=limits)
    assert isinstance(refused, kit.TooLarge)
    assert refused.code == "sheet-too-large"


def test_as_many_as_the_limits_say_are_read() -> None:
    assert len(read(b"url\n" + b"x\n" * 2, limits=sheets.Limits(max_rows=2)).rows) == 2
    assert read(b"a,b,,,,\n1,2,,,,\n", limits=sheets.Limits(max_columns=2)).header == ("a", "b")


def test_a_list_of_100_000_rows_is_refused() -> None:
    refused = refusal(b"url,name\n" + b"https://git.example/lab/x,x\n" * 100_000)
    assert "20000" in str(refused)


VOCABULARY = {"source": ("address", "url", "주소", "저장소"), "name": ("이름",), "title": ("제목",)}


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("URL,Name", {"source": 0, "name": 1}),
        ("번호,저장소 *,이 름", {"source": 1, "name": 2}),
        ("주 소 (필수),제목[선택]", {"source": 0, "title": 1}),
        ("ＵＲＬ,x,source_", {"source": 0}),
        ("x,y", {}),
    ],
)
def test_columns_are_recognised_by_the_words_over_them(header: str, found: dict[str, int]) -> None:
    table = read(f"{header}\n".encode())
    if header.startswith("ＵＲＬ"):
        with pytest.raises(sheets.SeveralColumns, match=r"ＵＲＬ.*source_"):
            sheets.columns(table, VOCABULARY)
    else:
        assert sheets.columns(table, VOCABULARY) == found


CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=12)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=4), min_size=1, max_size=6))
def test_what_is_written_reads_back_and_begins_no_formula(rows: list[list[str]]) -> None:
    text = sheets.write_csv(rows, header=("one", "two, and more"))
    table = read(text.encode())
    assert table.header == ("one", "two, and more")
    written = [row for row in rows if any(cell.strip() for cell in row)]
    for row, back in zip(written, table.rows, strict=True):
        for place, cell in enumerate(row):
            assert back.cell(place) in (cell.strip(), "'" + cell.rstrip())
            assert not back.cell(place).startswith(("=", "+", "-", "@", "＝"))


def test_cells_of_every_kind_are_written() -> None:
    rows = [["=1+1", "+82", "-x", "@y", "\tz", "가", None, 3, -1.5, True, "\ud800"]]
    assert sheets.write_csv(rows) == "\ufeff'=1+1,'+82,'-x,'@y,'\tz,가,,3,-1.5,1,\\ud800\r\n"
