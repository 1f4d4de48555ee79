# SPDX-License-Identifier: Apache-2.0
"""Organisations, who is in them, and what that makes of an actor."""

import sqlite3
from collections.abc import Callable

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import people
from madang.db import Database
from madang.kit import SYSTEM, Actor, Conflict, Invalid, NotAllowed, NotFound, NotSignedIn, Reach, Refusal, Role, Stale, anonymous

from .conftest import House, actor_of, deeds

Deed = Callable[[Session], object]


def made(database: Database, name: str = "works", *, reach: Reach = Reach.OUTER, sector: str = "industry") -> str:
    with database.writing() as session:
        return people.create_organisation(session, name=name, sector=sector, reach=reach, display_name="The Works", by=SYSTEM).id


def account(database: Database, name: str, *, role: Role = Role.MEMBER, reach: Reach | None = None) -> None:
    with database.writing() as session:
        row = people.create_account(session, name=name, role=role, by=SYSTEM)
        if reach is not None:
            people.change_account(session, row, people.Change(reach=reach), by=SYSTEM)


def put(database: Database, name: str, role: Role, organisation: str = "works", *, by: Actor = SYSTEM) -> None:
    with database.writing() as session:
        of, who = people.find_organisation(session, organisation), people.find_account(session, name)
        assert of
        assert who
        people.set_membership(session, of, who, role=role, by=by)


def end(database: Database, name: str, *, by: Actor = SYSTEM, organisation: str = "works") -> None:
    with database.writing() as session:
        of, who = people.find_organisation(session, organisation), people.find_account(session, name)
        assert of
        assert who
        people.end_membership(session, of, who, by=by)


def token_actor(database: Database, name: str, role: Role) -> Actor:
    with database.writing() as session:
        who = people.get_account(session, name, viewer=SYSTEM)
        secret = people.create_token(session, account=who, role=role, note="x", by=SYSTEM)
    with database.reading() as session:
        return people.authenticate(session, cookie=None, authorization=f"Bearer {secret}")


def test_an_operator_brings_an_organisation_in_and_the_ledger_says_so(house: House) -> None:
    made(house.database)
    with house.database.reading() as session:
        found = people.get_organisation(session, "WORKS", viewer=SYSTEM)
        assert (found.name, found.display_name, found.sector, found.reach) == ("works", "The Works", "industry", Reach.OUTER)
        assert people.owner_of_name(session, "Works") == people.NameOwner(organisation_id=found.id)
    assert deeds(house.database)[-1] == "organisation.created"


@pytest.mark.parametrize("name", ["lab", "LAB", "operator", "madang", "Madang"])
def test_a_name_that_somebody_has_is_no_organisations(house: House, name: str) -> None:
    with house.database.writing() as session, pytest.raises(people.NameTaken):
        people.create_organisation(session, name=name, sector="other", by=SYSTEM)


@pytest.mark.parametrize("name", ["works", "WoRkS"])
def test_a_name_that_an_organisation_has_is_no_accounts_and_no_other_organisations(house: House, name: str) -> None:
    made(house.database)
    with house.database.writing() as session, pytest.raises(people.NameTaken):
        people.create_account(session, name=name, role=Role.MEMBER, by=SYSTEM)
    with house.database.writing() as session, pytest.raises(people.NameTaken):
        people.create_organisation(session, name=name, sector="other", by=SYSTEM)


def test_the_database_itself_keeps_an_account_and_an_organisation_from_one_name(house: House) -> None:
    made(house.database)
    with house.database.writing() as session, pytest.raises(IntegrityError):
        session.execute(text("INSERT INTO people_name (key, account_id) SELECT 'works', id FROM people_account WHERE name = 'lab'"))
    with house.database.writing() as session, pytest.raises(IntegrityError):
        session.execute(text("UPDATE people_name SET account_id = (SELECT id FROM people_account LIMIT 1) WHERE key = 'works'"))
    assert sqlite3.sqlite_version_info > (3, 35)


def test_an_organisation_takes_over_a_plain_namespace_of_its_name(house: House) -> None:
    with house.database.writing() as session:
        people.take_name(session, "works")
        assert people.owner_of_name(session, "works") == people.NameOwner()
    id_ = made(house.database)
    with house.database.reading() as session:
        assert people.owner_of_name(session, "works") == people.NameOwner(organisation_id=id_)
    with house.database.writing() as session, pytest.raises(people.NameTaken):
        people.take_name(session, "Works")


