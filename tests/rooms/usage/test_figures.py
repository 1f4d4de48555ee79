# SPDX-License-Identifier: Apache-2.0
"""What a collector is told of usage and services, and the measures of usage that an operator sets."""

import json
from pathlib import Path

import pytest

import databases
from madang import app, kit, people, serving, settings, usage
from madang.app import measuring
from rooms.usage.conftest import Place, run


def figures(place: Place) -> dict[tuple[str, tuple[str, ...]], float]:
    with place.house.database.reading() as session:
        return {(each.name, labels): value for each in measuring.figures(place.house, session) for labels, value in each.values}


def test_a_collector_is_told_what_services_were_used_this_month(place: Place) -> None:
    secret, service = place.key(), place.service(unit="character")
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        for outcome in ("answered", "answered", "failed"):
            held = await meter.reserve(meter.recognise(secret), service, 7)
            await meter.settle(held, units=7, outcome=outcome, seconds=0.001)
        assert figures(place)["madang_usage_log_bytes", ()] > 0  # not drained yet
        await meter.stop()

    run(work)
    place.drain()
    told = figures(place)
    assert told["madang_service_month_calls", ("operator/echo", "answered")] == 2
    assert told["madang_service_month_calls", ("operator/echo", "failed")] == 1
    assert told["madang_service_month_units", ("operator/echo", "character")] == 14
    assert told["madang_usage_log_bytes", ()] == 0


def test_a_collector_is_told_how_the_processes_of_services_fare(place: Place) -> None:
    card = serving.Card("away", engine=serving.EngineCard("upstream", url="https://models.example.org/"))
    prepared = serving.of_card(card, place.house.store, limits=serving.Limits())
    with place.house.database.writing() as session:
        release = serving.deploy(session, prepared, namespace="operator", by=kit.SYSTEM)
    states = place.house.home / serving.FOLDER / "state.json"
    states.parent.mkdir(parents=True, exist_ok=True)
    states.write_text(json.dumps({release.version_id: {"state": "running", "memory_bytes": 3 << 20, "starts": 2}, "gone": {}}))
    told = figures(place)
    assert told["madang_service_process", ("operator/away", "1", "running")] == 1
    assert told["madang_service_process_memory_bytes", ("operator/away", "1")] == 3 << 20
    assert told["madang_service_process_starts", ("operator/away", "1")] == 2


def test_an_operator_sets_how_many_keys_and_how_long_single_calls_stay(tmp_path: Path) -> None:
    home = tmp_path / "home"
    own = {"MADANG_KEYS_EACH": "1", "MADANG_KEY_ROTATION_HOURS": "3", "MADANG_USAGE_DAYS": "7", "MADANG_USAGE_LOG_BYTES": "2MB"}
    house = app.open_house(settings.read({"MADANG_HOME": str(home), **own, **databases.furnished(home)}))
    try:
        limits = house.usage_limits
        assert (limits.keys, limits.rotation_hours, limits.event_days, limits.log_bytes) == (1, 3, 7, 2 << 20)
        with house.database.writing() as session:
            account = people.create_account(session, name="developer", role=kit.Role.READER, by=kit.SYSTEM)
            session.flush()
            by = people.actor_of(session, account, via="session")
            usage.create_key(session, account=account, plan="development", by=by)
            with pytest.raises(kit.Conflict, match="1 keys that are alive"):
                usage.create_key(session, account=account, plan="development", by=by)
    finally:
        house.close()
        usage.use(usage.Limits())
