# SPDX-License-Identifier: Apache-2.0
"""``madang key | plan | usage | invoice``: each deed once, what is printed, and what is refused."""

import json
from collections.abc import Callable
from typing import Any

import click
from click.testing import CliRunner, Result
from sqlalchemy import select

from madang import audit, kit, people, usage
from madang.usage import cli
from rooms.usage.conftest import Place, run
from rooms.usage.test_money import MONTH, called

FACTORIES: dict[str, Callable[..., click.Command]] = {
    "key": cli.key_group, "plan": cli.plan_group, "usage": cli.usage_command, "invoice": cli.invoice_group,
}  # fmt: skip


def madang(place: Place, command: str, *arguments: str) -> Result:
    """What the command did; a refusal of ours is its exception."""
    made = FACTORIES[command](lambda: place.house)
    return CliRunner().invoke(click.Group(commands=[made]), [command, *arguments])


def printed(place: Place, command: str, *arguments: str) -> list[str]:
    """The lines that a command that works printed."""
    done = madang(place, command, *arguments)
    assert done.exit_code == 0, done.output or repr(done.exception)
    return done.stdout.splitlines()


def refused(place: Place, command: str, *arguments: str) -> str:
    """The code of the refusal that the command met."""
    error = madang(place, command, *arguments).exception
    assert isinstance(error, kit.Refusal), repr(error)
    return error.code


def deeds(place: Place) -> list[str]:
    with place.house.database.reading() as session:
        return [row.deed for row in session.scalars(select(audit.models.Entry).order_by(audit.models.Entry.id))]


def call(place: Place, secret: str, service: usage.Metered, units: int) -> None:
    """One call with that key, as the web process counts it."""
    meter = place.meter()

    async def work() -> None:
        await meter.start()
        held = await meter.reserve(meter.recognise(secret), service, units)
        await meter.settle(held, units=units, outcome="answered", seconds=0.001)
        await meter.stop()

    run(work)


def test_a_key_is_printed_alone_then_listed_rotated_paused_resumed_and_revoked(place: Place) -> None:
    service = place.service()
    (secret,) = printed(place, "key", "create", "--plan", "development", "--service", service.name, "--note", "test server", "--days", "3")
    assert secret.startswith("mdg_")
    (line,) = printed(place, "key", "list")
    number, owner, plan, state, of = line.split()[:5]
    assert (owner, plan, state, of) == ("operator", "development", "valid", "operator/echo")
    assert secret not in line
    (other,) = printed(place, "key", "rotate", number, "--hours", "2")
    assert other != secret
    assert [row.split()[3] for row in printed(place, "key", "list", "--as", "operator")] == ["valid", "ending"]
    for deed, after in (("pause", "paused"), ("resume", "ending"), ("revoke", "revoked")):
        assert printed(place, "key", deed, number) == []
        assert {row.split()[0]: row.split()[3] for row in printed(place, "key", "list")}[number] == after
    told = deeds(place)
    assert [deed for deed in told if deed.startswith("key.") and deed != "key.created"][-3:] == ["key.paused", "key.resumed", "key.revoked"]


def test_what_a_key_cannot_be_is_refused(place: Place) -> None:
    with place.house.database.writing() as session:
        people.create_account(session, name="reader", role=kit.Role.READER, by=kit.SYSTEM)
    create = ("create", "--plan", "development")
    assert refused(place, "key", "create", "--plan", "nothing") == "no-plan"
    assert refused(place, "key", *create, "--service", "no/such") == "no-service"
    assert refused(place, "key", *create, "--as", "nobody")
    assert refused(place, "key", *create, "--organisation", "nowhere")
    assert madang(place, "key", "create").exit_code == 2
    assert madang(place, "key", *create, "--days", "0").exit_code == 2
    assert printed(place, "key", "list", "--as", "reader") == []
    for deed in ("rotate", "pause", "resume", "revoke"):
        assert refused(place, "key", deed, "0" * 26) == "no-key"
    printed(place, "key", *create)
    (number,) = (line.split()[0] for line in printed(place, "key", "list"))
    printed(place, "key", "revoke", number)
    assert refused(place, "key", "rotate", number) == "key-over"


def test_a_plan_is_set_with_limits_and_prices_and_listed_with_them(place: Place) -> None:
    printed(place, "plan", "set", "field-trial", "--given", "by-operator", "--title-ko", "현장 시험", "--title-en", "Field trial")
    printed(place, "plan", "quota", "field-trial", "300", "--unit", "image", "--every", "month", "--scope", "key", "--together", "--soft")
    printed(place, "plan", "quota", "field-trial", "7", "--every", "minute")
    printed(place, "plan", "price", "field-trial", "0.5", "--unit", "image", "--per", "10", "--currency", "USD")
    lines = printed(place, "plan", "list")
    at = lines.index("field-trial  by-operator  현장 시험  Field trial")
    assert sorted(line.strip() for line in lines[at + 1 : at + 4]) == [
        "0.5 USD for 10 image", "300 image a month for each key  together  soft", "7 call a minute for each account",
    ]  # fmt: skip
    printed(place, "plan", "quota", "field-trial", "none", "--every", "minute")
    assert "  7 call a minute for each account" not in printed(place, "plan", "list")
    assert {"plan.set", "quota.set", "quota.dropped", "price.set"} <= set(deeds(place))


