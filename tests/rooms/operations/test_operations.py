# SPDX-License-Identifier: Apache-2.0
"""The operator's pages: health, jobs, storage; and who does not see them."""

import os
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from builders import archive
from madang import compliance, jobs, kit, web
from madang.operations import pictures, presenting, rules
from rooms.operations.conftest import Office

PAGES = ("/admin", "/admin/jobs", "/admin/jobs.csv", "/admin/storage", "/admin/storage.csv", "/admin/settings", "/admin/changes",
         "/admin/changes.csv", "/admin/samples", "/admin/samples.csv", "/admin/hosts",
         "/admin/hosts.csv", "/admin/ledger", "/admin/ledger.csv", "/admin/ledger.json")  # fmt: skip
DOORS = ("health", "jobs", "storage", "settings", "changes", "samples", "hosts", "ledger", "ledger/checks")


@pytest.mark.parametrize("address", PAGES)
def test_an_operator_sees_every_page_and_others_are_told_no_or_to_sign_in(office: Office, address: str) -> None:
    assert office.page(address)
    office.page(address, status=403, who=office.member)
    assert office.yard.client.get(address, headers={"Accept": "text/html"}).headers["location"].startswith("/sign-in?back=/admin")


@pytest.mark.parametrize("door", DOORS)
def test_every_list_is_answered_as_json_too(office: Office, door: str) -> None:
    assert isinstance(office.call("GET", f"/admin/{door}"), dict)
    assert office.yard.client.get(f"/api/v1/admin/{door}", headers=office.member).status_code == 403


@pytest.mark.parametrize(
    "address",
    ["/admin", "/admin/jobs", "/admin/storage", "/admin/settings", "/admin/hosts", "/admin/changes", "/admin/samples", "/admin/ledger"],
)
def test_every_page_speaks_korean(office: Office, address: str) -> None:
    answer = office.yard.client.get(address, headers={**office.yard.signed, "Accept": "text/html", "Accept-Language": "ko"})
    assert "운영" in answer.text
    assert "원장" in answer.text


def test_health_says_that_no_jobs_process_is_alive(office: Office) -> None:
    assert "no jobs process is alive" in office.page("/admin")
    signs = {sign["name"]: sign for sign in office.call("GET", "/admin/health")["signs"]}
    assert signs["processes"]["state"] == "wrong"
    assert signs["database"]["state"] == "fine"
    assert "revision" in signs["database"]["fact"]


def verification(office: Office, name: str) -> tuple[str, str]:
    """A queued verification: the version's address and the task."""
    address = office.yard.register(name)
    task = office.yard.submit(address, archive({"a.py": f"# {name}\n"}))["task"]
    return address, str(task)


def test_a_failed_verification_is_done_again_through_its_room(office: Office) -> None:
    _address, task = verification(office, "fails")
    with office.yard.house.database.reading() as session:
        version_id = compliance.get_task(session, task, viewer=kit.SYSTEM).version.id
    with office.yard.house.database.writing() as session:
        compliance.cancel(session, *subject_of(session, task), by=kit.SYSTEM)
    assert "operator/fails" in office.page("/admin/jobs?state=cancelled")
    office.send(f"/admin/jobs/{task}/retry", back="/admin/jobs?state=cancelled")
    with office.yard.house.database.reading() as session:
        again = session.get_one(compliance.Verification, version_id)
        assert (again.state, again.task_id != task) == ("queued", True)
        assert jobs.state(session, again.task_id) is jobs.State.QUEUED
    office.send(f"/admin/jobs/{again.task_id}/retry", status=409)
    office.send(f"/admin/jobs/{again.task_id}/cancellation")
    with office.yard.house.database.reading() as session:
        assert session.get_one(compliance.Verification, version_id).state == "cancelled"
    office.send(f"/admin/jobs/{again.task_id}/cancellation", status=409)


def subject_of(session, task: str):  # type: ignore[no-untyped-def]
    found = compliance.get_task(session, task, viewer=kit.SYSTEM)
    return found.asset, found.version, found.verification


def test_any_other_job_is_queued_anew_with_what_it_was_given(office: Office) -> None:
    with office.yard.house.database.writing() as session:
        task = jobs.enqueue(session, "some.work", "a", 7)
    office.call("DELETE", f"/admin/jobs/{task}", status=204)
    again = office.call("POST", f"/admin/jobs/{task}/attempts", status=202)["task"]
    with office.yard.house.database.reading() as session:
        found = jobs.find_task(session, again)
    assert found
    assert (found.name, found.arguments, found.state, found.lane) == ("some.work", ("a", 7), jobs.State.QUEUED, "background")
    deeds = [line["deed"] for line in office.call("GET", "/admin/ledger?deed=job")["items"]]
    assert deeds[:2] == ["job.retried", "job.cancelled"]
    office.call("DELETE", f"/admin/jobs/{again}", status=204)