@pytest.mark.parametrize("name", ["admin", "API", "me"])
def test_a_word_of_the_platforms_addresses_names_nobody_new(house: House, name: str) -> None:
    people.use(people.keys.held(), people.keys.limits(), frozenset({"admin", "api", "me"}))
    with house.database.writing() as session, pytest.raises(Invalid):
        people.create_organisation(session, name=name, sector="other", by=SYSTEM)
    with house.database.writing() as session, pytest.raises(Invalid):
        people.create_account(session, name=name, role=Role.READER, by=SYSTEM)


@pytest.mark.parametrize(
    "given", [{"name": ""}, {"name": "a b"}, {"name": "가나"}, {"sector": "army"}, {"sector": ""}, {"display_name": "a\nb"}]
)
def test_what_is_no_name_no_sector_or_no_line_is_refused(house: House, given: dict[str, str]) -> None:
    with house.database.writing() as session, pytest.raises(Invalid) as refused:
        people.create_organisation(session, **{"name": "works", "sector": "industry", **given}, by=SYSTEM)  # type: ignore[arg-type]
    assert refused.value.field in given


@pytest.mark.parametrize("who", ["lab", None])
def test_nobody_but_an_operator_brings_an_organisation_in(house: House, who: str | None) -> None:
    by = actor_of(house.database, who) if who else anonymous()
    with house.database.writing() as session, pytest.raises((NotAllowed, NotSignedIn)):
        people.create_organisation(session, name="works", sector="other", by=by)


def test_two_operators_who_change_one_organisation_meet_a_refusal_and_not_each_others_work(house: House) -> None:
    made(house.database)

    def change(seen: int, **given: object) -> None:
        with house.database.writing() as session:
            found = people.get_organisation(session, "works", viewer=SYSTEM)
            whole = {"display_name": found.display_name, "sector": found.sector, "reach": found.reach, **given}
            people.change_organisation(session, found, seen=seen, by=SYSTEM, **whole)  # type: ignore[arg-type]

    change(1, sector="public")
    with pytest.raises(Stale):
        change(1, display_name="Other")
    change(2, display_name="Other")
    with house.database.reading() as session:
        found = people.get_organisation(session, "works", viewer=SYSTEM)
        assert (found.display_name, found.sector, found.revision) == ("Other", "public", 3)
    assert deeds(house.database).count("organisation.changed") == 2


def test_an_organisations_operator_changes_its_name_but_not_its_reach(house: House) -> None:
    made(house.database)
    put(house.database, "lab", Role.OPERATOR)
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        found = people.get_organisation(session, "works", viewer=lab)
        people.change_organisation(session, found, display_name="Ours", sector="public", reach=Reach.OUTER, by=lab)
    with house.database.writing() as session:
        found = people.get_organisation(session, "works", viewer=lab)
        with pytest.raises(NotAllowed):
            people.change_organisation(session, found, display_name="Ours", sector="public", reach=Reach.INNER, by=lab)


def test_only_its_operators_and_the_platforms_manage_the_members(house: House) -> None:
    made(house.database)
    account(house.database, "newcomer")
    put(house.database, "lab", Role.REVIEWER)
    with pytest.raises(NotAllowed):
        put(house.database, "newcomer", Role.READER, by=actor_of(house.database, "lab"))
    put(house.database, "lab", Role.OPERATOR)
    put(house.database, "newcomer", Role.READER, by=actor_of(house.database, "lab"))
    put(house.database, "newcomer", Role.MEMBER, by=actor_of(house.database, "lab"))
    put(house.database, "newcomer", Role.MEMBER, by=actor_of(house.database, "lab"))
    assert [deed for deed in deeds(house.database) if deed.startswith("membership")] == [
        "membership.created",
        "membership.changed",
        "membership.created",
        "membership.changed",
    ]


def test_the_last_operator_of_an_organisation_neither_leaves_nor_steps_down(house: House) -> None:
    made(house.database)
    put(house.database, "lab", Role.OPERATOR)
    lab = actor_of(house.database, "lab")
    with pytest.raises(Conflict):
        end(house.database, "lab", by=lab)
    with pytest.raises(Conflict):
        put(house.database, "lab", Role.MEMBER, by=lab)
    account(house.database, "second")
    put(house.database, "second", Role.OPERATOR, by=lab)
    end(house.database, "lab", by=lab)
    assert actor_of(house.database, "lab").organisations == {}
    end(house.database, "second")


def test_a_shut_operator_does_not_count_as_one_who_stays(house: House) -> None:
    made(house.database)
    account(house.database, "second")
    put(house.database, "lab", Role.OPERATOR)
    put(house.database, "second", Role.OPERATOR)
    with house.database.writing() as session:
        people.set_disabled(session, people.get_account(session, "second", viewer=SYSTEM), disabled=True, by=SYSTEM)
    with pytest.raises(Conflict):
        end(house.database, "lab", by=actor_of(house.database, "lab"))
    with pytest.raises(NotFound):
        put(house.database, "second", Role.MEMBER)