BAD_PLANS = [
    (("quota", "nothing", "5"), "no-plan"),
    (("quota", "development", "9007199254740992"), "wrong-quota"),
    (("quota", "development", "5", "--unit", "a unit"), "wrong-quota"),
    (("quota", "development", "5", "--service", "no/such"), "no-service"),
    (("price", "development", "--unit", "call", "--", "-1"), "wrong-quota"),
    (("price", "development", "0.0000000001", "--unit", "call"), "wrong-quota"),
    (("price", "development", "1", "--unit", "call", "--per", "3"), "wrong-quota"),
    (("price", "development", "1", "--unit", "call", "--currency", "won"), "wrong-quota"),
    (("set", "no name"), "invalid-name"),
]


def test_what_a_plan_cannot_allow_is_refused(place: Place) -> None:
    before = printed(place, "plan", "list")
    for arguments, code in BAD_PLANS:
        assert refused(place, "plan", *arguments) == code, arguments
    assert madang(place, "plan", "quota", "development", "many").exit_code == 2
    assert madang(place, "plan", "quota", "development", "5", "--every", "year").exit_code == 2
    assert printed(place, "plan", "list") == before


def test_usage_prints_every_acknowledged_call_of_what_is_asked(place: Place) -> None:
    service = place.service(unit="character")
    secret = place.key()
    call(place, secret, service, 12)
    (number,) = (line.split()[0] for line in printed(place, "key", "list"))
    (text,) = printed(place, "usage", "--format", "json", "--service", service.name, "--key", number)
    (row,) = json.loads(text)["rows"]
    today = row["from"]
    expected: dict[str, Any] = {
        "service": service.name, "key": number, "plan": "development", "from": today, "to": today, "calls": 1, "units": 12,
        "unit": "character",
    }  # fmt: skip
    assert row == expected
    assert printed(place, "usage", "--from", today, "--to", today) == [
        f"{service.name}  {number}  development  {today}  {today}  1  12 character"
    ]
    for nothing in (("--service", "no/such"), ("--key", "0" * 26), ("--to", "2001-01-01"), ("--from", "2999-01-01")):
        assert printed(place, "usage", *nothing) == []
    assert json.loads(printed(place, "usage", "--key", "\x01", "--format", "json")[0]) == {"rows": []}
    assert madang(place, "usage", "--from", "yesterday").exit_code == 2


def test_an_invoice_is_drafted_shown_issued_and_voided(place: Place) -> None:
    called(place, 3, 333)
    (line,) = printed(place, "invoice", "draft", MONTH)
    number, none, month, state, total, currency = line.split()[:6]
    assert (none, month, state, total, currency) == ("-", MONTH, "draft", "500", "KRW")  # 3 × 333 × 0.5, in a currency without coins
    assert printed(place, "invoice", "list", "--month", MONTH) == [line]
    assert printed(place, "invoice", "issue", number) == [f"{MONTH}-00001"]
    shown = json.loads(printed(place, "invoice", "show", f"{MONTH}-00001", "--format", "json")[0])
    assert (shown["state"], shown["lines"][0]["units"], shown["lines"][0]["amount"]) == ("issued", 999, "499.5")
    assert printed(place, "invoice", "show", number, "--format", "csv")[0].startswith("invoice,month,payer,service")
    assert len(printed(place, "invoice", "show", number)) == 2
    assert refused(place, "invoice", "issue", number) == "wrong-invoice-state"
    printed(place, "invoice", "void", number, "--reason", "wrong price")
    assert refused(place, "invoice", "void", number, "--reason", "twice") == "wrong-invoice-state"
    assert printed(place, "invoice", "list")[0].split()[3] == "void"
    assert [deed for deed in deeds(place) if deed.startswith("invoice")] == ["invoices.drafted", "invoice.issued", "invoice.voided"]


def test_an_invoice_that_cannot_be_is_refused(place: Place) -> None:
    assert refused(place, "invoice", "draft", "January") == "wrong-quota"
    assert refused(place, "invoice", "draft", MONTH) == "nothing-used"
    assert refused(place, "invoice", "list", "--month", "2026-13") == "wrong-quota"
    for deed in (("show",), ("issue",), ("void", "--reason", "no")):
        assert refused(place, "invoice", deed[0], "2026-01-00009", *deed[1:]) == "no-invoice"
    assert madang(place, "invoice", "void", "x").exit_code == 2
