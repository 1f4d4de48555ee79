# SPDX-License-Identifier: Apache-2.0
"""What operators set through pages and doors, and what follows from it everywhere."""

from datetime import timedelta
from typing import Any

from builders import HTML, archive
from madang import institute, kit
from rooms.operations.conftest import Office


def version(office: Office, name: str) -> int:
    found = {row["name"]: row["version"] for row in office.call("GET", "/admin/settings")["items"]}
    return int(found[name])


def change(office: Office, name: str, value: object) -> None:
    office.call("PATCH", f"/admin/settings/{name}", {"value": value, "version": version(office, name)})


def test_a_name_stands_at_the_head_of_every_page_in_both_languages(office: Office) -> None:
    sent = office.send("/admin/settings/name", version=version(office, "name"), ko="온실연구소", en="Greenhouse Institute")
    assert sent.headers["location"] == "/admin/settings?done=name#name"
    assert "<span>Greenhouse Institute</span>" in office.page("/assets")
    korean = office.yard.client.get("/assets", headers={"Accept": "text/html", "Accept-Language": "ko"}).text
    assert "<span>온실연구소</span>" in korean
    assert "Put it back" in office.page("/admin/settings?done=name")


def test_two_operators_do_not_overwrite_each_other(office: Office) -> None:
    seen = version(office, "contact")
    office.send("/admin/settings/contact", version=seen, value="first@institute.example")
    page = office.send("/admin/settings/contact", status=412, version=seen, value="second@institute.example").text
    assert "Meanwhile operator has changed this setting" in page
    assert "first@institute.example" in page
    office.call("PATCH", "/admin/settings/contact", {"value": "x", "version": seen}, status=412)


def test_a_value_that_is_not_taken_is_told_beside_its_field(office: Office) -> None:
    page = office.send("/admin/settings/max_upload_bytes", status=422, version=version(office, "max_upload_bytes"), value="a lot").text
    assert "This setting takes a size from 1 MiB to 1 TiB" in page
    office.send("/admin/settings/sign_up", status=422, version=version(office, "sign_up"), value="sometimes")
    office.send("/admin/settings/sign_up", status=412, version="no number", value="open")
    office.send("/admin/settings/moon_phase", status=404, version=0, value="1")
    office.call("PATCH", "/admin/settings/sign_up", {"value": "open", "version": 0, "more": 1}, status=422)
    office.call("PATCH", "/admin/settings/max_waiting", {"value": 9, "version": 0}, status=409)
    assert "stated by MADANG_MAX_WAITING" in office.page("/admin/settings")


def test_a_change_is_undone_from_the_history(office: Office) -> None:
    change(office, "sign_up", "open")
    office.send("/admin/settings/sign_up", version=version(office, "sign_up"), value="closed", reason="점검")
    newest = office.call("GET", "/admin/changes?name=sign_up&limit=1")
    assert newest["next"]
    row = newest["items"][0]
    assert (row["before"], row["after"], row["reason"], row["by"]) == ("open", "closed", "점검", "operator")
    office.send(f"/admin/changes/{row['id']}/undoing", version=row["version"])
    office.send(f"/admin/changes/{row['id']}/undoing", status=412, version=row["version"])
    assert office.yard.house.institute.sign_up == "open"
    office.call("POST", f"/admin/changes/{row['id']}/undoing", {"version": 99}, status=412)
    office.call("POST", "/admin/changes/999999/undoing", {"version": 1}, status=404)
    office.send("/admin/changes/x/undoing", status=404, version=1)
    assert "Nobody; operators make accounts" in office.page("/admin/changes")
    assert "sign_up" in office.page("/admin/changes.csv")
    office.send("/admin/settings/sign_up", version=version(office, "sign_up"), deed="default")
    assert office.yard.house.institute.sign_up == "invitation"


def test_an_upload_is_held_to_the_limit_that_holds_now(office: Office) -> None:
    address = office.yard.register("large")
    change(office, "max_upload_bytes", "1 MiB")
    try:
        content = archive({"a.bin": bytes(range(256)) * 20_000}) + b"\0" * (3 << 20)
        answer = office.yard.client.post(f"{address}/versions", files={"file": ("a.tar.gz", content)}, headers=office.yard.signed)
        assert answer.status_code == 413
    finally:
        change(office, "max_upload_bytes", None)
    assert office.yard.submit(address, archive({"a.txt": "small"}))


def test_an_inner_host_is_open_as_soon_as_it_is_listed_and_shut_as_soon_as_it_is_not(office: Office) -> None:
    guard = office.yard.house.guard
    assert guard.allowed_hosts == ("git.example",)
    address = office.yard.register("inner")
    asked = {"source": {"git": "https://10.1.2.3/lab/x.git"}}
    assert office.yard.client.post(f"{address}/versions", json=asked, headers=office.yard.signed).status_code == 403
    office.send("/admin/hosts", version=0, host="10.1.0.0/16", reason="장비 연구실")
    assert "10.1.0.0/16" in office.page("/admin/hosts?done=opened")
    assert office.yard.client.post(f"{address}/versions", json=asked, headers=office.yard.signed).status_code == 202
    office.send("/admin/hosts", status=422, version=1, host="10.1.0.0/16", reason="again")
    office.send("/admin/hosts", status=422, version=1, host="not a host", reason="why")
    office.send("/admin/hosts", status=422, version=1, host="git.other.example", reason="")
    office.send("/admin/hosts", status=422, version=0, host="git.other.example", reason="stale")
    office.send("/admin/hosts/removal", version=1, host="10.1.0.0/16")
    office.send("/admin/hosts/removal", status=404, version=2, host="10.1.0.0/16")
    assert office.yard.house.guard.allowed_hosts == ("git.example",)
    assert "stated by MADANG_ALLOWED_HOSTS" in office.page("/admin/hosts")


