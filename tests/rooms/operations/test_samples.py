# SPDX-License-Identifier: Apache-2.0
"""The operator's page of samples: what they add up to, what differs, and where."""

from collections.abc import Iterator

import pytest
from sqlalchemy import delete, false, select

from builders import archive
from madang import catalog, compliance, jobs, kit, scan
from madang.app.measuring import figures
from madang.compliance.samples import actions
from madang.compliance.samples.drawing import Drawn
from madang.compliance.samples.models import Sample
from rooms.operations.conftest import Office


@pytest.fixture
def sampled(office: Office) -> Iterator[Office]:
    """Three contents: one equal, one whose answers differ, one that met a limit."""
    database = office.yard.house.database
    with database.reading() as session:
        version_id = session.scalar(select(catalog.Version.id).limit(1))
    if version_id is None:
        office.yard.submit(office.yard.register("sampled"), archive({"a.py": "a"}))
    with database.writing() as session:
        version_id = session.scalars(select(catalog.Version.id).limit(1)).one()
        right, wrong = scan.Said("MIT", ("A <b>",), cpu=8.0), scan.Said(None, cpu=1.0)
        for place, (path, fast) in enumerate((("a.py", right), ("src/b c&d.py", wrong), ("c.py", scan.Said(fault="deadline")))):
            sha256 = str(place) * 64
            pair = scan.Pair(path, path, 9, sha256, fast, right)
            actions.record(session, Drawn(version_id, "x", path, sha256, 9), pair, task_id="t", release="1.0")
    yield office
    with database.writing() as session:
        session.execute(delete(Sample))
        for task in jobs.tasks(session, states=[jobs.State.QUEUED], name="compliance.sample"):
            jobs.cancel(session, task.id)


def test_without_samples_the_page_says_when_they_come(office: Office) -> None:
    assert "No file was looked at both ways yet." in office.page("/admin/samples")
    assert office.call("GET", "/admin/samples") == {"items": [], "engines": [], "next": None}


def test_the_page_shows_share_interval_cost_and_both_answers(sampled: Office) -> None:
    page = sampled.page("/admin/samples")
    assert "50.00 %; with 95 % confidence between 9.45 % and 90.55 % of all files" in page
    assert "1.8 times as much" in page
    assert "A &lt;b&gt;" in page
    assert "/file?path=src/b%20c%26d.py" in page
    only = sampled.page("/admin/samples?result=unfinished")
    assert "deadline" in only
    assert "a.py" not in only
    assert sampled.page("/admin/samples?result=nonsense&page=99999999")


def test_the_list_is_a_table_and_json_too(sampled: Office) -> None:
    rows = sampled.page("/admin/samples.csv").splitlines()
    assert rows[0].startswith("\ufeffat,result") or rows[0].startswith("at,result")
    assert "different" in sampled.page("/admin/samples.csv?result=different")
    first = sampled.call("GET", "/admin/samples?limit=2")
    second = sampled.call("GET", first["next"].removeprefix("/api/v1"))
    found = {each["path"]: each["differs"] for each in [*first["items"], *second["items"]]}
    assert found == {"a.py": [], "c.py": [], "src/b c&d.py": ["expression", "holders"]}
    engine = first["engines"][0]
    assert (engine["different"], engine["equal"], engine["unfinished"], engine["share"]) == (1, 1, 1, 0.5)
    sampled.call("GET", "/admin/samples?cursor=x", status=422)


def test_a_version_that_one_may_not_see_is_not_named(sampled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "visible", lambda _viewer: false())
    page = sampled.page("/admin/samples?result=different")
    assert "in a version that you may not see" in page
    assert "b c" not in page
    assert "A &lt;b&gt;" not in page
    assert [each["path"] for each in sampled.call("GET", "/admin/samples")["items"]] == [None] * 3


def test_some_are_looked_at_now_and_not_twice_at_once(sampled: Office) -> None:
    sampled.send("/admin/samples")
    assert "Samples are being looked at already" in sampled.send("/admin/samples", status=409).text
    sampled.call("POST", "/admin/samples", status=409)


def test_who_is_no_operator_sees_and_does_nothing(office: Office) -> None:
    office.page("/admin/samples", status=403, who=office.member)
    office.send("/admin/samples", status=403, who=office.member)


def test_samples_are_figures_for_a_collector(sampled: Office) -> None:
    with sampled.yard.house.database.reading() as session:
        told = {each.name: dict(each.values) for each in figures(sampled.yard.house, session)}
    assert told["madang_scan_samples"] == {("equal",): 1, ("different",): 1, ("unfinished",): 1}
    assert told["madang_scan_sample_cpu_seconds"] == {("fast",): 9.0, ("thorough",): 16.0}


def test_a_sample_of_a_version_is_told_by_its_room(sampled: Office) -> None:
    with sampled.yard.house.database.reading() as session:
        shown = compliance.samples(session, viewer=kit.SYSTEM, limit=9)
    assert all(each.asset is not None for each in shown)
