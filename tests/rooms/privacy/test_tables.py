# SPDX-License-Identifier: Apache-2.0
"""Tables of people: what they give away is measured as the papers define it, and each method does what it says."""

import json
import math
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from madang import privacy
from madang.privacy import measures, plans, tabular
from madang.privacy.cli import group

HEADER = ["이름", "나이", "우편번호", "병"]
# Twelve patients in three classes of four by decade and region, after the example of the paper on l-diversity.
PATIENTS = [
    ("p1", "28", "13053", "heart"), ("p2", "29", "13068", "heart"), ("p3", "21", "13068", "viral"), ("p4", "23", "13053", "viral"),
    ("p5", "50", "14853", "cancer"), ("p6", "55", "14853", "heart"), ("p7", "51", "14850", "viral"), ("p8", "59", "14850", "viral"),
    ("p9", "31", "13053", "cancer"), ("p10", "37", "13053", "cancer"), ("p11", "36", "13068", "cancer"), ("p12", "35", "13068", "cancer"),
]  # fmt: skip
PLAN = {
    "k": 4,
    "columns": {
        "이름": {"role": "identifier"},
        "나이": {"role": "quasi", "method": "range", "width": 10, "least": 0},
        "우편번호": {"role": "quasi", "method": "prefix", "keep": 3},
        "병": {"role": "sensitive"},
    },
}


def made(plan: dict[str, Any], rows: Any = PATIENTS, header: Any = HEADER, key: bytes = b"") -> privacy.Deidentified:
    return privacy.deidentify(header, rows, privacy.read_plan(plan), key=key)


def test_a_table_is_measured_before_and_after_as_the_papers_say() -> None:
    told = made(PLAN)
    assert (told.before.k, told.before.unique, told.before.highest) == (1, 1.0, 1.0)
    assert (told.after.k, told.after.classes, told.after.sizes, told.removed_rows) == (4, 3, {4: 3}, 0)
    assert (told.after.highest, told.after.average, told.after.unique, told.after.small) == (0.25, 0.25, 0.0, 1.0)
    illness = told.after.diversity["병"]
    assert illness.distinct == 1  # all in their thirties have cancer
    assert (illness.entropy, illness.probabilistic, illness.recursive) == (1.0, 1.0, 1)
    assert illness.closeness == pytest.approx(1 - 5 / 12)
    assert list(told.header) == ["나이", "우편번호", "병"]
    assert told.rows[0] == ["20–30", "130*", "heart"]
    assert told.loss.discernibility == 3 * 16
    assert told.loss.class_size == 1.0
    assert told.loss.values["이름"] == 1.0


def test_rows_of_small_classes_are_removed() -> None:
    told = made({**PLAN, "k": 5})
    assert (told.removed_rows, told.after.rows, told.after.k) == (12, 0, 0)
    assert told.loss.rows == 1.0


def test_t_closeness_orders_numbers() -> None:
    rows = [("a", str(pay)) for pay in (3, 4, 5)] + [("b", str(pay)) for pay in (6, 7, 8, 9, 10, 11)]
    told = measures.measure(rows, ["q", "pay"], quasi=["q"], sensitive=["pay"])
    assert told.diversity["pay"].closeness == pytest.approx(0.375)  # the worked example of the paper on t-closeness, 3k to 5k of 3k to 11k


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xy"), st.sampled_from("123")), min_size=1, max_size=40))
def test_measures_are_those_that_brute_force_finds(rows: list[tuple[str, str, str]]) -> None:
    told = measures.measure(rows, ["a", "b", "s"], quasi=["a", "b"], sensitive=["s"])
    classes = Counter((a, b) for a, b, _s in rows)
    assert told.k == min(classes.values())
    assert told.unique == pytest.approx(sum(count == 1 for count in classes.values()) / len(rows))
    worst = [[s for a, b, s in rows if (a, b) == each] for each in classes]
    assert told.diversity["s"].distinct == min(len(set(each)) for each in worst)
    shares = [[count / len(each) for count in Counter(each).values()] for each in worst]
    assert told.diversity["s"].entropy == pytest.approx(min(math.exp(-sum(p * math.log(p) for p in each)) for each in shares), abs=1e-5)
    assert told.diversity["s"].probabilistic == pytest.approx(min(1 / max(each) for each in shares), abs=1e-5)
    for length in range(2, told.diversity["s"].recursive + 1):
        for each in worst:
            counts = sorted(Counter(each).values(), reverse=True)
            assert counts[0] < 3 * sum(counts[length - 1 :]) or length > told.diversity["s"].recursive


