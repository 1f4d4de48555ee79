# SPDX-License-Identifier: Apache-2.0
"""The table's own laws."""

import itertools

import pytest

from madang import access, kit
from madang.kit import Actor, Reach, Role

OUTER = Actor("1", "developer", Role.READER, reach=Reach.OUTER)
INNER = Actor("2", "researcher", Role.MEMBER)


def test_every_row_says_why() -> None:
    assert [f"{rule.thing} {rule.action}" for rule in access.rules() if len(rule.why) < 8] == []


def test_who_stands_nearer_may_no_less() -> None:
    order = ("inner", "partner", "anyone")
    for rule in access.rules():
        for near, far in itertools.pairwise(order):
            for role in Role:
                assert not rule.cells[far].admits(role, frozenset()) or access.allows(
                    Actor("1", "x", role, reach=Reach.named({"inner": "inner", "partner": "partner"}[near])), rule.thing, rule.action
                )


def test_inner_is_shut_to_who_is_outside() -> None:
    assert access.allows(INNER, "asset.inner", "see")
    assert not access.allows(OUTER, "asset.inner", "see")
    assert not access.allows(kit.anonymous(), "asset.partner", "see")


def test_the_role_in_an_organisation_counts_there_only() -> None:
    someone = Actor("3", "developer", Role.READER, reach=Reach.OUTER, organisations={"lab": Role.MEMBER})
    assert access.allows(someone, "asset.private", "change", organisation="lab")
    assert not access.allows(someone, "asset.private", "change", organisation="other")
    assert not access.allows(someone, "asset.private", "change")


def test_a_duty_opens_what_no_role_would() -> None:
    lawyer = Actor("4", "lawyer", Role.READER, duties=frozenset({"legal"}))
    assert access.allows(lawyer, "asset.private", "see")
    assert not access.allows(lawyer, "asset.private", "change")


def test_a_thing_without_a_row_is_a_fault() -> None:
    with pytest.raises(KeyError):
        access.rule("unicorn", "see")


def test_the_platform_itself_may_all() -> None:
    assert all(access.allows(kit.SYSTEM, rule.thing, rule.action) for rule in access.rules())
