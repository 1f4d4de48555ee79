# SPDX-License-Identifier: Apache-2.0
"""Pages on which the office decides: requests for production and invoices, as whoever asks and pays sees them, and as others do not."""

import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from builders import Yard
from madang import kit, people, usage
from madang.usage import draining, log
from madang.usage.log.frames import told
from rooms.usage.test_money import MONTH

NUMBER = re.compile(r"/production-requests/(\w{26})")


@pytest.fixture
def developer(yard: Yard) -> dict[str, str]:
    """Somebody who has a key on the development plan."""
    signed = yard.token_for("developer", kit.Role.READER)
    with yard.house.database.writing() as session:
        account = people.get_account(session, "developer", viewer=kit.SYSTEM)
        usage.create_key(session, account=account, plan="development", note="farm app", by=kit.SYSTEM)
    return signed


def used(yard: Yard, key: usage.KeyRow | None, *, day: date, units: int, price: str = "0") -> None:
    """One call on that day, as a log would have it."""
    with yard.house.database.writing() as session:
        account = people.get_account(session, "developer", viewer=kit.SYSTEM)
        context = told({
            "key_id": key.id if key else "", "account_id": account.id, "organisation_id": "", "sector": "industry", "plan": "paid",
            "service_id": "s" * 26, "service": "madang/echo", "unit": "character", "price": price, "per": 1, "currency": "KRW",
        })  # fmt: skip
        at = int(datetime(day.year, day.month, day.day, 3, tzinfo=UTC).timestamp() * 1_000_000)
        called = log.Called(f"{day.toordinal():026}", at, day.toordinal(), context, "[]", units, 1000, "answered")
        draining.add_calls(session, [called], "r" * 26)


def key_of(yard: Yard) -> usage.KeyRow:
    with yard.house.database.reading() as session:
        (key,) = usage.keys(session, viewer=kit.SYSTEM)
        return key


def asked(yard: Yard, developer: dict[str, str]) -> str:
    """The address of a request that waits, as the task of the office leads to it."""
    form = {"key": key_of(yard).id, "wanted": "2,000,000", "unit": "character", "every": "day", "purpose": "밭을 보는 <b>앱</b>"}
    answer = yard.client.post("/me/production-requests", data=form, headers=developer)
    assert (answer.status_code, answer.headers["location"]) == (303, "/me/usage?done=asked#production")
    inbox = yard.client.get("/me/inbox", headers=yard.signed).text
    found = NUMBER.search(inbox)
    assert found, inbox
    return found[0]


def test_a_request_is_asked_from_the_page_of_keys_and_approved_with_what_was_agreed(yard: Yard, developer: dict[str, str]) -> None:
    used(yard, key_of(yard), day=kit.now().date(), units=1234)
    address = asked(yard, developer)
    page = yard.client.get(address, headers=yard.signed).text
    assert "밭을 보는 &lt;b&gt;앱&lt;/b&gt;" in page
    assert "2,000,000 characters a day" in page
    assert 'class="map lying"' in page
    assert "1,234" in page
    form = {"amount": "1,500,000", "price": "0.01", "per": "1", "price_unit": "character", "reason": "agreed by telephone"}
    wrong = yard.client.post(f"{address}/approval", data=form | {"price": "a lot"}, headers=yard.signed)
    assert wrong.status_code == 422
    assert 'class="fault"' in wrong.text
    assert key_of(yard).plan == "development"  # nothing of a refused deed is kept
    answer = yard.client.post(f"{address}/approval", data=form, headers=yard.signed)
    assert answer.headers["location"] == f"{address}?done=approved"
    assert key_of(yard).plan == "production"
    own = yard.client.get(address, headers=developer).text
    assert "agreed by telephone" in own
    assert "1,500,000 characters a day" in own
    assert "0.01 KRW" in own
    assert f"{address}/approval" not in own
    again = yard.client.post(f"{address}/approval", data=form, headers=yard.signed)
    assert again.status_code == 409