def test_one_leaves_by_oneself_and_nobody_leaves_twice(house: House) -> None:
    made(house.database)
    put(house.database, "lab", Role.READER)
    lab = actor_of(house.database, "lab")
    end(house.database, "lab", by=lab)
    with pytest.raises(NotFound):
        end(house.database, "lab", by=lab)


def test_a_person_has_the_widest_reach_of_their_own_and_their_organisations(house: House) -> None:
    account(house.database, "guest", reach=Reach.OUTER)
    assert actor_of(house.database, "guest").reach is Reach.OUTER
    made(house.database, reach=Reach.PARTNER)
    made(house.database, "division", reach=Reach.INNER)
    put(house.database, "guest", Role.MEMBER)
    assert actor_of(house.database, "guest").reach is Reach.PARTNER
    put(house.database, "guest", Role.READER, "division")
    assert actor_of(house.database, "guest").reach is Reach.INNER
    end(house.database, "guest", organisation="division")
    assert actor_of(house.database, "guest").reach is Reach.PARTNER


def test_a_token_bounds_the_role_here_and_in_every_organisation_and_takes_the_duties_when_it_may_less(house: House) -> None:
    id_ = made(house.database)
    put(house.database, "lab", Role.OPERATOR)
    with house.database.writing() as session:
        people.change_account(session, people.get_account(session, "lab", viewer=SYSTEM), people.Change(duties=["legal"]), by=SYSTEM)
    whole = actor_of(house.database, "lab")
    assert (whole.role, whole.role_in(id_), whole.duties) == (Role.MEMBER, Role.OPERATOR, frozenset({"legal"}))
    reader = token_actor(house.database, "lab", Role.READER)
    assert (reader.role, reader.role_in(id_), reader.duties) == (Role.READER, Role.READER, frozenset())
    member = token_actor(house.database, "lab", Role.MEMBER)
    assert (member.role, member.role_in(id_), member.duties) == (Role.MEMBER, Role.MEMBER, frozenset({"legal"}))


def test_the_tokens_of_who_is_set_back_may_less_at_once(house: House) -> None:
    account(house.database, "boss", role=Role.OPERATOR)
    with house.database.writing() as session:
        boss = people.get_account(session, "boss", viewer=SYSTEM)
        secret = people.create_token(session, account=boss, role=Role.OPERATOR, note="x", by=SYSTEM)
        people.change_account(session, boss, people.Change(role=Role.READER), by=SYSTEM)
    with house.database.reading() as session:
        assert people.authenticate(session, cookie=None, authorization=f"Bearer {secret}").role is Role.READER


def test_who_asks_costs_two_queries_whatever_the_number_of_organisations(house: House) -> None:
    for name in ("one", "two", "three"):
        made(house.database, name)
        put(house.database, "lab", Role.MEMBER, name)
    with house.database.writing() as session:
        secret = people.create_token(
            session, account=people.get_account(session, "lab", viewer=SYSTEM), role=Role.MEMBER, note="x", by=SYSTEM
        )
    asked: list[str] = []
    event.listen(house.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with house.database.reading() as session:
        actor = people.authenticate(session, cookie=None, authorization=f"Bearer {secret}")
    assert len(actor.organisations) == 3
    assert len([sentence for sentence in asked if sentence.startswith("SELECT")]) == 2


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        (people.Change(role=Role.OPERATOR), NotAllowed),
        (people.Change(reach=Reach.INNER), NotAllowed),
        (people.Change(duties=["legal"]), NotAllowed),
        (people.Change(sector="army"), Invalid),
        (people.Change(email="no address"), Invalid),
        (people.Change(email="a@b"), Invalid),
        (people.Change(email="한글@example.org"), Invalid),
        (people.Change(display_name="a\u001bb"), Invalid),
    ],
)
def test_what_nobody_changes_of_themselves_is_refused(house: House, change: people.Change, refusal: type[Refusal]) -> None:
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session, pytest.raises(refusal):
        people.change_account(session, people.get_account(session, "lab", viewer=SYSTEM), change, by=lab)


