# SPDX-License-Identifier: Apache-2.0
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang import scan


def test_a_report_comes_back_equal_from_json(report: scan.Report) -> None:
    assert scan.Report.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_what_is_at_its_default_is_not_written(report: scan.Report) -> None:
    written = report.to_json()["files"][2]
    assert "copyrights" not in written
    assert "is_text" not in written
    assert written["size"] == 0


@pytest.mark.parametrize(
    ("field", "value"),
    [("files", "x"), ("files", [1]), ("totals", []), ("name", 5), ("license_counts", [1]), ("declared_in", "LICENSE")],
)
def test_json_of_another_shape_is_refused(report: scan.Report, field: str, value: object) -> None:
    with pytest.raises(TypeError):
        scan.Report.from_json(report.to_json() | {field: value})


def test_json_without_a_needed_field_is_refused(report: scan.Report) -> None:
    written = report.to_json()
    del written["engine"]
    with pytest.raises(KeyError):
        scan.Report.from_json(written)


@given(
    st.builds(
        scan.Statement,
        value=st.text(),
        start_line=st.integers(min_value=0),
        end_line=st.integers(min_value=0),
    ),
    st.lists(st.text(), max_size=3),
    st.one_of(st.none(), st.text()),
    st.floats(min_value=0, max_value=100),
)
def test_any_file_comes_back_equal(statement: scan.Statement, errors: list[str], expression: str | None, share: float) -> None:
    file = scan.File(
        path="a",
        sha256="",
        sha1="",
        size=1,
        copyrights=(statement,),
        scan_errors=tuple(errors),
        detected_license_expression=expression,
        percentage_of_license_text=share,
    )
    engine = scan.Engine("e", "1", "", "", "")
    totals = scan.Totals(*[0] * 9)
    report = scan.Report("n", engine, (file,), (), (), (), (), (), (), totals, None, (), None, {}, {})
    assert scan.Report.from_json(json.loads(json.dumps(report.to_json()))) == report
