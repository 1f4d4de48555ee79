# SPDX-License-Identifier: Apache-2.0
"""Pages of keys and usage: a secret is shown once, what was used is drawn against the cap, operators see by sector and change plans."""

import asyncio
import re
from datetime import date

import pytest
from sqlalchemy import select

from builders import Yard
from madang import catalog, kit, usage
from madang.usage.models import Quota
from madang.usage.web import drawing

SECRET = re.compile(r'<code id="secret">([^<]+)</code>')


def used(yard: Yard, secret: str, *, calls: int, units: int) -> None:
    """Calls with that key, counted as every call is, and drained."""
    house = yard.house
    with house.database.writing() as session:
        asset = catalog.find_asset(session, "api", "madang", "echo", viewer=kit.SYSTEM) or catalog.register(
            session, kind="api", namespace="madang", name="echo", exposure="open", by=kit.SYSTEM
        )
        service = usage.Metered(asset.id, "madang/echo", "character")

    async def call() -> None:
        meter = usage.Meter(house.database, house.usage_logs, node="test", limits=house.usage_limits)
        await meter.start()
        try:
            for _ in range(calls):
                reservation = await meter.reserve(meter.recognise(secret), service, units)
                await meter.settle(reservation, units=units, outcome="answered", seconds=0.002)
        finally:
            await meter.stop()

    asyncio.run(call())
    usage.drain(house.database, house.usage_logs)


def made(yard: Yard, **fields: str) -> str:
    answer = yard.client.post("/me/keys", data={"plan": "development", **fields}, headers=yard.signed)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = SECRET.search(answer.text)
    assert found
    return found[1]


def test_a_key_is_made_in_one_click_and_shown_once(yard: Yard) -> None:
    assert "secret" not in SECRET.findall(yard.client.get("/me/usage", headers=yard.signed).text)
    secret = made(yard, note="서버 <b>1</b>")
    page = yard.client.get("/me/usage", headers=yard.signed).text
    assert secret not in page
    assert "서버 &lt;b&gt;1&lt;/b&gt;" in page
    ledger = yard.client.get("/api/v1/admin/ledger", headers=yard.signed).text
    assert "key.created" in ledger
    assert secret not in ledger


def test_what_was_used_is_drawn_against_the_cap_and_said_in_the_table(yard: Yard) -> None:
    used(yard, made(yard, note="test server"), calls=3, units=20)
    page = yard.client.get("/me/usage", headers=yard.signed).text
    assert 'class="map lying"' in page
    assert 'class="map standing"' in page
    assert "4,997" in page  # what is left of 5,000 calls a day
    rows = yard.client.get("/me/usage.csv", headers=yard.signed).text.splitlines()
    assert rows[0].endswith("day,key,service,plan,unit,calls,units")
    assert rows[1].endswith("madang/echo,development,character,3,60")


def test_a_key_is_rotated_paused_resumed_and_revoked_on_the_page(yard: Yard) -> None:
    made(yard, note="one")
    with yard.house.database.reading() as session:
        (key,) = usage.keys(session, viewer=kit.SYSTEM)
    rotated = yard.client.post(f"/me/keys/{key.id}/rotation", headers=yard.signed)
    assert SECRET.search(rotated.text)
    for deed, state in (("pause", "paused"), ("resumption", "ending"), ("revocation", "revoked")):
        answer = yard.client.post(f"/me/keys/{key.id}/{deed}", headers=yard.signed, follow_redirects=False)
        assert answer.status_code == 303
        with yard.house.database.reading() as session:
            assert next(row.state for row in usage.keys(session, viewer=kit.SYSTEM) if row.id == key.id) == state
    asked = yard.client.get(f"/me/usage?end={key.id}", headers=yard.signed).text
    assert f"/me/keys/{key.id}/revocation" in asked


def test_bad_fields_come_back_with_what_is_to_be_mended(yard: Yard) -> None:
    for fields in ({"plan": "production-of-nobody"}, {"service": "no/such"}, {"service": "\x01"}, {"note": "x" * 5000, "plan": "guest"}):
        answer = yard.client.post("/me/keys", data={"plan": "development", **fields}, headers=yard.signed)
        assert answer.status_code in (404, 422), fields
    assert yard.client.get("/me/usage").headers["location"].startswith("/sign-in")


def test_an_operator_sees_usage_by_sector_and_who_is_near_a_limit(yard: Yard) -> None:
    with yard.house.database.writing() as session:
        plan = usage.get_plan(session, "development", viewer=kit.SYSTEM)
        usage.set_quota(session, plan, unit="call", every="day", amount=4, by=kit.SYSTEM)
    used(yard, made(yard, note="near"), calls=4, units=5)
    page = yard.client.get("/admin/usage", headers=yard.signed).text
    assert "100 %" in page
    assert "near" in page
    lines = yard.client.get("/admin/usage.csv", headers=yard.signed).text.splitlines()
    assert sum(int(line.split(",")[2]) for line in lines[1:]) == 4
    for asked in ("?from=2026-99-99&to=x", "?from=2027-01-01&to=1999-01-01", "?from=1000-01-01"):
        assert yard.client.get(f"/admin/usage{asked}", headers=yard.signed).status_code == 200
    other = yard.token_for("somebody", kit.Role.MEMBER)
    assert yard.client.get("/admin/usage", headers=other).status_code == 403


def test_an_operator_changes_plans_on_the_page(yard: Yard) -> None:
    form = {"unit": "character", "every": "month", "amount": "1,000", "scope": "account"}
    answer = yard.client.post("/admin/plans/development/quotas", data=form, headers=yard.signed, follow_redirects=False)
    assert answer.status_code == 303
    with yard.house.database.reading() as session:
        quota = session.scalar(select(Quota).filter_by(plan="development", unit="character"))
        assert quota is not None
        assert quota.amount == 1000
    wrong = yard.client.post("/admin/plans/development/quotas", data=form | {"amount": "-3"}, headers=yard.signed)
    assert wrong.status_code == 422
    assert 'class="fault"' in wrong.text
    price = {"unit": "character", "amount": "100", "per": "10000"}
    assert yard.client.post("/admin/plans/production/prices", data=price, headers=yard.signed).status_code == 303
    assert "100 KRW" in yard.client.get("/plans").text
    gone = f"/admin/plans/development/quotas/{quota.id}/removal"
    assert yard.client.post(gone, headers=yard.signed, follow_redirects=False).status_code == 303


@pytest.mark.parametrize("today", [date(2026, 2, 28), date(2026, 12, 31), date(2026, 11, 1)])
def test_the_days_of_a_month_are_named_whatever_today_is(today: date) -> None:
    for language in ("ko", "en"):
        names = drawing._names(today, language)
        assert len(names) in (28, 30, 31)
        assert names[today.day - 1]
