# SPDX-License-Identifier: Apache-2.0
"""Registering many from a list: what will happen is shown first, is done once, and survives."""

import io
import re
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import select

from builders import HTML, Yard, repository
from madang import compliance, jobs, kit, people, sheets
from madang.compliance.many import actions
from madang.compliance.many.models import Registration, RegistrationRow

API = "/api/v1/registrations"


def give(yard: Yard, rows: list[dict[str, str]], headers: dict[str, str] | None = None, **more: str) -> dict[str, object]:
    answer = yard.client.post(API, json={"rows": rows, **more}, headers=headers or yard.signed)
    assert answer.status_code == 201, answer.text
    found: dict[str, object] = answer.json()
    return found


def rows_of(yard: Yard, made: dict[str, object]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = yard.get(f"{made['url']}/rows?limit=500")["items"]
    return found


def states(yard: Yard, made: dict[str, object]) -> list[object]:
    return [row["state"] for row in rows_of(yard, made)]


def registrar(yard: Yard) -> compliance.Registrar:
    return compliance.Registrar(yard.house.database, lambda: yard.house.guard)


def confirm(yard: Yard, made: dict[str, object]) -> int:
    return int(yard.client.post(f"{made['url']}/confirmation", headers=yard.signed).status_code)


def work_all(yard: Yard) -> None:
    with yard.house.database.reading() as session:
        waiting = session.scalars(select(compliance.Verification.task_id).where(compliance.Verification.state == "queued")).all()
    for task in waiting:
        yard.work(task)


def test_a_name_in_hangul_is_the_title_and_the_address_gives_the_name(yard: Yard) -> None:
    lines = ("저장소 주소,이름", "https://git.example/lab/speech.git,음성 인식기", "https://git.example/lab/a.git,a b")
    content = "\r\n".join(lines).encode("cp949")
    made = yard.client.post(API, files={"file": ("list.csv", content)}, headers=yard.signed).json()
    first, second = rows_of(yard, made)
    assert (first["state"], first["name"], second["state"]) == ("ready", "speech", "refused")
    assert confirm(yard, made) == 202
    registrar(yard).work(str(made["id"]), actions.MAKE)
    assert yard.get("/api/v1/assets/software/operator/speech")["title"] == "음성 인식기"


def test_a_draft_says_for_every_row_what_will_happen(yard: Yard) -> None:
    old = give(yard, [{"source": "https://git.example/lab/old"}])
    assert confirm(yard, old) == 202
    registrar(yard).work(str(old["id"]), actions.MAKE)
    made = give(
        yard,
        [
            {"source": "https://git.example/lab/a.git"},
            {"source": "https://git.example/lab/a"},
            {"source": "https://git.example/other/old"},
            {"source": "https://git.example/lab/old", "name": "other"},
            {"source": "https://10.0.0.7/lab/x"},
            {"source": "not an address"},
            {"source": ""},
            {"source": "https://git.example/lab/b", "name": "../b"},
            {"source": "https://git.example/lab/c", "kind": "unicorn"},
            {"source": "https://git.example/lab/d", "exposure": "비공개", "title": "가"},
            {"source": "https://git.example/lab/e", "exposure": "everyone"},
            {"source": "https://git.example/lab/f", "title": "x" * 300},
        ],
    )
    rows = rows_of(yard, made)
    assert [(row["state"], row["action"]) for row in rows[:4]] == [
        ("ready", "new-asset"),
        ("duplicate", ""),
        ("ready", "new-version"),
        ("duplicate", ""),
    ]
    assert "Row 1" in str(rows[1]["reason"])
    assert "operator/old" in str(rows[3]["reason"])
    assert [row["state"] for row in rows[4:]] == ["refused"] * 5 + ["ready"] + ["refused"] * 2
    assert "inner network" in str(rows[4]["reason"])
    assert yard.get(str(made["url"]))["rows"] == {"ready": 3, "refused": 7, "duplicate": 2, "left-out": 0, "made": 0}
    assert [asset["name"] for asset in yard.get("/api/v1/assets")["items"]] == ["old"]


def test_a_confirmed_list_is_made_once_and_everybody_hears_once(yard: Yard, tmp_path: Path) -> None:
    sources = [repository(tmp_path / name, {"LICENSE": f"MIT License {name}\n"}).as_uri() for name in ("one", "two", "three")]
    made = give(yard, [{"source": each} for each in sources], namespace="operator", exposure="inner")
    assert yard.get("/api/v1/assets")["items"] == []
    assert confirm(yard, made) == 202
    assert confirm(yard, made) == 202
    worker = registrar(yard)
    worker.work(str(made["id"]), actions.MAKE)
    worker.work(str(made["id"]), actions.MAKE)
    assert {asset["name"] for asset in yard.get("/api/v1/assets")["items"]} == {"one", "two", "three"}
    assert {asset["exposure"] for asset in yard.get("/api/v1/assets")["items"]} == {"inner"}
    with yard.house.database.reading() as session:
        assert {row.lane for row in session.scalars(select(compliance.Verification))} == {jobs.Lane.BACKGROUND.value}
    assert yard.get(str(made["url"]))["state"] == "running"
    work_all(yard)
    after = yard.get(str(made["url"]))
    assert (after["state"], after["versions"]) == ("ended", {"verified": 3})


def test_a_killed_worker_goes_on_where_it_was(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    made = give(yard, [{"source": f"https://git.example/lab/r{n}"} for n in range(13)])
    confirm(yard, made)
    worker, calls = registrar(yard), iter(range(10))
    real = worker._make

    def killed(session, made, last):  # type: ignore[no-untyped-def]
        if next(calls) == 1:
            raise KeyboardInterrupt
        return real(session, made, last)

    monkeypatch.setattr(worker, "_make", killed)
    with pytest.raises(KeyboardInterrupt):
        worker.work(str(made["id"]), actions.MAKE)
    assert states(yard, made).count("queued") == 5
    registrar(yard).work(str(made["id"]), actions.MAKE)
    assert states(yard, made) == ["queued"] * 13
    assert len(yard.get("/api/v1/assets?limit=100")["items"]) == 13


def test_the_rest_can_be_cancelled_and_tried_again(yard: Yard) -> None:
    made = give(yard, [{"source": f"https://git.example/lab/r{n}"} for n in range(7)])
    confirm(yard, made)
    worker = registrar(yard)
    with yard.house.database.writing() as session:
        worker._make(session, session.get_one(Registration, str(made["id"])), 0)
    assert yard.client.delete(str(made["url"]), headers=yard.signed).status_code == 202
    worker.work(str(made["id"]), actions.MAKE)
    worker.work(str(made["id"]), actions.CANCEL)
    assert states(yard, made) == ["cancelled"] * 5 + ["left-out"] * 2
    assert yard.get(str(made["url"]))["state"] == "ended"
    assert yard.client.delete(str(made["url"]), headers=yard.signed).status_code == 202
    assert yard.client.post(f"{made['url']}/attempts", headers=yard.signed).status_code == 202
    worker.work(str(made["id"]), actions.RETRY)
    assert states(yard, made) == ["queued"] * 7


def test_a_list_hinders_nobody_from_handing_in_one_version(yard: Yard) -> None:
    made = give(yard, [{"source": f"https://git.example/lab/r{n}"} for n in range(6)])
    confirm(yard, made)
    registrar(yard).work(str(made["id"]), actions.MAKE)
    with yard.house.database.writing() as session:
        account = people.get_account(session, "operator", viewer=kit.SYSTEM)
        by = people.actor_of(session, account, via="session")
        from madang import catalog

        asset = catalog.register(session, kind="software", namespace="operator", name="single", by=by)
        source = catalog.Source("git", "https://git.example/x")
        compliance.submit(session, asset, source=source, limits=compliance.Limits(max_waiting=1), by=by)
        with pytest.raises(compliance.TooManyWaiting):
            compliance.submit(session, asset, source=source, limits=compliance.Limits(max_waiting=1), by=by)


def test_what_stands_differently_when_it_is_made_is_refused_by_itself(yard: Yard) -> None:
    made = give(yard, [{"source": "https://git.example/lab/a"}, {"source": "https://git.example/lab/b", "label": "no/label"}])
    confirm(yard, made)
    yard.register("a")
    worker = registrar(yard)
    worker.work(str(made["id"]), actions.MAKE)
    assert states(yard, made) == ["refused", "refused"]
    assert yard.get(str(made["url"]))["state"] == "ended"
    assert len(yard.get("/api/v1/assets")["items"]) == 1
    again = give(yard, [{"source": "https://git.example/lab/z"}])
    confirm(yard, again)
    worker.fail(str(again["id"]), actions.MAKE, jobs.Failure("internal-fault", "Broken", {}))
    assert states(yard, again) == ["refused"]


def test_rights_hold_while_it_is_made(yard: Yard) -> None:
    member = yard.token_for("member", kit.Role.MEMBER)
    made = give(yard, [{"source": "https://git.example/lab/a"}, {"source": "https://git.example/lab/b", "namespace": "operator"}], member)
    assert [row["state"] for row in rows_of(yard, made)] == ["ready", "refused"]
    assert yard.client.post(f"{made['url']}/confirmation", headers=member).status_code == 202
    with yard.house.database.writing() as session:
        people.set_disabled(session, people.get_account(session, "member", viewer=kit.SYSTEM), disabled=True, by=kit.SYSTEM)
    registrar(yard).work(str(made["id"]), actions.MAKE)
    assert states(yard, made) == ["refused", "refused"]


def test_a_list_is_its_givers_own(yard: Yard) -> None:
    made = give(yard, [{"source": "https://git.example/lab/a"}])
    neighbour, reader = yard.token_for("neighbour", kit.Role.MEMBER), yard.token_for("reader", kit.Role.READER)
    for headers in (neighbour, reader):
        assert yard.client.get(str(made["url"]), headers=headers).json()["code"] == "no-such-registration"
        assert yard.client.post(f"{made['url']}/confirmation", headers=headers).status_code == 404
        assert yard.client.get(API, headers=headers).json()["items"] == []
    theirs = yard.client.post(API, json={"rows": [{"source": "https://git.example/lab/a"}]}, headers=reader).json()
    assert theirs["rows"]["refused"] == 1
    assert "namespace" in yard.client.get(f"{theirs['url']}/rows", headers=reader).json()["items"][0]["reason"]
    assert yard.client.post(API, json={"rows": []}).status_code == 401
    assert [each["id"] for each in yard.get(API)["items"]] == [made["id"]]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"rows": "x"}, "invalid"),
        ({"rows": [1]}, "invalid"),
        ({"rows": [{"sauce": "x"}]}, "invalid"),
        ({"rows": [{"source": 1}]}, "invalid"),
        ({"rows": [], "exposure": "x"}, "invalid-exposure"),
        ({"rows": [{"source": "https://git.example/x"}] * 2001}, "too-many-rows"),
        ({"lines": []}, "invalid"),
    ],
)
def test_a_body_that_is_no_list_is_refused(yard: Yard, body: dict[str, object], code: str) -> None:
    answer = yard.client.post(API, json=body, headers=yard.signed)
    assert answer.status_code in (413, 422)
    assert answer.json()["code"] == code


