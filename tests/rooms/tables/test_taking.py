# SPDX-License-Identifier: Apache-2.0
"""Files become rows and facts, or a refusal says what is wrong with them."""

import codecs
import contextlib
import json
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madang import kit, tables

from .conftest import Taking

TEXT = "이름,수,날\n가,1,2024-01-02\n나,2.5,2024-01-03\n,,\n"


def columns_of(facts: tables.Facts) -> list[tuple[str, str]]:
    return [(each.name, each.type) for each in facts.columns]


def parquet(folder: Path, query: str, name: str = "a.parquet") -> bytes:
    path = folder / name
    duckdb.connect(":memory:").execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path.read_bytes()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (TEXT.encode(), "utf-8"),
        (codecs.BOM_UTF8 + TEXT.encode(), "utf-8"),
        (TEXT.encode("cp949"), "cp949"),
        (TEXT.encode("utf-16"), "utf-16"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.replace("이름,수,날", "name,n,day").encode("utf-16-be"), "utf-16-be"),
        (TEXT.replace("\n", "\r\n").encode(), "utf-8"),
        (TEXT.replace("\n", "\r").encode(), "utf-8"),
        (TEXT.replace(",", ";").encode(), "utf-8"),
        (TEXT.replace(",", "\t").encode(), "utf-8"),
    ],
)
def test_a_table_is_the_same_in_every_encoding_and_with_every_line_end(take: Taking, data: bytes, told: str) -> None:
    facts = take(data)
    assert facts.encoding == told
    assert [each.type for each in facts.columns] == ["VARCHAR", "DOUBLE", "DATE"]
    assert facts.first == [["가", 1.0, "2024-01-02"], ["나", 2.5, "2024-01-03"], [None, None, None]]
    assert [each.missing for each in facts.columns] == [1, 1, 1]
    assert [(each.least, each.most) for each in facts.columns[1:]] == [(1.0, 2.5), ("2024-01-02", "2024-01-03")]


def test_lines_that_end_in_two_ways_are_read_and_what_is_quoted_stays_as_it_is(take: Taking) -> None:
    facts = take(b'a,b\r\n1,x\n2,"y\r\nz"\r\n3,"say ""hi"""\n')
    assert facts.first == [[1, "x"], [2, "y\r\nz"], [3, 'say "hi"']]


@pytest.mark.parametrize(
    ("data", "code", "values"),
    [
        (b"", "empty-table", {}),
        (b"\xef\xbb\xbf\n\n", "empty-table", {}),
        (b"a,b\n1,2\n3\n", "wrong-columns", {"line": 3, "expected": 2, "found": 1}),
        (b"a,b\r\n1,2\n3,4,5\r\n", "wrong-columns", {"line": 3, "expected": 2, "found": 3}),
        (b'a,b\n1,"x\n2,y\n', "open-quote", {"line": 2}),
        (b'a,b\n1,"x"y\n', "open-quote", {"line": 2}),
        ("가,나\n".encode() * 3 + "다,라\n".encode("cp949"), "mixed-text", {"line": 4}),
        (b"a,b\n1,\xff\xfe\n", "mixed-text", {"line": 2}),
    ],
)
def test_what_is_wrong_is_said_with_its_line(take: Taking, data: bytes, code: str, values: dict[str, int]) -> None:
    with pytest.raises(kit.Refusal) as caught:
        take(data)
    assert caught.value.code == code
    assert caught.value.values == values


def test_a_number_that_begins_with_zero_stays_a_text(take: Taking) -> None:
    facts = take("code,zone,n\n06234,01,0.5\n12345,02,10\n")
    assert columns_of(facts) == [("code", "VARCHAR"), ("zone", "VARCHAR"), ("n", "DOUBLE")]
    assert facts.first[0] == ["06234", "01", 0.5]


def test_a_value_far_down_that_is_no_number_makes_the_column_a_text(take: Taking) -> None:
    facts = take("n,m\n" + "1,2\n" * 30_000 + "x,3\n")
    assert columns_of(facts) == [("n", "VARCHAR"), ("m", "BIGINT")]
    assert (facts.rows, facts.duplicates) == (30_001, 29_999)
    assert [(each.distinct, each.is_exact) for each in facts.columns] == [(2, True), (2, True)]


def test_a_file_without_names_gets_them(take: Taking) -> None:
    assert columns_of(take("1,2\n3,4\n")) == [("column0", "BIGINT"), ("column1", "BIGINT")]
    assert [name for name, _type in columns_of(take('a,"b""c",;\n1,2,3\n'))] == ["a", 'b"c', ";"]


def test_of_ten_thousand_columns_the_first_are_shown(take: Taking) -> None:
    line = ",".join
    facts = take(line(f"c{n}" for n in range(10_000)) + "\n" + line("1" for _ in range(10_000)) + "\n", columns=40)
    assert (len(facts.columns), facts.columns_in_all, len(facts.first[0])) == (40, 10_000, 40)


