# SPDX-License-Identifier: Apache-2.0
"""Publishing and keeping a service over JSON, on its page and from the command line: the same deeds, with the same refusals."""

import io
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

import databases
from asking import Client
from madang import app, audit, kit, people, serving, settings
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
