# SPDX-License-Identifier: Apache-2.0
"""``madang register``: one or many, shown first, waited for, with an exit status that says how it went."""

import json
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from builders import Yard, archive, repository
from madang import audit, compliance, kit, people
from madang.compliance import cli
from madang.compliance.many import actions
from madang.compliance.many.models import DRAFT, RUNNING, Registration


@pytest.fixture
def work(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the command waits, what the jobs process does is done."""

    def do(_seconds: float) -> None:
        with yard.house.database.reading() as session:
            running = session.scalars(select(Registration.id).where(Registration.state == RUNNING)).all()
            waiting = session.scalars(select(compliance.Verification.task_id).where(compliance.Verification.state == "queued")).all()
        for task in waiting:
            yard.work(task)
        if not waiting:
            for list_id in running:
                compliance.Registrar(yard.house.database, lambda: yard.house.guard).work(list_id, actions.MAKE)

    monkeypatch.setattr(cli, "sleep", do)


def run(yard: Yard, *arguments: str, typed: str = "", translate: Callable[[str], str] = str) -> Result:
    return CliRunner().invoke(click.Group(commands=[cli.register_command(lambda: yard.house, translate)]), ["register", *arguments], typed)


def a_list(tmp_path: Path, *rows: str) -> str:
    path = tmp_path / "list.csv"
    path.write_text("address,name\n" + "\n".join(rows), encoding="utf-8")
    return str(path)


@pytest.mark.usefixtures("work")
def test_an_address_is_registered_and_waited_for(yard: Yard, tmp_path: Path) -> None:
    git = repository(tmp_path / "speech", {"LICENSE": "MIT", "a.py": "a = 1"})
    done = run(yard, f"file://{git}", "--title", "Speech", "--label", "v1")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.splitlines() == [f"{yard.house.url}/assets/software/operator/speech/versions/1", "verified"]
    assert "madang: waiting" in done.stderr
    assert "No jobs process runs" in done.stderr
    with yard.house.database.reading() as session:
        line = audit.entries(session, viewer=kit.SYSTEM, deed="version.added", limit=1).items[0]
    assert (line.by_name, line.via) == ("operator", "cli")
    again = run(yard, f"file://{git}", "--json")
    assert json.loads(again.stdout)["url"].endswith("/operator/speech/versions/2")


@pytest.mark.usefixtures("work")
def test_an_archive_is_registered_and_what_is_none_is_refused(yard: Yard, tmp_path: Path) -> None:
    path = tmp_path / "vision.tar.gz"
    path.write_bytes(archive({"a.py": "a = 1"}))
    yard.token_for("lab", kit.Role.MEMBER)
    done = run(yard, str(path), "--as", "lab", "--exposure", "inner")
    assert done.exit_code == 0, done.stderr
    assert "/assets/software/lab/vision/versions/1" in done.stdout
    assert yard.get("/api/v1/assets/software/lab/vision")["exposure"] == "inner"
    path.write_text("no archive")
    assert run(yard, str(path)).exit_code != 0


@pytest.mark.usefixtures("work")
def test_what_fails_ends_with_three_and_its_reason(yard: Yard, tmp_path: Path) -> None:
    done = run(yard, f"file://{tmp_path}/nowhere.git")
    assert done.exit_code == 3
    assert done.stdout.splitlines()[1].startswith("failed  ")
    assert len(done.stdout.splitlines()[1]) > len("failed  ...")


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("https://git.example/lab/a", "--list", "LIST"),
        ("--list", "LIST", "--name", "x"),
        ("--list", "LIST", "--label", "x"),
        ("FOLDER",),
        ("https://10.0.0.7/lab/a",),
        ("https://git.example/lab/a", "--as", "nobody"),
        ("https://git.example/lab/a", "--as", "gone"),
        ("https://git.example/lab/a", "--namespace", "../x"),
        ("https://git.example/lab/a", "--exposure", "everyone"),
        ("https://git.example/lab/a", "--kind", "unicorn"),
        ("https://git.example/lab/a", "--ref", "--upload-pack=x"),
        ("https://git.example/lab/a", "--as", "reader"),
        ("--list", "EMPTY"),
    ],
)
def test_wrong_use_is_refused_and_registers_nothing(yard: Yard, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    yard.token_for("reader", kit.Role.READER)
    yard.token_for("gone", kit.Role.MEMBER)
    CliRunner().invoke(people.cli.user_group(lambda: yard.house), ["disable", "gone"], catch_exceptions=False)
    empty = tmp_path / "empty.csv"
    empty.write_text("")
    given = {"LIST": a_list(tmp_path, "https://git.example/lab/a,a"), "EMPTY": str(empty), "FOLDER": str(tmp_path)}
    done = run(yard, *(given.get(each, each) for each in arguments))
    assert isinstance(done.exception, kit.Refusal)
    assert yard.get("/api/v1/assets")["items"] == []


@pytest.mark.usefixtures("work")
def test_a_list_is_shown_asked_for_and_done(yard: Yard, tmp_path: Path) -> None:
    git = [repository(tmp_path / f"repo{number}", {"LICENSE": "MIT", "a.py": f"a = {number}"}) for number in range(2)]
    rows = (f"file://{git[0]},one", f"file://{git[1]},two", f"file://{git[1]},two", "https://10.0.0.7/x,three")
    done = run(yard, "--list", a_list(tmp_path, *rows), typed="y\n")
    assert done.exit_code == 3
    shown, result = done.stdout.split("2 to register, 1 duplicates, 1 refused")
    assert shown.count("  new asset  operator/") == 2
    assert "Row 3 has this name already" in shown
    assert "2 verified, 0 failed, 1 refused, 1 duplicates" in result
    assert "Register 2 rows?" in done.stderr
    assert "2 of 2 have ended" in done.stderr
    assert {each["name"] for each in yard.get("/api/v1/assets")["items"]} == {"one", "two"}


@pytest.mark.usefixtures("work")
def test_a_list_all_of_which_is_well_ends_with_nought(yard: Yard, tmp_path: Path) -> None:
    git = repository(tmp_path / "repo", {"a.py": "a = 1"})
    done = run(yard, "--list", a_list(tmp_path, f"file://{git},one"), "--yes", "--json", "--exposure", "inner")
    assert done.exit_code == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["state"], [row["state"] for row in told["items"]]) == ("ended", ["verified"])
    assert told["items"][0]["url"] == f"{yard.house.url}/assets/software/operator/one/versions/1"
    again = run(yard, "--list", a_list(tmp_path, f"file://{git},one"), "--yes", "--json")
    assert (again.exit_code, json.loads(again.stdout)["items"][0]["state"]) == (0, "duplicate")


@pytest.mark.parametrize(("more", "typed", "code"), [((), "n\n", 1), ((), "", 1), (("--json",), "", 0)])
def test_what_nobody_confirmed_is_not_done(yard: Yard, tmp_path: Path, more: tuple[str, ...], typed: str, code: int) -> None:
    done = run(yard, "--list", a_list(tmp_path, "https://git.example/lab/a,a"), *more, typed=typed)
    assert done.exit_code == code
    assert yard.get("/api/v1/assets")["items"] == []
    with yard.house.database.reading() as session:
        assert session.scalars(select(Registration.id).where(Registration.state == DRAFT)).all() == []
    if more:
        assert json.loads(done.stdout)["items"][0]["action"] == "new-asset"


def test_whoever_stops_waiting_stops_no_work(yard: Yard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(_seconds: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "sleep", stop)
    git = repository(tmp_path / "repo", {"a.py": "a = 1"})
    done = run(yard, "--list", a_list(tmp_path, f"file://{git},one"), "--yes")
    assert done.exit_code != 0
    assert f"The work goes on without this command: {yard.house.url}/register/list/" in done.stderr
    with yard.house.database.reading() as session:
        assert session.scalars(select(Registration.state)).all() == [RUNNING]


@pytest.mark.usefixtures("work")
def test_it_speaks_the_language_of_the_place(yard: Yard, tmp_path: Path) -> None:
    done = run(yard, "--list", a_list(tmp_path, "https://10.0.0.7/x,a"), "--yes", translate=lambda message: f"<{message}>")
    assert done.exit_code == 3
    assert "<refused>" in done.stdout
    assert "<0 to register, 0 duplicates, 1 refused>" in done.stdout
