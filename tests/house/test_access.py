# SPDX-License-Identifier: Apache-2.0
"""The table of rights covers the house: every address has its row, every row its address, every rule its use."""

import re
from collections import Counter

import pytest
from fastapi import FastAPI

import routes
from house import tree
from madang import access, app, gateway, settings


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    house = app.open_house(settings.read({}, home=tmp_path_factory.mktemp("home")))
    try:
        return app.web_application(house)
    finally:
        house.close()


def test_every_address_has_a_row_in_the_table_of_rights(application: FastAPI) -> None:
    rows = {(row.method, row.path) for row in access.routes()}
    wires = {(address.method, address.path) for wire in gateway.all_wires() for address in wire.addresses}
    answered = routes.answered(application) | wires
    assert len(answered) > 50
    assert sorted(answered - rows) == [], "give these a row in src/madang/access/routes.csv"
    assert sorted(rows - answered) == [], "these rows of src/madang/access/routes.csv have no address"


def test_no_address_has_two_rows() -> None:
    counted = Counter((row.method, row.path) for row in access.routes())
    assert [address for address, count in counted.items() if count > 1] == []


def test_every_row_names_a_rule_and_whose_thing_it_is() -> None:
    assert [f"{row.method} {row.path}" for row in access.routes() if not access.rules_of(row)] == []
    assert [f"{row.method} {row.path}" for row in access.routes() if row.whose not in access.WHOSE] == []


def test_every_rule_is_used_by_an_address_or_asked_by_a_room() -> None:
    used = {(rule.thing, rule.action) for row in access.routes() for rule in access.rules_of(row)}
    source = "\n".join(tree.text(path) for path in tree.under("src", ".py"))
    asked = set(re.findall(r'"([a-z][a-z.-]*)", "([a-z-]+)"', source))
    assert sorted({(rule.thing, rule.action) for rule in access.rules()} - used - asked) == []


def test_both_files_say_in_one_line_what_their_columns_are() -> None:
    for name in ("rules.csv", "routes.csv"):
        lines = (tree.ROOT / "src/madang/access" / name).read_text(encoding="utf-8").splitlines()
        assert lines[0] == "# SPDX-License-Identifier: Apache-2.0"
        assert lines[1].startswith("# ")


ASKED_BESIDE_THE_TABLE = {
    "src/madang/catalog/rules.py": "which sentence a refusal says, after the table has refused",
    "src/madang/people/rules.py": "a token below its account's role may make no stronger one: a limit on the token, not a right",
}


def test_rooms_ask_the_table_and_compare_no_roles() -> None:
    compares = re.compile(r"\.is_at_least\(|(?:actor|viewer|by)\.(?:role|reach) *(?:[<>]=?|[!=]=|is) |max\(\[?(?:actor|viewer|by)\.role")
    allowed = ("src/madang/access/", "src/madang/kit/")
    found = {str(path) for path in tree.under("src", ".py") if not str(path).startswith(allowed) and compares.search(tree.text(path))}
    assert sorted(found - set(ASKED_BESIDE_THE_TABLE)) == []
    assert sorted(set(ASKED_BESIDE_THE_TABLE) - found) == [], "these compare no roles any more"
