# SPDX-License-Identifier: Apache-2.0
"""From a folder to a service that answers: rows, shares, rights, the ledger."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from actors import NEIGHBOUR, READER, RESEARCHER
from madang import audit, catalog, kit, provenance, serving, storage, terms
from madang.db import Database
from serving_calls import called


def deeds(database: Database) -> list[str]:
    with database.reading() as session:
        found = audit.entries(session, viewer=kit.SYSTEM).items
        return [line.deed for line in reversed(found) if line.deed.startswith("service.")]


def shares(database: Database, name: str = "echo") -> dict[str, int]:
    with database.reading() as session:
        service, _asset = serving.get_service(session, "lab", name, viewer=kit.SYSTEM)
        return {each.label: each.share for each in serving.releases_of(session, service)}


def test_a_folder_becomes_a_service_that_answers(database: Database, deploy: Callable[..., Any], kept: Path) -> None:
    deploy()

    async def act(board: serving.Switchboard) -> serving.Answer:
        offer = board.find("lab", "echo")
        assert offer is not None
        assert (offer.unit, offer.version, offer.operations, offer.example) == ("character", "1", ("call",), {"text": "hello"})
        assert offer.inputs["required"] == ["text"]
        answer = await board.call(offer, {"text": "가나", "times": 2}, deadline=0)
        with pytest.raises(serving.BadInputs, match="Expected `str`"):
            await board.call(offer, {"text": 7})
        return answer

    answer = called(database, kept, act)
    assert (answer.outputs, answer.units) == ({"text": "가나가나"}, 2)
    assert deeds(database) == ["service.deployed"]


def test_it_stands_in_the_catalogue_and_its_terms_are_known(database: Database, deploy: Callable[..., Any]) -> None:
    deploy()
    with database.reading() as session:
        asset = catalog.get_asset(session, "api", "lab", "echo", viewer=kit.SYSTEM)
        assert (asset.title, asset.state, asset.license_expression, asset.label) == ("Echo", "declared", "MIT", "1")
        version = catalog.get_version(session, asset, "latest")
        found = provenance.answer(session, version, terms.Goal("serve"), viewer=kit.SYSTEM)
        assert found.decision.verdict == "yes"


def test_a_new_version_takes_its_share_beside_the_old_and_is_rolled_back(database: Database, deploy: Callable[..., Any]) -> None:
    deploy("1")
    deploy("2", share=10)
    assert shares(database) == {"2": 10, "1": 90}
    deploy("3", share=20)
    assert sum(shares(database).values()) == 100
    assert shares(database)["3"] == 20
    with database.writing() as session:
        service, asset = serving.get_service(session, "lab", "echo", viewer=kit.SYSTEM)
        serving.set_share(session, service, asset, serving.get_release(session, service, asset, "1"), 100, by=kit.SYSTEM)
    assert shares(database) == {"3": 0, "2": 0, "1": 100}
    with database.reading() as session:
        assert serving.standing(session)[0].offer.version == "1"


def test_the_same_again_changes_nothing_and_other_content_is_refused(
    database: Database, store: storage.Store, deploy: Callable[..., Any], tmp_path: Path
) -> None:
    deploy()
    again = serving.prepare(tmp_path / "echo-1", store, limits=serving.Limits())
    with database.writing() as session:
        serving.deploy(session, again, namespace="lab", by=kit.SYSTEM)
    assert shares(database) == {"1": 100}
    (tmp_path / "echo-1" / "more.txt").write_text("x")
    other = serving.prepare(tmp_path / "echo-1", store, limits=serving.Limits())
    with pytest.raises(serving.VersionStands), database.writing() as session:
        serving.deploy(session, other, namespace="lab", by=kit.SYSTEM)


def test_a_paused_service_and_one_that_is_removed_answer_nothing(database: Database, deploy: Callable[..., Any], tmp_path: Path) -> None:
    deploy()

    def change(act: Callable[..., None]) -> None:
        with database.writing() as session:
            act(session, *serving.get_service(session, "lab", "echo", viewer=kit.SYSTEM), by=kit.SYSTEM)

    async def refused(board: serving.Switchboard) -> None:
        with pytest.raises(serving.ServicePaused):
            await board.call(board.offers()[0], {"text": "a"})

    async def gone(board: serving.Switchboard) -> None:
        assert board.find("lab", "echo") is None

    change(serving.pause)
    called(database, tmp_path, refused)
    change(serving.resume)
    change(serving.remove)
    called(database, tmp_path, gone)
    with pytest.raises(serving.NoSuchService), database.reading() as session:
        serving.get_service(session, "lab", "echo", viewer=kit.SYSTEM)
    assert deeds(database) == ["service.deployed", "service.paused", "service.resumed", "service.removed"]


def test_only_whose_it_is_may_run_code_there(database: Database, deploy: Callable[..., Any]) -> None:
    deploy("1", namespace="researcher", by=RESEARCHER)
    for place, other in enumerate((NEIGHBOUR, READER, kit.anonymous())):
        with pytest.raises(kit.Refusal):
            deploy(f"2-{place}", namespace="researcher", by=other)
    with database.reading() as session:
        assert [each.full_name for each in serving.offers(session, viewer=RESEARCHER)] == ["researcher/echo"]
        assert serving.offers(session, viewer=kit.anonymous()) == []


@pytest.mark.parametrize(
    ("function", "card", "reason"),
    [
        ("def call(:", None, "SyntaxError|invalid syntax"),
        ("import nothing_of_that_name", None, "nothing_of_that_name"),
        ("x = 1", None, "no function call"),
        ("while True:\n    bytearray(1 << 40)", None, "MemoryError"),
        (None, "name = ", "card.toml"),
        (None, "name = 'echo'\nunit = 'kilo'", "unit"),
        (None, "name = 'echo'\nnobody = 1", "nobody"),
        (None, "name = 'echo'\n[engine]\nkind = 'magic'", "magic"),
        (None, "name = 'echo'\n[engine]\nfile = '../x'", "engine.file"),
        (None, "name = 'echo'\nseconds = 'long'", "seconds"),
        (None, "name = 'echo'\n[operations]\n'a-b' = 'c'", "operations"),
    ],
)
def test_what_is_no_service_is_refused_with_the_reason(
    store: storage.Store, lay: Callable[..., Path], function: str | None, card: str | None, reason: str
) -> None:
    how = {name: value for name, value in (("function", function), ("card", card)) if value is not None}
    with pytest.raises(serving.BadService, match=reason):
        serving.prepare(lay(**how), store, limits=serving.Limits(memory_bytes=256 << 20))


def test_a_folder_that_is_not_there_and_a_name_that_cannot_be_are_refused(store: storage.Store, lay: Callable[..., Path]) -> None:
    with pytest.raises(serving.BadService):
        serving.prepare(Path("/nowhere"), store, limits=serving.Limits())
    with pytest.raises(kit.Invalid):
        serving.prepare(lay(card="name = 'a b'"), store, limits=serving.Limits())


def test_rows_hold_what_constraints_say(database: Database, deploy: Callable[..., Any]) -> None:
    deploy()
    with database.reading() as session:
        release = session.scalars(select(serving.Release)).one()
        assert (release.engine, release.share, release.operations["call"]["about"]) == ("process", 100, "Say it again.")