@pytest.mark.parametrize(
    ("method", "value", "wanted"),
    [
        ({"method": "mask"}, "홍길동", "***"),
        ({"method": "mask", "keep": 1}, "홍길동", "홍**"),
        ({"method": "prefix", "keep": 3}, "13053", "130*"),
        ({"method": "parts", "keep": 2}, "대전 유성구 가정로 218", "대전 유성구"),
        ({"method": "range", "width": 10}, "37", "30–40"),
        ({"method": "range", "width": 10}, "-3", "-10–0"),
        ({"method": "range", "width": 0.5}, "1.75", "1.5–2"),
        ({"method": "range", "width": 10}, "x", "*"),
        ({"method": "round", "step": 10}, "37", "40"),
        ({"method": "round-up", "step": 10}, "31", "40"),
        ({"method": "round-down", "step": 10}, "39", "30"),
        ({"method": "round", "step": 1000}, "12,600", "13000"),
        ({"method": "date", "unit": "month"}, "2024-03-05", "2024-03"),
        ({"method": "date", "unit": "quarter"}, "2024년 11월 5일", "2024-Q4"),
        ({"method": "date", "unit": "decade"}, "1987.3.1", "1980s"),
        ({"method": "date", "unit": "year"}, "2024/13/01", "*"),
        ({"method": "date", "unit": "day"}, "2024-03", "*"),
        ({"method": "bounds", "most": 80}, "93", "≥80"),
        ({"method": "bounds", "least": 20, "most": 80}, "3", "≤20"),
        ({"method": "bounds", "most": 80}, "50", "50"),
        ({"method": "blank"}, "x", ""),
        ({"method": "text"}, "전화 010-1234-5678 입니다", "전화 ***-****-**** 입니다"),
        ({"method": "range", "width": 10}, "", ""),
        ({"method": "round", "step": 1}, "NaN", "*"),
        ({"method": "round", "step": 1}, "1e999", "*"),
    ],
)
def test_each_method_does_what_it_says(method: dict[str, Any], value: str, wanted: str) -> None:
    told = made({"columns": {"a": method}}, [(value,)], ["a"])
    assert told.rows == [[wanted]]
    assert told.unread == ({"a": 1} if wanted == "*" else {})


def test_methods_on_whole_columns_keep_what_they_promise() -> None:
    rows = [(str(n), str(n)) for n in range(100)]
    for method in ({"method": "shuffle"}, {"method": "swap", "group": 10}):
        told = made({"columns": {"a": method}}, rows, ["a", "b"], key=b"k" * 16)
        assert sorted(row[0] for row in told.rows) == sorted(row[0] for row in rows)
        assert [row[0] for row in told.rows] != [row[0] for row in rows]
        assert made({"columns": {"a": method}}, rows, ["a", "b"], key=b"k" * 16).rows == told.rows
    swapped = made({"columns": {"a": {"method": "swap", "group": 10}}}, rows, ["a", "b"])
    assert all(abs(int(a) - int(b)) < 10 for a, b in swapped.rows)
    grouped = made({"columns": {"a": {"method": "group-mean", "group": 5}}}, rows, ["a", "b"])
    assert min(Counter(row[0] for row in grouped.rows).values()) >= 5
    assert sum(float(row[0]) for row in grouped.rows) == pytest.approx(sum(range(100)))
    assert {row[0] for row in made({"columns": {"a": {"method": "mean"}}}, rows, ["a", "b"]).rows} == {"49.5"}
    rare = made({"columns": {"a": {"method": "rare", "rare": 2}}}, [("x",), ("x",), ("y",)], ["a"])
    assert rare.rows == [["x"], ["x"], ["*"]]
    noisy = made({"columns": {"a": {"method": "noise", "scale": 1}}}, rows, ["a", "b"])
    moved = [abs(int(a) - int(b)) for a, b in noisy.rows]
    assert 0 < sum(moved) < 1000
    random = made({"columns": {"a": {"method": "round-random", "step": 10}}}, [("3",)] * 400, ["a"])
    assert {row[0] for row in random.rows} == {"0", "10"}


