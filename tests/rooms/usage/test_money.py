# SPDX-License-Identifier: Apache-2.0
"""Prices frozen at use, invoices from the rows, requests for production with what was agreed."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from asking import Client
from madang import app, audit, inbox, kit, people, usage
from madang.usage import draining, log
from madang.usage.log.frames import told
from madang.usage.models import Day
from rooms.usage.conftest import Place, run

MONTH = "2026-01"


def called(
    place: Place, count: int, units: int, *, price: str = "0.5", per: int = 1, account: str = people.OPERATOR, number: int = 0
) -> None:
    """So many calls in January 2026, as a log would have them."""
    with place.house.database.writing() as session:
        owner = people.find_account(session, account)
        assert owner is not None
        context = told({
            "key_id": "", "account_id": owner.id, "organisation_id": "", "sector": "industry", "plan": "paid", "service_id": "s" * 26,
            "service": "operator/echo", "unit": "character", "price": price, "per": per, "currency": "KRW",
        })  # fmt: skip
        at = int(datetime(2026, 1, 15, tzinfo=UTC).timestamp() * 1_000_000)
        day = date(2026, 1, 15).toordinal()
        calls = [
            log.Called(f"{number + each:026}", at, day, context, "[]", units, 1000 * (each + 1), "answered") for each in range(count)
        ]  # fmt: skip
        draining.add_calls(session, calls, "r" * 26)


def test_an_invoice_is_the_sum_of_the_rows_and_does_not_change(place: Place) -> None:
    called(place, 3, 333)
    called(place, 2, 1001, price="0.333333333", per=1000, number=100)
    database = place.house.database
    with database.writing() as session:
        (draft,) = usage.draft_invoices(session, MONTH, by=kit.SYSTEM)
        lines = usage.invoice_lines(session, draft)
        exact = sum((line.amount for line in lines), Decimal(0))
        assert exact == Decimal("0.5") * 999 + Decimal("0.333333333") * 2002 / 1000
        assert draft.total == Decimal(500)  # 500.1673… in a currency without smaller coins
        assert sum(line.units for line in lines) == session.scalar(select(func.sum(Day.units)))
        usage.issue_invoice(session, draft, by=kit.SYSTEM)
        assert draft.number == "2026-01-00001"
    called(place, 1, 1000, number=200)  # a node that was away brings its log
    with database.writing() as session:
        (second,) = usage.draft_invoices(session, MONTH, by=kit.SYSTEM)
        assert (second.part, second.total) == (2, Decimal(500))
        usage.issue_invoice(session, second, by=kit.SYSTEM)
        with pytest.raises(kit.NotFound):
            usage.draft_invoices(session, MONTH, by=kit.SYSTEM)
    with database.writing() as session:
        usage.void_invoice(session, usage.get_invoice(session, "2026-01-00001", viewer=kit.SYSTEM), reason="wrong price", by=kit.SYSTEM)
        (again,) = usage.draft_invoices(session, MONTH, by=kit.SYSTEM)
        assert again.total == Decimal(500)
        rows = list(csv.reader(io.StringIO(usage.invoice_csv(again, usage.invoice_lines(session, again)))))
        assert rows[-1][-2:] == ["500", "KRW"]
        deeds = [entry.deed for entry in session.scalars(select(audit.models.Entry).order_by(audit.models.Entry.id))]
        assert deeds.count("invoice.issued") == 2
        assert deeds[-2:] == ["invoice.voided", "invoices.drafted"]


def test_a_month_that_goes_on_is_not_issued(place: Place) -> None:
    month = f"{kit.now() + timedelta(hours=9):%Y-%m}"
    with place.house.database.writing() as session:
        invoice = usage.Invoice(
            id=kit.new_id(), organisation_id="", account_id="a" * 26, payer="somebody", month=month, part=1, currency="KRW",
            total=Decimal(0), state="draft", made_at=kit.now(), made_by="test", void_reason="",
        )  # fmt: skip
        session.add(invoice)
        with pytest.raises(kit.Conflict):
            usage.issue_invoice(session, invoice, by=kit.SYSTEM)


def test_what_was_used_keeps_its_price(place: Place) -> None:
    secret, service = place.key(), place.service(unit="character")
    with place.house.database.writing() as session:
        plan = usage.get_plan(session, "development", viewer=kit.SYSTEM)
        usage.set_price(session, plan, unit="character", amount="2", by=kit.SYSTEM)
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        held = await meter.reserve(meter.recognise(secret), service, 10)
        await meter.settle(held, units=10, outcome="answered", seconds=0.001)
        await meter.stop()

    run(work)
    with place.house.database.writing() as session:
        usage.set_price(session, usage.get_plan(session, "development", viewer=kit.SYSTEM), unit="character", amount="3", by=kit.SYSTEM)
    place.drain()
    with place.house.database.reading() as session:
        assert usage.costs(session, usage.Asked(), viewer=kit.SYSTEM) == {"KRW": Decimal(20)}


def test_production_is_asked_for_and_given_with_what_was_agreed(place: Place) -> None:
    client = Client(app.web_application(place.house), follow_redirects=False)
    with place.house.database.writing() as session:
        developer = people.create_account(session, name="developer", role=kit.Role.READER, by=kit.SYSTEM)
        operator = people.get_account(session, people.OPERATOR, viewer=kit.SYSTEM)
        tokens = [people.create_token(session, account=each, role=each.role, note="test", by=kit.SYSTEM) for each in (developer, operator)]
    asks, decides = ({"Authorization": f"Bearer {token}"} for token in tokens)
    assert client.post("/api/v1/keys", json={"plan": "production"}, headers=asks).status_code == 403
    made = client.post("/api/v1/keys", json={"plan": "development", "note": "server"}, headers=asks).json()
    body = {"key": made["id"], "purpose": "an app for farmers", "wanted": 2_000_000, "unit": "character", "every": "month"}
    asked = client.post("/api/v1/production-requests", json=body, headers=asks)
    assert asked.status_code == 201, asked.text
    assert client.post("/api/v1/production-requests", json=body, headers=asks).status_code == 409
    with place.house.database.reading() as session:
        assert inbox.count_waiting(session, viewer=people.actor_of(session, operator, via="session")) >= 1
    address = f"/api/v1/production-requests/{asked.json()['id']}/approval"
    agreed = {"amount": 1_500_000, "price": "0.01", "price_unit": "character", "per": 1}
    assert client.put(address, json=agreed, headers=asks).status_code == 403
    assert client.put(address, json=agreed, headers=decides).json()["state"] == "approved"
    assert client.put(address, json=agreed, headers=decides).status_code == 409
    (key,) = client.get("/api/v1/keys", headers=asks).json()["items"]
    assert (key["plan"], key["state"]) == ("production", "valid")
    plans = {each["name"]: each for each in client.get("/api/v1/plans", headers=asks).json()["items"]}
    assert [each["amount"] for each in plans["production"]["quotas"] if each["account_id"]] == [1_500_000]
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {made['key']}"}).status_code == 401


def test_days_are_what_the_rows_say(place: Place) -> None:
    called(place, 100, 7)
    begins, ends = date(2026, 1, 1), date(2026, 1, 31)
    with place.house.database.reading() as session:
        assert usage.sector_days(session, begins=begins, ends=ends) == {(date(2026, 1, 15), "industry"): usage.Amount(100, 0, 700)}
        (day,) = usage.timings(session, "s" * 26, begins=begins, ends=ends).values()
        assert (day.calls, day.failed) == (100, 0)
        assert day.milliseconds == pytest.approx((50, 95, 99), rel=0.1)
        (users,) = usage.users_of(session, "s" * 26, begins=begins, ends=ends)
        assert (users.organisation, users.sector, users.accounts, users.calls, users.units) == ("", "industry", 1, 100, 700)
        (row,) = usage.service_days(session, usage.Asked(plan="paid"), viewer=kit.SYSTEM)
        assert (row.day, row.calls, row.units) == (date(2026, 1, 15), 100, 700)
        assert usage.service_days(session, usage.Asked(plan="development"), viewer=kit.SYSTEM) == []
        assert usage.calls_by_service(session, begins=begins, ends=ends) == {"s" * 26: 100}
        assert usage.sums(session, usage.Asked(), viewer=kit.anonymous()) == []


def test_old_calls_are_forgotten_and_their_sums_stay(place: Place) -> None:
    called(place, 20, 7)  # of ids that sort before every time of ours
    assert usage.forget_calls(place.house.database) == 20
    assert usage.forget_calls(place.house.database) == 0
    assert [(row.calls, row.units) for row in place.sums()] == [(20, 140)]