def test_a_request_is_declined_with_a_reason_and_not_without(yard: Yard, developer: dict[str, str]) -> None:
    address = asked(yard, developer)
    assert yard.client.post(f"{address}/refusal", data={"reason": " "}, headers=yard.signed).status_code == 422
    assert yard.client.post(f"{address}/refusal", data={"reason": "too much"}, headers=yard.signed).status_code == 303
    assert "too much" in yard.client.get(address, headers=developer).text
    assert "too much" in yard.client.get("/me/inbox", headers=developer).text
    assert key_of(yard).plan == "development"


def test_a_request_is_withdrawn_by_whoever_asked_and_hidden_from_others(yard: Yard, developer: dict[str, str]) -> None:
    address = asked(yard, developer)
    other = yard.token_for("neighbour", kit.Role.MEMBER)
    for deed in ("", "/approval", "/refusal", "/withdrawal"):
        answer = yard.client.request("POST" if deed else "GET", address + deed, data={"reason": "x"} if deed else None, headers=other)
        assert answer.status_code == 404, deed
    assert address not in yard.client.get("/production-requests", headers=other).text
    assert address in yard.client.get("/production-requests", headers=yard.signed).text
    assert yard.client.post(f"{address}/withdrawal", headers=developer).status_code == 303
    assert yard.client.post(f"{address}/withdrawal", headers=developer).status_code == 409
    assert yard.client.get("/api/v1" + address, headers=developer).json()["state"] == "withdrawn"
    assert yard.client.get("/production-requests").headers["location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "wrong",
    [{"wanted": "many"}, {"wanted": "-1"}, {"unit": "a unit"}, {"every": "year"}, {"purpose": "  "}, {"plan": "development"}],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_asked_for_comes_back_with_what_is_to_be_mended(
    yard: Yard, developer: dict[str, str], wrong: dict[str, str]
) -> None:
    form = {"key": key_of(yard).id, "wanted": "5", "unit": "call", "every": "day", "purpose": "an app", "plan": "production", **wrong}
    answer = yard.client.post("/me/production-requests", data=form, headers=developer)
    assert answer.status_code in (403, 422)
    if answer.status_code == 422:
        assert 'class="fault"' in answer.text


def test_a_month_is_drafted_issued_printed_and_voided(yard: Yard, developer: dict[str, str]) -> None:
    used(yard, None, day=date(2026, 1, 15), units=1001, price="0.5")
    assert yard.client.post("/invoices", data={"month": "January"}, headers=yard.signed).status_code == 422
    drafted = yard.client.post("/invoices", data={"month": MONTH}, headers=yard.signed)
    assert drafted.headers["location"] == f"/invoices?month={MONTH}&done=drafted"
    listed = yard.client.get(drafted.headers["location"], headers=yard.signed).text
    found = re.search(r'href="(/invoices/\w{26})"', listed)
    assert found
    address = found[1]
    assert yard.client.get(address, headers=developer).status_code == 404  # a draft is the office's
    assert yard.client.post(f"{address}/issue", headers=developer).status_code == 404
    assert yard.client.post(f"{address}/issue", headers=yard.signed).headers["location"] == f"{address}?done=issued"
    assert yard.client.post(f"{address}/issue", headers=yard.signed).status_code == 409
    page = yard.client.get(address, headers=developer).text
    for told_there in (f"{MONTH}-00001", "madang/echo", "1,001 characters", "500.5", "501 KRW", "developer"):
        assert told_there in page
    assert f"{address}/voidance" not in page
    rows = yard.client.get(f"{address}/csv", headers=developer)
    assert rows.headers["content-type"].startswith("text/csv")
    assert rows.text.splitlines()[-1].endswith("501,KRW")
    assert yard.client.get("/invoices.csv", headers=developer).text.splitlines()[1].startswith(f"{MONTH}-00001,{MONTH},1,developer,issued")
    assert yard.client.post(f"{address}/voidance", data={"reason": ""}, headers=yard.signed).status_code == 422
    assert yard.client.post(f"{address}/voidance", data={"reason": "wrong price"}, headers=developer).status_code == 403
    assert yard.client.post(f"{address}/voidance", data={"reason": "wrong price"}, headers=yard.signed).status_code == 303
    assert "wrong price" in yard.client.get(address, headers=developer).text
    stranger = yard.token_for("neighbour", kit.Role.MEMBER)
    for path in (address, f"{address}/csv"):
        assert yard.client.get(path, headers=stranger).status_code == 404
    assert MONTH not in yard.client.get("/invoices", headers=stranger).text
    assert yard.client.get("/invoices?month=2026-99", headers=stranger).status_code == 200
    assert yard.client.get("/invoices").headers["location"].startswith("/sign-in")


def test_a_limit_that_cannot_be_leaves_nothing_behind(yard: Yard) -> None:
    form = {"unit": "token", "every": "month", "amount": "-3", "scope": "account"}
    answer = yard.client.post("/admin/plans/development/quotas", data=form, headers=yard.signed)
    assert answer.status_code == 422
    assert 'class="fault"' in answer.text


def walked(yard: Yard, address: str) -> list[str]:
    """The ids of a whole list of JSON, page by page."""
    found: list[str] = []
    while address:
        told = yard.client.get(address, headers=yard.signed).json()
        assert 0 < len(told["items"]) <= 20
        found += [each["id"] for each in told["items"]]
        address = told["next"]
    return found


def test_lists_of_invoices_and_requests_come_in_pages_of_which_none_is_lost_or_told_twice(yard: Yard, developer: dict[str, str]) -> None:
    with yard.house.database.writing() as session:
        account = people.get_account(session, "developer", viewer=kit.SYSTEM)
        made: dict[str, Any] = {"organisation_id": "", "account_id": account.id, "currency": "KRW", "total": 0, "void_reason": ""}
        made |= {"state": "issued", "made_at": kit.now(), "made_by": "test", "issued_at": kit.now(), "issued_by": "test"}
        asks: dict[str, Any] = {"key_id": key_of(yard).id, "account_id": account.id, "plan": "production", "purpose": "an app", "wanted": 5}
        asks |= {"unit": "call", "every": "day", "asked_at": kit.now(), "asked_by": "test"}
        for place in range(45):
            whose = {"payer": "가나"[place % 2], "month": f"2026-0{place % 4 + 1}", "part": place // 8 + 1, "number": f"test-{place}"}
            session.add(usage.Invoice(id=f"{place * 7 % 45:026}", **whose, **made))
            decided = {} if place == 10 else {"decided_at": kit.now(), "decided_by": "test"}
            state = "waiting" if place == 10 else "declined"
            session.add(usage.ProductionRequest(id=f"{place:026}", state=state, **asks, **decided))
    invoices = walked(yard, "/api/v1/invoices?limit=20")
    assert sorted(invoices) == [f"{place:026}" for place in range(45)]
    assert invoices == [each["id"] for each in yard.client.get("/api/v1/invoices?limit=200", headers=yard.signed).json()["items"]]
    asked_for = walked(yard, "/api/v1/production-requests?limit=20")
    assert asked_for == [f"{each:026}" for each in (10, *(each for each in range(44, -1, -1) if each != 10))]
    for address in ("/invoices", "/production-requests"):
        first = yard.client.get(address, headers=yard.signed).text
        further = re.search(r'href="([^"]+)" rel="next"', first)
        assert further
        second = yard.client.get(further[1].replace("&amp;", "&"), headers=yard.signed).text
        rows = re.compile(rf'href="{address}/(\w{{26}})"')
        assert len({*rows.findall(first), *rows.findall(second)}) == 45
        assert 'rel="next"' not in second
        assert yard.client.get(f"/api/v1{address}?cursor=WzFd", headers=yard.signed).status_code == 422