def test_pseudonyms_are_the_same_for_the_same_and_need_a_key() -> None:
    rows = [("a", "1"), ("b", "1"), ("a", "2")]
    told = made({"columns": {"x": {"role": "identifier", "method": "pseudonym"}}}, rows, ["x", "y"], key=b"secret of sixteen")
    assert told.rows[0][0] == told.rows[2][0] != told.rows[1][0]
    with pytest.raises(privacy.KeyMissing):
        made({"columns": {"x": {"method": "pseudonym"}}}, rows, ["x", "y"])


@pytest.mark.parametrize(
    "plan",
    [
        [],
        {"x": 1},
        {"k": -1},
        {"k": True},
        {"k": 10**9},
        {"columns": []},
        {"columns": {"나이": 3}},
        {"columns": {"나이": {"role": "x"}}},
        {"columns": {"나이": {"method": "x"}}},
        {"columns": {"나이": {"method": "range"}}},
        {"columns": {"나이": {"method": "range", "width": 0}}},
        {"columns": {"나이": {"method": "range", "width": "3"}}},
        {"columns": {"나이": {"method": "range", "width": float("nan")}}},
        {"columns": {"나이": {"method": "date", "unit": "week"}}},
        {"columns": {"나이": {"method": "keep", "width": 3}}},
        {"columns": {"없음": {}}},
    ],
)
def test_a_plan_that_cannot_be_is_refused(plan: Any) -> None:
    with pytest.raises(privacy.BadPlan):
        made(plan)


@pytest.mark.parametrize(
    "data", [b"", b"\n\n", b"a,b\n1\n", b'a,b\n"1,2\n', b"a,b\n\xff\xfe\xfd,1\n", b"a\0,b\n1,2\n", b"a," * 600 + b"b\n"]
)
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(privacy.NotATable):
        privacy.read_table(data)


def test_tables_are_read_and_written_as_people_have_them() -> None:
    assert privacy.read_table("이름,값\n가,1\n".encode("cp949")) == (["이름", "값"], [["가", "1"]])
    assert privacy.read_table("\ufeffa\tb\r\n1\t2\r\n".encode(), tabs=True) == (["a", "b"], [["1", "2"]])
    assert privacy.write_table(["a"], [["=1+1"], ["-3"], ['x,"']]) == 'a\n\'=1+1\n-3\n"x,"""\n'


def run(*arguments: str, code: int = 0) -> str:
    said = CliRunner().invoke(group(lambda text: text), list(arguments), standalone_mode=False)
    assert (said.return_value or 0) == code, said
    return said.output


def test_the_command_measures_and_applies(tmp_path: Path) -> None:
    table, plan, report = tmp_path / "patients.csv", tmp_path / "plan.toml", tmp_path / "report.json"
    table.write_text(privacy.write_table(HEADER, PATIENTS), encoding="utf-8")
    said = run("measure", str(table), "--quasi", "나이,우편번호", "--sensitive", "병", "--least-k", "3", code=3)
    assert "(k-anonymity): 1 rows" in said
    told = json.loads(run("measure", str(table), "--quasi", "우편번호", "--format", "json"))
    assert (told["k"], told["sizes"]) == (2, {"2": 2, "4": 2})
    plan.write_text(
        'k = 4\n[columns."이름"]\nrole = "identifier"\n[columns."나이"]\nrole = "quasi"\nmethod = "range"\nwidth = 10\n'
        '[columns."우편번호"]\nrole = "quasi"\nmethod = "prefix"\nkeep = 3\n[columns."병"]\nrole = "sensitive"\n',
        encoding="utf-8",
    )
    made_of = run("apply", str(table), "--plan", str(plan), "--report", str(report))
    assert made_of.splitlines()[:2] == ["나이,우편번호,병", "20–30,130*,heart"]
    kept = json.loads(report.read_text("utf-8"))
    assert (kept["before"]["k"], kept["after"]["k"], kept["removed_rows"]) == (1, 4, 0)
    assert kept["plan"]["columns"]["나이"] == {"role": "quasi", "method": "range", "width": 10}
    assert len(kept["rows_sha256"]) == 64
    plan.write_text("k = [", encoding="utf-8")
    with pytest.raises(privacy.BadPlan):
        CliRunner().invoke(group(str), ["apply", str(table), "--plan", str(plan)], standalone_mode=False, catch_exceptions=False)


def test_every_method_has_a_doer() -> None:
    known = {*tabular._EACH, *tabular._WHOLE, "remove", "pseudonym"}  # the core's own tables
    assert set(plans.METHODS) == known
