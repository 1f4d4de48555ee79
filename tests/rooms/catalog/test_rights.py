# SPDX-License-Identifier: Apache-2.0
"""Who sees and changes what: the table of rights, the rule and the query agree for every sort of actor, exposure and place."""

from itertools import product

import pytest
from sqlalchemy.orm import Session

from actors import OPERATOR, VISITOR
from madang import access, audit, catalog, db, kit, people
from madang.catalog import rules

HERE, THERE = "organisation-here", "organisation-there"
PLACES = {
    "own": ("person-id", None),
    "another's": ("stranger-id", None),
    "an organisation's": (None, HERE),
    "another organisation's": (None, THERE),
    "the platform's": (None, None),
}
ROLES = [role for role in kit.Role if role > kit.Role.VISITOR]
ACTORS = [
    kit.Actor("person-id", "person", role, reach=reach, duties=frozenset(duties), organisations=organisations)
    for role, reach, duties, organisations in product(
        ROLES,
        kit.Reach,
        [(), ("legal",)],
        [{}, {HERE: kit.Role.READER}, {HERE: kit.Role.OPERATOR}, {HERE: kit.Role.MEMBER, THERE: kit.Role.READER}],
    )
] + [VISITOR, kit.SYSTEM]


def _assets(session: Session) -> dict[tuple[str, str], str]:
    """An asset of each exposure in each place, by (place, exposure): its id."""
    found = {}
    for number, (place, (owner, organisation)) in enumerate(PLACES.items()):
        name = f"place-{number}"
        namespace = catalog.open_namespace(session, name, by=OPERATOR)
        namespace.owner_id, namespace.organisation_id = owner, organisation
        for exposure in catalog.EXPOSURES:
            asset = catalog.register(session, kind="software", namespace=name, name=exposure, exposure=exposure, by=kit.SYSTEM)
            found[place, exposure] = asset.id
    return found


def test_rule_and_query_agree_for_every_actor_exposure_and_place(database: db.Database) -> None:
    with database.writing() as session:
        ids = _assets(session)
    assert len(ACTORS) > 90
    with database.reading() as session:
        for actor in ACTORS:
            listed = {asset.id for asset in catalog.assets(session, catalog.Filter(), viewer=actor, limit=99)}
            for (place, exposure), id_ in ids.items():
                owner, organisation = PLACES[place]
                may = rules.may_see(exposure, owner, actor, organisation_id=organisation)
                assert may == (id_ in listed), (actor, place, exposure)
                assert may == access.allows(
                    actor, f"asset.{exposure}", "see", own=place == "own" and actor.account_id is not None, organisation=organisation
                )


def test_who_may_change_follows_the_table_too(database: db.Database) -> None:
    with database.writing() as session:
        ids = _assets(session)
        for actor in ACTORS[::7]:
            for (place, exposure), id_ in ids.items():
                asset = catalog.get_asset_by_id(session, id_, viewer=kit.SYSTEM)
                own = place == "own" and actor.account_id is not None
                may = access.allows(actor, f"asset.{exposure}", "change", own=own, organisation=PLACES[place][1])
                assert catalog.changeable(session, asset, viewer=actor) == may


@pytest.mark.parametrize(
    ("reach", "seen"),
    [(kit.Reach.OUTER, {"open"}), (kit.Reach.PARTNER, {"open", "partner"}), (kit.Reach.INNER, {"open", "partner", "inner"})],
)
def test_a_reader_sees_of_others_what_their_reach_says(reach: kit.Reach, seen: set[str]) -> None:
    reader = kit.Actor("reader-id", "reader", kit.Role.READER, reach=reach)
    assert rules.sight_of(reader).anywhere == seen


@pytest.fixture
def works(database: db.Database) -> str:
    """An organisation, by its id."""
    with database.writing() as session:
        return people.create_organisation(session, name="works", sector="industry", by=kit.SYSTEM).id


def member(works: str, role: kit.Role = kit.Role.MEMBER, *, here: kit.Role = kit.Role.READER) -> kit.Actor:
    return kit.Actor("person-id", "person", here, reach=kit.Reach.OUTER, organisations={works: role})


def test_members_of_an_organisation_register_in_its_namespace_whatever_their_role_elsewhere(database: db.Database, works: str) -> None:
    someone = member(works)
    with database.writing() as session:
        asset = catalog.register(session, kind="model", namespace="Works", name="speech", by=someone)
        assert asset.namespace == "Works"
        assert catalog.changeable(session, asset, viewer=someone)
        assert catalog.namespaces_of(session, someone) == ["works"]
        colleague = kit.Actor("colleague-id", "colleague", kit.Role.READER, reach=kit.Reach.OUTER, organisations={works: kit.Role.READER})
        assert catalog.find_asset(session, "model", "works", "speech", viewer=colleague) is not None
        assert not catalog.changeable(session, asset, viewer=colleague)
        stranger = kit.Actor("stranger-id", "stranger", kit.Role.MEMBER, reach=kit.Reach.INNER)
        assert catalog.find_asset(session, "model", "works", "speech", viewer=stranger) is None


def test_readers_of_an_organisation_and_strangers_do_not_register_there(database: db.Database, works: str) -> None:
    stranger = kit.Actor("stranger-id", "stranger", kit.Role.MEMBER)
    for by, refusal in ((member(works, kit.Role.READER), catalog.MayOnlyRead), (stranger, catalog.NamespaceNotYours)):
        with database.writing() as session, pytest.raises(refusal):
            catalog.register(session, kind="model", namespace="works", name="speech", by=by)


def test_a_person_with_two_homes_is_offered_both(database: db.Database, works: str) -> None:
    with database.reading() as session:
        assert catalog.namespaces_of(session, member(works, here=kit.Role.MEMBER)) == ["person", "works"]


def test_a_namespace_that_stands_becomes_the_new_organisations(database: db.Database) -> None:
    with database.writing() as session:
        catalog.register(session, kind="software", namespace="lab", name="tool", by=OPERATOR)
        made = people.create_organisation(session, name="Lab", sector="public", by=kit.SYSTEM)
        catalog.hand_over_namespace(session, people.OrganisationCreated(made.id, made.name, kit.SYSTEM))
        asset = catalog.get_asset(session, "software", "lab", "tool", viewer=member(made.id))
        assert catalog.changeable(session, asset, viewer=member(made.id))
        assert next(line.deed for line in audit.entries(session, viewer=OPERATOR).items) == "namespace.handed-over"


def test_what_an_operator_opens_under_a_persons_name_is_the_persons(database: db.Database) -> None:
    with database.writing() as session:
        account = people.create_account(session, name="person", role=kit.Role.MEMBER, by=kit.SYSTEM)
        asset = catalog.register(session, kind="software", namespace="person", name="tool", by=kit.SYSTEM)
        theirs = kit.Actor(account.id, account.name, kit.Role.MEMBER)
        assert catalog.changeable(session, asset, viewer=theirs)


def test_nobody_is_called_as_a_namespace_that_stands(database: db.Database) -> None:
    with database.writing() as session:
        catalog.open_namespace(session, "lab", by=OPERATOR)
        with pytest.raises(people.NameTaken):
            people.create_account(session, name="LAB", role=kit.Role.MEMBER, by=kit.SYSTEM)