def test_nothing_ready_is_nothing_to_confirm_and_a_draft_is_not_tried_again(yard: Yard) -> None:
    made = give(yard, [{"source": "nowhere"}])
    assert yard.client.post(f"{made['url']}/confirmation", headers=yard.signed).json()["code"] == "nothing-to-register"
    assert yard.client.post(f"{made['url']}/attempts", headers=yard.signed).json()["code"] == "not-in-that-state"
    assert yard.client.delete(str(made["url"]), headers=yard.signed).json()["state"] == "ended"


def test_so_many_rows_may_be_under_way(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_UNDER_WAY", 2)
    first = give(yard, [{"source": "https://git.example/lab/a"}, {"source": "https://git.example/lab/b"}])
    assert confirm(yard, first) == 202
    assert confirm(yard, give(yard, [{"source": "https://git.example/lab/c"}])) == 429


def csrf(yard: Yard) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', yard.client.get("/register/list", headers=HTML).text)
    assert found
    return found[1]


def signed_in(yard: Yard) -> None:
    with yard.house.database.writing() as session:
        account = people.get_account(session, "operator", viewer=kit.SYSTEM)
        people.set_password(session, account, password="a few plain words", by=kit.SYSTEM)
    page = yard.client.get("/sign-in", headers=HTML).text
    found = re.search(r'name="csrf" value="([^"]+)"', page)
    assert found
    yard.client.post("/sign-in", data={"csrf": found[1], "name": "operator", "password": "a few plain words"}, headers=HTML)


def upload(yard: Yard, content: bytes, name: str = "list.csv") -> tuple[int, str]:
    answer = yard.client.post(
        "/register/list", data={"csrf": csrf(yard), "exposure": "private"}, files={"file": (name, content)}, headers=HTML
    )
    return answer.status_code, answer.headers.get("location", answer.text)


def test_a_spreadsheet_is_previewed_mended_and_confirmed_on_pages(yard: Yard) -> None:
    signed_in(yard)
    book = openpyxl.Workbook()
    for row in (
        ["번호", "저장소 주소", "이름", "공개 범위"],
        [1, "https://git.example/lab/a", "a b", "내부"],
        [2, "https://git.example/lab/b", "", ""],
        [3, "https://git.example/lab/c", "", ""],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    status, address = upload(yard, file.getvalue(), "목록.xlsx")
    assert status == 303
    page = yard.client.get(address, headers=HTML).text
    assert "목록.xlsx" in page
    assert "Register 2 rows" in page
    assert "nothing is registered yet" in page

    def post(where: str, **fields: str) -> int:
        return int(yard.client.post(address + where, data={"csrf": csrf(yard), **fields}, headers=HTML).status_code)

    assert post("/rows/2", name="a") == 303
    assert post("/rows/3", leave="out") == 303
    assert post("/rows/99", leave="out") == 404
    assert post("/rows/x", leave="out") == 404
    assert "Register 2 rows" in yard.client.get(address, headers=HTML).text
    assert post("/rows/3", leave="in") == 303
    assert "Register 3 rows" in yard.client.get(address, headers=HTML).text
    assert post("/confirmation") == 303
    assert post("/rows/2", name="b") == 409
    list_id = address.rpartition("/")[2]
    registrar(yard).work(list_id, actions.MAKE)
    page = yard.client.get(address, headers=HTML).text
    assert "Cancel the rest" in page
    assert 'hx-trigger="every 3s"' in page
    table = sheets.read(yard.client.get(f"{address}/rows.csv").content, name="rows.csv")
    assert [row.cell(1) for row in table.rows] == ["queued"] * 3
    assert len(yard.client.get(f"{address}/rows.json").json()["items"]) == 3
    assert post("/cancellation") == 303
    registrar(yard).work(list_id, actions.CANCEL)
    assert "Try again what failed" in yard.client.get(address, headers=HTML).text
    assert post("/retry") == 303
    assert "목록.xlsx" in yard.client.get("/register/list", headers=HTML).text


def test_a_duplicate_of_an_asset_is_taken_in_when_it_is_wanted(yard: Yard) -> None:
    signed_in(yard)
    first = give(yard, [{"source": "https://git.example/lab/a"}])
    confirm(yard, first)
    registrar(yard).work(str(first["id"]), actions.MAKE)
    _status, address = upload(yard, b"https://git.example/lab/a\n")
    assert "Register 0 rows" in yard.client.get(address, headers=HTML).text
    assert yard.client.post(f"{address}/confirmation", data={"csrf": csrf(yard)}, headers=HTML).status_code == 422
    yard.client.post(f"{address}/rows/1", data={"csrf": csrf(yard), "leave": "force"}, headers=HTML)
    assert "Register 1 row" in yard.client.get(address, headers=HTML).text


def test_an_address_that_a_list_has_twice_is_taken_in_twice_only_when_that_is_wanted(yard: Yard) -> None:
    signed_in(yard)
    status, address = upload(
        yard, b"url,name,branch\nhttps://git.example/a,one,\nhttps://git.example/a,two,\nhttps://git.example/a,three,v2\n"
    )
    assert status == 303

    def shown() -> list[tuple[str, str]]:
        return [(row["state"], row["reason"]) for row in yard.client.get(f"{address}/rows.json").json()["items"]]

    assert shown() == [("ready", ""), ("duplicate", "Row 2 has this address already."), ("ready", "")]
    yard.client.post(f"{address}/rows/3", data={"csrf": csrf(yard), "leave": "force"}, headers=HTML)
    assert [state for state, _reason in shown()] == ["ready"] * 3


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), b"url\n" + b"https://git.example/a\n" * 2001]
)
def test_a_file_that_is_no_list_is_refused_on_its_page(yard: Yard, content: bytes) -> None:
    signed_in(yard)
    status, page = upload(yard, content)
    assert status == 422
    assert "To mend" in page


