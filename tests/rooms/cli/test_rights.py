# SPDX-License-Identifier: Apache-2.0
"""``madang access`` prints the table."""

import csv
import io
import json

import pytest

from madang import access
from madang.cli.tree import run


def printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run(["access", *arguments]) == 0
    return capsys.readouterr().out


def test_machines_read_every_rule_and_every_address(capsys: pytest.CaptureFixture[str]) -> None:
    told = json.loads(printed(capsys, "--format", "json"))
    assert [(row["thing"], row["action"]) for row in told["rules"]] == [(rule.thing, rule.action) for rule in access.rules()]
    assert [(row["method"], row["path"]) for row in told["routes"]] == [(route.method, route.path) for route in access.routes()]
    private = next(row for row in told["rules"] if (row["thing"], row["action"]) == ("asset.private", "see"))
    assert private["own"] == "reader"
    assert private["inner"].startswith("reviewer+")


def test_eyes_read_it_in_columns(capsys: pytest.CaptureFixture[str]) -> None:
    lines = printed(capsys).splitlines()
    assert lines[0].split()[:3] == ["thing", "action", "own"]
    assert any(line.split() == ["GET", "/me", "account", "see", "own"] for line in lines)


def test_a_spreadsheet_has_a_row_for_each_address_and_rule(capsys: pytest.CaptureFixture[str]) -> None:
    rows = list(csv.DictReader(io.StringIO(printed(capsys, "--format", "csv"))))
    assert len(rows) == sum(len(access.rules_of(route)) for route in access.routes())
    assert {row["thing"] for row in rows if row["path"] == "/assets"} == {"asset.open", "asset.partner", "asset.inner", "asset.private"}


def test_one_role_or_duty_is_shown_only_what_it_may(capsys: pytest.CaptureFixture[str]) -> None:
    visitor = json.loads(printed(capsys, "--format", "json", "--role", "visitor"))
    assert {row["thing"] for row in visitor["rules"]} == {rule.thing for rule in access.rules() if str(rule.cells["anyone"]) == "visitor"}
    assert "/me" not in {row["path"] for row in visitor["routes"]}
    auditor = json.loads(printed(capsys, "--format", "json", "--role", "auditor"))
    assert "ledger" in {row["thing"] for row in auditor["rules"]}


def test_a_role_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["access", "--role", "king"]) == 2
    assert "--role" in capsys.readouterr().err
