# SPDX-License-Identifier: Apache-2.0
"""Publishing and keeping a service over JSON, on its page and from the command line: the same deeds, with the same refusals."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

import databases
from asking import Client
from madang import app, audit, kit, people, serving, settings, usage
from madang.serving import cli
from madang.serving.engines import places
from rooms.serving.conftest import CARD, FUNCTION

SERVICES = "/api/v1/services"
ECHO = f"{SERVICES}/operator/echo"
PAGE = "/assets/api/operator/echo"
FOLDER = {"function.py": FUNCTION, "card.toml": CARD.replace("{version}", "1")}


@dataclass
class Doors:
    """A house, and headers of people."""

    house: app.House
    client: Client

    def signed(self, name: str = people.OPERATOR, role: kit.Role = kit.Role.OPERATOR) -> dict[str, str]:
        with self.house.database.writing() as session:
            account = people.find_account(session, name) or people.create_account(session, name=name, role=role, by=kit.SYSTEM)
            return {"Authorization": f"Bearer {people.create_token(session, account=account, role=role, note='test', by=kit.SYSTEM)}"}

    def publish(self, content: bytes, name: str = "echo.zip", *, by: dict[str, str] | None = None, **fields: str) -> Any:
        signed = self.signed() if by is None else by
        return self.client.post(SERVICES, files={"file": (name, content)}, data=fields, headers=signed)

    def deeds(self) -> list[str]:
        with self.house.database.reading() as session:
            found = session.scalars(select(audit.models.Entry).order_by(audit.models.Entry.id))
            return [row.deed for row in found if row.deed.startswith("service.")]


@pytest.fixture
def doors(tmp_path: Path) -> Iterator[Doors]:
    where = databases.furnished(tmp_path / "home")
    house = app.open_house(settings.read({"MADANG_HOME": str(tmp_path / "home"), "MADANG_LANGUAGE": "en", **where}))
    with Client(app.web_application(house), follow_redirects=False) as client:
        yield Doors(house, client)
    house.close()


def zipped(files: dict[str, str], root: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in files.items():
            archive.writestr(root + name, text)
    return out.getvalue()


def tarred(files: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in files.items():
            member = tarfile.TarInfo(f"service/{name}")
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def version(number: str) -> dict[str, str]:
    return FOLDER | {"card.toml": CARD.replace("{version}", number)}


def test_an_archive_is_published_beside_the_old_version_and_rolled_back(doors: Doors) -> None:
    first = doors.publish(zipped(FOLDER), exposure="open")
    assert (first.status_code, first.headers["location"]) == (201, ECHO), first.text
    assert first.json()["schemas"]["call"]["inputs"]["required"] == ["text"]
    assert doors.publish(zipped(FOLDER, "inside/")).json()["versions"] == first.json()["versions"]  # the same content again
    second = doors.publish(tarred(version("2")), "echo.tar.gz", share="30").json()
    assert {each["version"]: each["share"] for each in second["versions"]} == {"1": 70, "2": 30}
    signed = doors.signed()
    out = doors.client.put(f"{ECHO}/versions/2/share", json={"share": 100}, headers=signed).json()
    assert {each["version"]: each["share"] for each in out["versions"]} == {"1": 0, "2": 100}
    back = doors.client.put(f"{ECHO}/versions/1/share", json={"share": 100}, headers=signed).json()
    assert back["version"] == "1"
    assert doors.client.put(f"{ECHO}/versions/3/share", json={"share": 1}, headers=signed).json()["code"] == "no-such-release"
    assert doors.client.put(f"{ECHO}/versions/1/share", json={"share": 101}, headers=signed).status_code == 422
    changed = doors.publish(zipped(FOLDER | {"more.py": "x = 1"}))
    assert (changed.status_code, changed.json()["code"]) == (409, "version-stands")


def test_a_server_that_answers_elsewhere_is_published_by_its_address(doors: Doors) -> None:
    signed = doors.signed("researcher", kit.Role.MEMBER)
    body = {"name": "chat", "url": "https://models.example.org/v1", "wire": "openai", "model": "small"}
    made = doors.client.post(SERVICES, json=body, headers=signed)
    assert made.status_code == 201, made.text
    told = made.json()
    assert (told["namespace"], told["task"], told["unit"], told["exposure"], told["streams"]) == (
        "researcher", "chat", "token", "private", True,
    )  # fmt: skip
    assert doors.client.get(f"{SERVICES}/researcher/chat").status_code == 404  # it is private


def test_a_service_is_paused_resumed_and_removed_and_its_log_is_its_keepers(doors: Doors) -> None:
    doors.publish(zipped(FOLDER), exposure="open")
    signed, other = doors.signed(), doors.signed("neighbour", kit.Role.MEMBER)
    log = places.log_file(doors.house.home / serving.FOLDER, _version_id(doors))
    assert doors.client.get(f"{ECHO}/log", headers=signed).json() == {"version": "1", "text": ""}
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"x" * (100 << 10) + b"\xff\x00 last line\n")
    told = doors.client.get(f"{ECHO}/log?version=1", headers=signed).json()["text"]
    assert told.endswith("\ufffd\ufffd last line\n")
    assert len(told) <= 64 << 10
    for method, path in (("PUT", "/pause"), ("DELETE", "/pause"), ("GET", "/log"), ("DELETE", ""), ("PUT", "/versions/1/share")):
        answer = doors.client.request(method, ECHO + path, json={"share": 1} if path.endswith("share") else None, headers=other)
        assert answer.status_code == 403, (method, path)
    assert doors.client.put(f"{ECHO}/pause", headers=signed).json()["state"] == "paused"
    assert doors.client.get(ECHO).json()["state"] == "paused"
    assert doors.client.delete(f"{ECHO}/pause", headers=signed).json()["state"] == "on"
    assert doors.client.delete(ECHO, headers=signed).status_code == 204
    assert doors.client.delete(ECHO, headers=signed).status_code == 404
    assert doors.deeds() == ["service.deployed", "service.paused", "service.resumed", "service.removed"]


def _version_id(doors: Doors) -> str:
    with doors.house.database.reading() as session:
        return session.scalars(select(serving.Release.version_id)).one()


def test_what_cannot_be_published_is_refused_and_leaves_nothing(doors: Doors) -> None:
    signed, reader, member = doors.signed(), doors.signed("reader", kit.Role.READER), doors.signed("member", kit.Role.MEMBER)
    good = zipped(FOLDER)
    elsewhere = {"name": "chat", "url": "https://models.example.org/v1"}

    def by_json(**body: object) -> Any:
        return doors.client.post(SERVICES, json=elsewhere | body, headers=signed)

    found = [
        (doors.publish(good, by={}), 401),
        (doors.publish(good, by=reader), 403),
        (doors.publish(good, by=member, namespace="operator"), 403),
        (doors.publish(good, namespace="no name"), 422),
        (doors.publish(good, share="many"), 422),
        (doors.publish(good, exposure="everybody"), 422),
        (doors.publish(b"no archive", "x.zip"), 422),
        (doors.publish(b"", "x.zip"), 422),
        (doors.publish(zipped({"../card.toml": CARD}), "x.zip"), 422),
        (doors.publish(zipped({"readme": "nothing"})), 422),
        (doors.publish(zipped(FOLDER | {"function.py": "def call(:"})), 422),
        (doors.publish(zipped(FOLDER | {"card.toml": 'name = "echo"\ntitle = "\\u0000"'})), 422),
        (doors.publish(b"no model", "a model.onnx"), 422),
        (doors.publish(b"no model", "model.onnx"), 422),
        (doors.client.post(SERVICES, data={"namespace": "operator"}, headers=signed), 422),
        (doors.client.post(SERVICES, content=b"<a/>", headers=signed | {"Content-Type": "application/xml"}), 415),
        (doors.client.post(SERVICES, content=b"[", headers=signed | {"Content-Type": "application/json"}), 422),
        (by_json(url="http://models.example.org/"), 403),
        (by_json(url="https://127.0.0.1:9/"), 403),
        (by_json(url="gopher://models.example.org"), 422),
        (by_json(name="a b"), 422),
        (by_json(more=1), 422),
        (by_json(share="100"), 422),
        (by_json(wire="smoke"), 422),
        (doors.client.post(SERVICES, json={"name": "chat"}, headers=signed), 422),
    ]
    assert [(answer.status_code, answer.text[:100]) for answer, status in found if answer.status_code != status] == []
    assert doors.client.get(SERVICES, headers=signed).json()["items"] == []
    assert list(doors.house.scratch.glob("door-*")) == []


def test_whoever_keeps_a_service_pauses_and_shares_it_on_its_page(doors: Doors) -> None:
    for number in ("1", "2"):
        doors.publish(zipped(version(number)), exposure="open")
    html = {"Accept": "text/html", "Accept-Language": "en"}
    signed = doors.signed() | html
    page = doors.client.get(PAGE, headers=signed).text
    assert f'action="{PAGE}/pause"' in page
    assert f'action="{PAGE}/pause"' not in doors.client.get(PAGE, headers=html).text
    assert doors.client.post(f"{PAGE}/pause", headers=signed).headers["location"] == f"{PAGE}?done=paused#keep"
    assert f'action="{PAGE}/resumption"' in doors.client.get(f"{PAGE}?done=paused", headers=signed).text
    assert doors.client.post(f"{PAGE}/resumption", headers=signed).status_code == 303
    assert doors.client.post(f"{PAGE}/shares", data={"version": "1", "share": "25"}, headers=signed).status_code == 303
    shares = {each["version"]: each["share"] for each in doors.client.get(ECHO).json()["versions"]}
    assert shares == {"1": 25, "2": 75}
    for wrong in ({"version": "1", "share": "more"}, {"version": "1", "share": "101"}):
        answer = doors.client.post(f"{PAGE}/shares", data=wrong, headers=signed)
        assert answer.status_code == 422
        assert 'class="fault"' in answer.text
    other = doors.signed("neighbour", kit.Role.MEMBER) | html
    assert doors.client.post(f"{PAGE}/pause", headers=other).status_code == 403


class Beside:
    """The house as a command opens it; what the command closes stays open for the test."""

    def __init__(self, house: app.House) -> None:
        self.house = house

    def __getattr__(self, name: str) -> Any:
        return getattr(self.house, name)

    def close(self) -> None:
        return None


def madang(doors: Doors, *arguments: str) -> Result:
    made = cli.service_group(lambda: Beside(doors.house), str)
    return CliRunner().invoke(click.Group(commands=[made]), ["service", *arguments])


def test_commands_pause_resume_share_roll_back_and_remove(doors: Doors) -> None:
    for number in ("1", "2"):
        doors.publish(zipped(version(number)), exposure="open")
    for command, said in (
        (("pause", "operator/echo"), "operator/echo answers no call until it is resumed."),
        (("resume", "operator/echo"), "operator/echo answers calls again."),
        (("share", "operator/echo", "1", "40"), "operator/echo 1 takes 40 per cent of its calls."),
        (("rollback", "operator/echo", "--version", "1"), "operator/echo 1 takes 100 per cent of its calls."),
        (("remove", "operator/echo"), "operator/echo is no longer run. Deploying it again brings it back."),
    ):
        done = madang(doors, *command)
        assert (done.exit_code, done.stdout.strip()) == (0, said), repr(done.exception)
    for command in (("pause", "operator/echo"), ("resume", "no"), ("share", "no/such", "1", "1")):
        assert isinstance(madang(doors, *command).exception, serving.NoSuchService)
    assert madang(doors, "share", "operator/echo", "1", "101").exit_code == 2


def test_a_folder_is_published_from_the_browser_and_a_refusal_stands_beside_the_form(doors: Doors) -> None:
    signed, html = doors.signed("researcher", kit.Role.MEMBER), {"Accept": "text/html"}
    assert 'href="/services/new"' in doors.client.get("/services", headers=signed).text
    assert 'href="/services/new"' not in doors.client.get("/services", headers=html).text
    form = doors.client.get("/services/new", headers=signed)
    assert form.status_code == 200
    assert 'value="researcher"' in form.text

    def sent(content: bytes = b"", name: str = "echo.zip", **fields: str) -> Any:
        files = {"file": (name, content)} if content else {"nothing": ("", b"")}
        return doors.client.post("/services", files=files, data={"exposure": "open", "share": "100", **fields}, headers=signed)

    made = sent(zipped(FOLDER), namespace="researcher")
    assert (made.status_code, made.headers["location"]) == (303, "/assets/api/researcher/echo?done=published#keep"), made.text
    assert "The service is published." in doors.client.get("/assets/api/researcher/echo?done=published", headers=signed).text
    assert sent(tarred(version("2")), "echo.tar.gz", share="30").status_code == 303
    wrong: list[tuple[Any, int, str]] = [
        (sent(b"no archive"), 422, "archive"),
        (sent(), 422, 'id="file"'),
        (sent(zipped(FOLDER | {"more.py": "x = 1"})), 422, "other content"),
        (sent(zipped(version("3")), share="101"), 422, 'value="101"'),
        (sent(zipped(FOLDER), namespace="operator"), 403, 'value="operator"'),
    ]
    for answer, status, said in wrong:
        assert answer.status_code == status, answer.text
        assert 'class="fault"' in answer.text
        assert said in answer.text
    assert doors.deeds() == ["service.deployed", "service.deployed"]
    reader = doors.signed("reader", kit.Role.READER)
    told = doors.client.get("/services/new", headers=reader).text
    assert 'action="/services"' not in told
    assert "Your role does not reach to publishing services." in told
    assert doors.client.get("/services/new", headers=html).status_code in (303, 401)
    assert doors.client.post("/services", files={"file": ("echo.zip", zipped(FOLDER))}, headers=reader).status_code == 403


def test_an_operator_sees_every_service_with_its_failures_and_pauses_it_in_place(doors: Doors) -> None:
    assert doors.publish(zipped(FOLDER), exposure="private", by=doors.signed("researcher", kit.Role.MEMBER)).status_code == 201
    assert doors.publish(zipped(FOLDER)).status_code == 201
    with doors.house.database.writing() as session:
        quiet, _asset = serving.get_service(session, "operator", "echo", viewer=kit.SYSTEM)
        context = usage.log.frames.told({
            "key_id": "", "account_id": "", "organisation_id": "", "sector": "other", "plan": "guest", "service_id": quiet.id,
            "service": "operator/echo", "unit": "call", "price": "0", "per": 1, "currency": "KRW",
        })  # fmt: skip
        at = int(kit.now().timestamp() * 1_000_000)
        day = (kit.now() + timedelta(hours=9)).date().toordinal()
        outcomes = ["answered", "answered", "failed"]
        calls = [usage.log.Called(f"{each:026}", at, day, context, "[]", 1, 1000, outcome) for each, outcome in enumerate(outcomes)]
        usage.draining.add_calls(session, calls, "r" * 26)
    signed = doors.signed()
    rows = doors.client.get("/admin/services.csv", headers=signed).text.splitlines()
    assert rows[1:] == ["operator/echo,1,private,open,,2,1", "researcher/echo,1,private,open,,0,0"]
    told = doors.client.get("/admin/services.json", headers=signed).json()
    assert [[str(value) for value in row.values()] for row in told["items"]] == [row.split(",") for row in rows[1:]]
    page = doors.client.get("/admin/services", headers=signed).text
    assert page.index("operator/echo") < page.index("researcher/echo")
    paused = doors.client.post("/assets/api/researcher/echo/pause", data={"back": "operate"}, headers=signed)
    assert paused.headers["location"] == "/admin/services?done=paused"
    assert 'action="/assets/api/researcher/echo/resumption"' in doors.client.get("/admin/services?done=paused", headers=signed).text
    resumed = doors.client.post("/assets/api/researcher/echo/resumption", data={"back": "operate"}, headers=signed)
    assert resumed.headers["location"] == "/admin/services?done=resumed"
    assert doors.deeds()[-2:] == ["service.paused", "service.resumed"]
    for address in ("/admin/services", "/admin/services.csv", "/admin/services.json"):
        assert doors.client.get(address, headers=doors.signed("researcher", kit.Role.MEMBER)).status_code == 403