def test_three_hundred_are_made_in_short_units_of_work(yard: Yard) -> None:
    made = give(yard, [{"source": f"https://git.example/lab/r{n}"} for n in range(300)])
    confirm(yard, made)
    registrar(yard).work(str(made["id"]), actions.MAKE)
    with yard.house.database.reading() as session:
        assert {row.state for row in session.scalars(select(RegistrationRow))} == {"made"}


def test_a_formula_without_a_value_is_refused_and_not_guessed_at(yard: Yard) -> None:
    signed_in(yard)
    book = openpyxl.Workbook()
    for row in (
        ["url", "name"],
        ['="https://git.example/"&"a"', "a"],
        ["https://git.example/lab/b", "=1+1"],
        ["https://git.example/lab/c", "c"],
    ):
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    status, address = upload(yard, file.getvalue(), "list.xlsx")
    assert status == 303
    rows = yard.client.get(f"{address}/rows.json").json()["items"]
    assert [row["state"] for row in rows] == ["refused", "refused", "ready"]
    assert "formula without a value" in rows[0]["reason"]
    assert yard.client.post(f"{address}/rows/3", data={"csrf": csrf(yard), "name": "b"}, headers=HTML).status_code == 303
    assert [row["state"] for row in yard.client.get(f"{address}/rows.json").json()["items"]] == ["refused", "ready", "ready"]


def test_moments_of_a_list_end_in_z_wherever_they_are_told(yard: Yard) -> None:
    made = give(yard, [{"source": "https://git.example/lab/a"}])
    assert str(made["created_at"]).endswith("Z")
    assert yard.get(str(made["url"]))["created_at"] == made["created_at"]


def test_the_oldest_draft_makes_room_for_the_next(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "MOST_DRAFTS", 3)
    made = [give(yard, [{"source": f"https://git.example/lab/d{number}"}])["id"] for number in range(5)]
    with yard.house.database.reading() as session:
        kept = session.scalars(select(Registration.id).where(Registration.state == "draft")).all()
        rows = session.scalars(select(RegistrationRow.registration_id)).all()
    assert set(kept) == set(made[2:])
    assert set(rows) == set(made[2:])