def test_a_person_changes_their_own_sector_name_and_address_and_an_operator_all(house: House) -> None:
    lab = actor_of(house.database, "lab")
    with house.database.writing() as session:
        row = people.get_account(session, "lab", viewer=SYSTEM)
        people.change_account(session, row, people.Change(sector="university", display_name="Lab", email="Lab@example.org"), by=lab)
    with house.database.writing() as session:
        row = people.get_account(session, "lab", viewer=SYSTEM)
        assert (row.sector, row.display_name, row.email, row.email_verified_at) == ("university", "Lab", "Lab@example.org", None)
        change = people.Change(role=Role.REVIEWER, reach=Reach.PARTNER, duties=["privacy", "legal", "legal"])
        people.change_account(session, row, change, seen=2, by=SYSTEM)
    with house.database.writing() as session:
        row = people.get_account(session, "lab", viewer=SYSTEM)
        assert (row.role, row.reach, row.duties) == (Role.REVIEWER, Reach.PARTNER, frozenset({"legal", "privacy"}))
        with pytest.raises(Stale):
            people.change_account(session, row, people.Change(role=Role.MEMBER), seen=2, by=SYSTEM)
    assert {"account.changed", "account.email-set", "account.role-set"} <= set(deeds(house.database))


def test_an_email_address_is_one_accounts_in_any_case_and_none_is_as_many_as_there_are(house: House) -> None:
    account(house.database, "second")
    with house.database.writing() as session:
        people.set_email(session, people.get_account(session, "lab", viewer=SYSTEM), "a@example.org", is_verified=True, by=SYSTEM)
    with house.database.writing() as session, pytest.raises(Conflict):
        people.set_email(session, people.get_account(session, "second", viewer=SYSTEM), "A@Example.org", is_verified=True, by=SYSTEM)
    with house.database.writing() as session:
        lab = people.get_account(session, "lab", viewer=SYSTEM)
        people.set_email(session, lab, "A@example.org", by=SYSTEM)
        assert lab.email_verified_at
        people.set_email(session, lab, "", by=SYSTEM)
    with house.database.reading() as session:
        lab = people.get_account(session, "lab", viewer=SYSTEM)
        assert (lab.email, lab.email_verified_at) == (None, None)


def test_an_address_that_was_only_said_keeps_it_from_nobody(house: House) -> None:
    account(house.database, "squatter")
    with house.database.writing() as session:
        squatter, lab = (people.get_account(session, name, viewer=SYSTEM) for name in ("squatter", "lab"))
        people.set_email(session, squatter, "lab@example.org", by=SYSTEM)
        people.set_email(session, lab, "Lab@example.org", is_verified=True, by=SYSTEM)
        assert lab.email_verified_at
        assert (squatter.email, squatter.email_verified_at) == ("lab@example.org", None)
        people.set_email(session, squatter, "other@example.org", by=SYSTEM)
        people.set_email(session, squatter, "LAB@example.org", by=SYSTEM)
    with house.database.reading() as session:
        found = [row.name for row in people.accounts(session, people.Asked(q="lab@EXAMPLE"), viewer=SYSTEM)]
    assert found == ["lab", "squatter"]  # an operator sees both, and which of them is verified


def test_strangers_see_their_own_organisations_only_and_the_institute_all(house: House) -> None:
    account(house.database, "guest", reach=Reach.OUTER)
    made(house.database)
    made(house.database, "second")
    put(house.database, "guest", Role.MEMBER)
    guest, lab = actor_of(house.database, "guest"), actor_of(house.database, "lab")
    with house.database.reading() as session:
        assert [row.name for row in people.organisations(session, viewer=guest)] == ["works"]
        assert [row.name for row in people.organisations(session, viewer=lab)] == ["second", "works"]
        assert [row.name for row in people.organisations(session, viewer=lab, q="WORKS the")] == ["second", "works"]
        assert [row.name for row in people.organisations(session, viewer=lab, q="%")] == []
        assert people.organisations(session, viewer=anonymous()) == []
        with pytest.raises(NotFound):
            people.get_organisation(session, "second", viewer=guest)
        works = people.get_organisation(session, "works", viewer=guest)
        assert [(row.name, entry.role) for row, entry in people.members(session, works, viewer=guest)] == [("guest", Role.MEMBER)]
        second = people.get_organisation(session, "second", viewer=lab)
        with pytest.raises(NotFound):
            people.members(session, second, viewer=guest)


def test_an_organisation_brings_nobody_nearer_by_itself(house: House) -> None:
    made(house.database, "ocean", reach=Reach.INNER)
    account(house.database, "head", reach=Reach.INNER)
    account(house.database, "outsider", reach=Reach.OUTER)
    put(house.database, "head", Role.OPERATOR, "ocean")
    head = token_actor(house.database, "head", Role.MEMBER)
    managing = Actor(
        head.account_id, head.name, Role.MEMBER, reach=Reach.INNER, organisations={next(iter(head.organisations)): Role.OPERATOR}
    )
    with pytest.raises(people.BringsNearer):
        put(house.database, "outsider", Role.READER, "ocean", by=managing)
    put(house.database, "outsider", Role.READER, "ocean")
    put(house.database, "outsider", Role.MEMBER, "ocean", by=managing)