def test_hosts_are_opened_and_shut_by_programs_too(office: Office) -> None:
    seen = office.call("GET", "/admin/hosts")["version"]
    made = office.call("POST", "/admin/hosts", {"host": "*.lab.example", "reason": "연구실", "version": seen}, status=201)
    assert [row["host"] for row in made["items"]] == ["git.example", "*.lab.example"]
    assert "*.lab.example" in office.page("/admin/hosts.csv")
    office.call("DELETE", f"/admin/hosts?host=*.lab.example&version={seen}", status=412)
    assert len(office.call("DELETE", f"/admin/hosts?host=*.lab.example&version={made['version']}")["items"]) == 1


def test_a_host_that_a_job_was_refused_is_told_with_a_way_to_open_it(office: Office) -> None:
    from madang import compliance
    from madang.forges import InnerAddress
    from madang.jobs import Failure

    address = office.yard.register("asks")
    task = office.yard.submit(address, archive({"a.txt": "a"}))["task"]
    with office.yard.house.database.reading() as session:
        version_id = compliance.get_task(session, task, viewer=kit.SYSTEM).version.id
    office.yard.verifier.fail(version_id, task, Failure.of(InnerAddress(host="git.vision.example")))
    page = office.page("/admin/hosts")
    assert 'href="/admin/hosts?host=git.vision.example#host"' in page
    assert 'value="git.vision.example"' in office.page("/admin/hosts?host=git.vision.example")


def test_a_banner_stands_on_every_page_for_its_time(office: Office) -> None:
    now = kit.now()
    told = {"ko": "오늘 저녁 점검합니다", "en": "Maintenance tonight", "until": (now + timedelta(hours=1)).isoformat()}
    change(office, "banner", told)
    assert "Maintenance tonight" in office.yard.client.get("/", headers=HTML).text
    change(office, "banner", told | {"from": (now + timedelta(minutes=30)).isoformat()})
    assert "Maintenance tonight" not in office.page("/")
    change(office, "banner", None)


def test_a_form_gives_the_times_of_the_banner_where_the_clock_of_the_pages_is(office: Office) -> None:
    given: dict[str, Any] = {"ko": "점검", "en": "", "from": "2026-12-01T09:00", "until": "2026-12-01T18:00"}
    office.send("/admin/settings/banner", version=version(office, "banner"), **given)
    banner = office.yard.house.institute.banner
    assert banner.begins_at
    assert banner.begins_at.isoformat() == "2026-12-01T00:00:00+00:00"
    assert 'value="2026-12-01T18:00"' in office.page("/admin/settings")
    office.send("/admin/settings/banner", status=422, version=version(office, "banner"), **{**given, "until": "soon"})
    change(office, "banner", None)


def test_while_only_operators_write_others_read_and_sign_in_and_out(office: Office) -> None:
    ends = kit.now() + timedelta(minutes=10)
    change(office, "banner", {"ko": "", "en": "", "until": ends.isoformat(), "read_only": True})
    try:
        new = {"kind": "software", "namespace": "researcher", "name": "later"}
        refused = office.yard.client.post("/api/v1/assets", json=new, headers=office.member)
        assert (refused.status_code, refused.json()["code"]) == (503, "maintenance")
        assert 500 < int(refused.headers["retry-after"]) <= 600
        assert office.yard.client.get("/api/v1/assets", headers=office.member).status_code == 200
        assert "nothing can be changed" in office.yard.client.get("/", headers=HTML).text
        office.yard.register("operators-may")
        wrong = office.yard.client.post("/sign-in", data={"name": "nobody", "password": "x" * 12}, headers=HTML)
        assert wrong.status_code != 503
    finally:
        change(office, "banner", None)
    assert office.yard.client.post("/api/v1/assets", json=new, headers=office.member).status_code == 201


def test_what_one_process_changed_another_knows_within_two_seconds(office: Office, tmp_path: object) -> None:
    from madang.db import Database
    from madang.institute import presence

    other = Database(office.yard.house.settings.database_url)
    assert institute.at_hand(other).max_files == 200_000
    change(office, "max_files", 1234)
    assert institute.at_hand(other).max_files == 200_000
    presence._places[other.engine.pool].looked_at -= presence.FRESH_SECONDS
    assert institute.at_hand(other).max_files == 1234
    change(office, "max_files", None)
    other.close()


def test_every_option_of_a_setting_has_its_words() -> None:
    from madang.operations.web import settings

    assert {option for field in institute.FIELDS for option in field.options} <= set(settings.WORDS)