def test_a_job_that_is_not_there_is_not_found(office: Office) -> None:
    office.send("/admin/jobs/01nothing/retry", status=404)
    office.call("DELETE", "/admin/jobs/01nothing", status=404)
    office.send("/admin/jobs/01nothing/retry", status=403, who=office.member)


def test_the_queue_pages_by_cursor_and_filters(office: Office) -> None:
    with office.yard.house.database.writing() as session:
        for number in range(5):
            jobs.enqueue(session, "paged.work", number)
    seen: list[int] = []
    address: str | None = "/admin/jobs?kind=paged.work&limit=2"
    while address:
        page = office.call("GET", address.removeprefix("/api/v1"))
        seen += [int(row["what"]) for row in page["items"]]
        address = page["next"]
    assert sorted(seen) == [0, 1, 2, 3, 4]
    assert office.call("GET", "/admin/jobs?kind=paged.work&state=failed")["items"] == []
    assert "No job here." in office.page("/admin/jobs?state=failed&kind=paged.work")
    for bad in ("cursor=x", "state=odd", "limit=0", "kind=A"):
        office.call("GET", f"/admin/jobs?{bad}", status=422)


def test_work_by_day_counts_what_ended_where_the_clock_of_the_pages_is(office: Office) -> None:
    database = office.yard.house.database
    with database.writing() as session:
        task = jobs.enqueue(session, "late.work")
        at = int(datetime(2026, 1, 1, 23, 0, tzinfo=UTC).timestamp() * 1000)
        schema = "" if database.is_sqlite else "dbos."
        ended = text(f"UPDATE {schema}workflow_status SET status='SUCCESS', completed_at={at} WHERE workflow_uuid=:task")
        session.execute(ended, {"task": task})
    day = int(datetime(2026, 1, 2, tzinfo=UTC).timestamp() // 86_400)
    with database.reading() as session:
        since = datetime(2025, 12, 31, tzinfo=UTC)
        seoul = jobs.ended_by_day(session, since=since, offset_seconds=9 * 3600)
        assert seoul[day, jobs.State.DONE] == 1
        assert jobs.ended_by_day(session, since=since)[day - 1, jobs.State.DONE] == 1


def test_bars_stand_on_one_floor_and_never_leave_the_picture() -> None:
    ended = {(100, jobs.State.DONE): 37, (100, jobs.State.FAILED): 3, (98, jobs.State.CANCELLED): 1}
    made = pictures.bars(ended, last=100, days=10)
    assert [day.total for day in made.days][-3:] == [1, 0, 40]
    for drawing in (made.lying, made.standing):
        rects = [mark for mark in drawing.marks if isinstance(mark, web.pictures.Rect) and mark.title]
        assert len(rects) == 3
        assert all(0 <= mark.x <= mark.x + mark.width <= drawing.width for mark in rects)
        assert len({round(max(mark.y + mark.height for mark in rects if mark.x == x), 1) for x in {mark.x for mark in rects}}) == 1
    assert pictures.bars({}, last=100, days=10).total == 0


def test_signs_turn_when_they_should() -> None:
    now, gib = kit.now(), 1 << 30
    assert [rules.of_disk(free * gib, 100 * gib) for free in (50, 9, 1)] == ["fine", "look", "wrong"]
    assert rules.of_disk(100 * gib, 10_000 * gib) == "wrong"
    assert rules.of_seal(None, now) == rules.of_seal(now - timedelta(minutes=1), now) == "fine"
    assert rules.of_seal(now - timedelta(minutes=6), now) == "wrong"
    assert [rules.of_process(at, now) for at in (None, now - timedelta(minutes=3), now)] == ["wrong", "wrong", "fine"]
    assert [rules.of_backup(at, now) for at in (None, now - timedelta(days=8), now)] == ["look", "look", "fine"]
    assert [rules.of_letters(*many, is_set=is_set) for *many, is_set in ((0, 0, False), (1, 0, False), (1, 0, True), (0, 1, True))] == [
        "fine", "look", "fine", "wrong",
    ]  # fmt: skip
    days = [(now - timedelta(days=10), 100), (now, 200)]
    assert rules.days_left(days, 50) == 5
    assert rules.days_left(days[:1], 50) is rules.days_left([(now - timedelta(hours=1), 1), (now, 9)], 50) is None
    assert rules.days_left([(now - timedelta(days=10), 200), (now, 100)], 50) is None


def old(office: Office) -> None:
    """Everything in the store was put two days ago."""
    for path in (office.yard.house.home / "store" / "objects").glob("*/*"):
        os.utime(path, (time.time() - 2 * 86_400,) * 2)


def test_a_collection_takes_what_nobody_needs_and_nothing_else(office: Office) -> None:
    house = office.yard.house
    address, task = verification(office, "kept")
    office.yard.work(task)
    loose, young = house.store.put_bytes(b"nobody needs this"), None
    office.send("/admin/storage/collections", status=409, deed="collect")
    old(office)
    young = house.store.put_bytes(b"stored a moment ago")
    office.send("/admin/storage/collections", deed="count")
    office.send("/admin/storage/collections", status=409, deed="count")
    counted = office.call("GET", "/admin/storage")["collections"][0]
    office.works.collect(counted["id"])
    counted = office.call("GET", "/admin/storage")["collections"][0]
    assert (counted["state"], counted["dry"], counted["objects"], counted["bytes"]) == ("done", True, 1, loose.size)
    assert house.store.exists(loose.sha256)
    office.send("/admin/storage/collections", deed="collect")
    office.works.collect(office.call("GET", "/admin/storage")["collections"][0]["id"])
    assert not house.store.exists(loose.sha256)
    assert house.store.exists(young.sha256)
    files = office.yard.get(f"{address}/versions/1/files")["items"]
    assert house.store.read(files[0]["sha256"])
    assert office.yard.client.get(f"{address}/versions/1/sbom?format=spdx-json", headers=office.yard.signed).status_code == 200
    assert [line["deed"] for line in office.call("GET", "/admin/ledger?deed=storage")["items"]] == ["storage.collected"]


def test_a_tree_that_cannot_be_read_stops_the_collection(office: Office) -> None:
    house = office.yard.house
    address, task = verification(office, "hurt")
    office.yard.work(task)
    content = office.yard.get(f"{address}/versions/1")["content"]
    tree = house.home / "store" / "objects" / content[7:9] / content[9:]
    whole = tree.read_bytes()
    loose = house.store.put_bytes(b"loose beside a hurt tree")
    old(office)
    for deed in ("count", "collect"):
        if deed == "collect":
            tree.chmod(0o600)
            tree.write_bytes(b"x")
        made = office.send("/admin/storage/collections", deed=deed)
        assert made.headers["location"].startswith("/admin/storage")
        office.works.collect(office.call("GET", "/admin/storage")["collections"][0]["id"])
    done = office.call("GET", "/admin/storage")["collections"][0]
    assert (done["state"], done["damaged"]) == ("failed", 1)
    assert house.store.exists(loose.sha256)
    assert "cannot be read" in office.page("/admin/storage")
    tree.write_bytes(whole)


def test_what_is_put_while_it_is_collected_stays(office: Office) -> None:
    store = office.yard.house.store
    kept = store.put_bytes(b"found again while it is looked at")
    old(office)
    before = time.time() - 86_400
    found = next(each for each in store._objects.touched() if each.sha256 == kept.sha256)
    assert found.at < before
    assert store.put_bytes(b"found again while it is looked at").is_new is False
    assert store._objects.let_go(found, before=before) is False
    assert store.exists(kept.sha256)
    assert store._objects.let_go(found, before=time.time() + 60) is True
    assert store._objects.let_go(found, before=time.time() + 60) is False
    assert store.put_bytes(b"found again while it is looked at").is_new is True


def test_a_collection_that_fails_or_is_run_twice_leaves_its_row_ended(office: Office) -> None:
    office.send("/admin/storage/collections", deed="count")
    made = office.call("GET", "/admin/storage")["collections"][0]["id"]
    office.works.fail(made, jobs.Failure.fault("Test"))
    office.works.collect(made)
    office.works.collect("01nothing")
    assert office.call("GET", "/admin/storage")["collections"][0]["state"] == "failed"


def test_storage_says_what_is_kept_by_kind_and_namespace(office: Office) -> None:
    office.works.measure()
    office.works.measure()
    found = office.call("GET", "/admin/storage")
    assert found["objects"] > 0
    assert [share["name"] for share in found["kinds"]] == ["software"]
    assert found["namespaces"][0]["bytes"] == found["kinds"][0]["bytes"] > 0
    assert found["largest"][0]["namespace"] == "operator"
    page = office.page("/admin/storage")
    assert "operator/kept" in page
    assert "operator" in office.page("/admin/storage.csv")


def test_who_nears_a_limit_is_named_on_the_first_page(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    address = office.yard.register("near")
    office.yard.submit(address, archive({"a.py": "print(1)\n"}))
    monkeypatch.setattr(presenting, "NEAR", 0.01)
    sign = next(sign for sign in office.call("GET", "/admin/health")["signs"] if sign["name"] == "limits")
    assert sign["state"] == "look"
    assert "the limit of 50 waiting: operator (" in sign["fact"]
    monkeypatch.setattr(presenting, "NEAR", 10)
    assert "nobody is near a limit" in office.page("/admin")