def test_lines_of_json_are_rows_and_what_lies_within_is_said_as_json(take: Taking) -> None:
    facts = take('{"a":1,"b":{"c":[1,2]}}\n{"a":null,"d":"다"}\n', "a.jsonl")
    assert columns_of(facts)[0] == ("a", "BIGINT")
    assert facts.first == [[1, '{"c": [1, 2]}', None], [None, None, "다"]]
    assert [each.kind for each in facts.columns] == ["number", "other", "text"]
    assert take('[{"a":1},{"a":2}]', "a.json").first == [[1], [2]]


def test_json_whose_later_rows_are_of_another_type_is_read(take: Taking) -> None:
    facts = take('{"a":1}\n' * 21_000 + '{"a":"x","b":2}\n', "a.jsonl")
    assert facts.rows == 21_001
    assert [name for name, _type in columns_of(facts)] == ["a", "b"]


@pytest.mark.parametrize("data", [b'{"a":1}\n{"a"\n', b"no json", b"[" * 100_000, b'{"a":\xff}'])
def test_what_is_no_json_is_refused(take: Taking, data: bytes) -> None:
    with pytest.raises(kit.Invalid) as caught:
        take(data, "a.jsonl")
    assert caught.value.code in ("unreadable-table", "mixed-text")
    assert "take0" not in caught.value.sentence()  # our folder


def test_a_parquet_file_stays_where_it_is_and_its_types_are_its_own(take: Taking, tmp_path: Path) -> None:
    query = "SELECT range::INTEGER AS n, TIMESTAMPTZ '2024-01-01 09:00:00+09' AS t, 'a'::BLOB AS b, DATE '200000-01-01' AS d FROM range(3)"
    facts = take(parquet(tmp_path, query), "a.parquet")
    assert facts.first[0] == [0, "2024-01-01T00:00:00+00:00", "61", "200000-01-01"]
    assert (facts.rows, facts.form, facts.encoding) == (3, "Parquet", "")


def test_parquet_that_is_cut_or_lies_is_refused(take: Taking, tmp_path: Path) -> None:
    whole = parquet(tmp_path, "SELECT range AS n, repeat('x', 50) AS t FROM range(5000)")
    footer = int.from_bytes(whole[-8:-4], "little")
    lies = [
        whole[:-100],
        whole[: len(whole) // 2],
        b"PAR1" + b"\0" * 20 + b"\xff\xff\xff\x7fPAR1",  # a footer of 2 GiB
        whole[:200] + whole[-footer - 8 :],  # the footer of rows that are not there
        whole[: -footer - 8] + b"\xff" * footer + whole[-8:],
        b"PAR1",
    ]
    for data in lies:
        with pytest.raises(kit.Invalid) as caught:
            take(data, "a.parquet")
        assert caught.value.code == "unreadable-table"
        assert str(tmp_path) not in caught.value.sentence()


def test_values_are_distributed_over_bars(take: Taking) -> None:
    facts = take("n,word,day,ok\n" + "".join(f"{n},w{n % 3},2024-01-{1 + n % 28:02},{n % 2 == 0}\n" for n in range(100)))
    n, word, day, ok = facts.columns
    assert (n.by, len(n.bars), sum(bar.count for bar in n.bars)) == ("step", 20, 100)
    assert (n.bars[0].start, n.bars[-1].end, n.mean) == (0.0, 99.0, 49.5)
    assert (word.by, [(bar.start, bar.count) for bar in word.bars]) == ("value", [("w0", 34), ("w1", 33), ("w2", 33)])
    assert (day.by, sum(bar.count for bar in day.bars), day.bars[0].start) == ("step", 100, "2024-01-01")
    assert (ok.kind, [bar.count for bar in ok.bars]) == ("yes-no", [50, 50])
    assert facts.duplicates == 0


def test_long_values_are_shown_by_their_beginning(take: Taking) -> None:
    facts = take("a\n" + "가" * 2000 + "\n")
    assert facts.first == [["가" * 500]]
    assert facts.cut == 1


@pytest.mark.parametrize("encoding", ["utf-8", "cp949", "utf-16"])
def test_a_glance_takes_the_whole_records_of_the_beginning(take: Taking, encoding: str) -> None:
    data = ("a,b\n" + '1,"가\n나"\n' * 5000).encode(encoding)
    facts = take(data, most=4001)
    assert facts.first[0] == [1, "가\n나"]
    assert len(facts.first) == 100
    assert (facts.rows, facts.columns[0].missing) == (None, None)


def test_a_glance_at_json_takes_what_is_whole(take: Taking) -> None:
    many = [{"a": n, "b": "x" * 50} for n in range(200)]
    assert take(json.dumps(many), "a.json", most=1000).first[:2] == [[0, "x" * 50], [1, "x" * 50]]
    assert len(take("\n".join(map(json.dumps, many)), "a.jsonl", most=1000).first) == 14


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.tsv", "a.json", "a.jsonl", "a.parquet"]))
def test_no_bytes_do_more_than_be_refused(take: Taking, data: bytes, name: str) -> None:
    with contextlib.suppress(kit.Invalid):
        assert take(data, name).rows is not None
