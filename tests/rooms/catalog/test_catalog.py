# SPDX-License-Identifier: Apache-2.0
"""Names, versions, who may see and change what."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from actors import EVERYBODY, NEIGHBOUR, OPERATOR, READER, RESEARCHER, REVIEWER, VISITOR
from madang import audit, catalog, db, kit
from madang.catalog import rules

SOURCE = catalog.Source("git", "https://git.example/a.git")


def _register(
    session: Session, name: str = "tool", exposure: str = "private", by: kit.Actor = RESEARCHER, kind: str = "software"
) -> catalog.Asset:
    return catalog.register(session, kind=kind, namespace=by.name, name=name, exposure=exposure, by=by)


def _deeds(session: Session) -> list[str]:
    return [line.deed for line in audit.entries(session, viewer=OPERATOR).items]


def test_a_member_registers_in_the_namespace_of_their_own_name(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        assert (asset.ref, asset.exposure, asset.state) == ("software/researcher/tool", "private", "empty")
        assert _deeds(session) == ["asset.registered", "namespace.opened"]


def test_the_operator_opens_any_namespace(database: db.Database) -> None:
    with database.writing() as session:
        assert catalog.register(session, kind="model", namespace="lab", name="speech", by=OPERATOR).namespace == "lab"


@pytest.mark.parametrize(("by", "refusal"), [(NEIGHBOUR, kit.NotAllowed), (READER, catalog.MayOnlyRead), (VISITOR, kit.NotSignedIn)])
def test_nobody_else_writes_in_a_namespace(database: db.Database, by: kit.Actor, refusal: type[kit.Refusal]) -> None:
    with database.writing() as session:
        _register(session)
    with database.writing() as session, pytest.raises(refusal):
        catalog.register(session, kind="software", namespace="researcher", name="other", by=by)


def test_a_name_is_taken_whatever_its_case_and_another_kind_is_another_asset(database: db.Database) -> None:
    with database.writing() as session:
        _register(session, "Tool")
        with pytest.raises(catalog.AssetTaken):
            _register(session, "tOOL")
        assert _register(session, "tool", kind="model").kind == "model"


@pytest.mark.parametrize("name", ["", ".a", "-a", "a/b", "a..b", "a.git", "a.", "ㄱ", "a b", "a" * 97, "a\n", "<script>", "%2e"])
def test_a_name_that_is_none_is_refused(database: db.Database, name: str) -> None:
    with database.writing() as session, pytest.raises(kit.Invalid):
        _register(session, name)


@pytest.mark.parametrize("name", ["api", "API", "assets", "static", "v1", "me"])
def test_a_word_of_the_platform_is_no_namespace(database: db.Database, name: str) -> None:
    with database.writing() as session, pytest.raises(kit.Invalid):
        catalog.register(session, kind="software", namespace=name, name="a", by=OPERATOR)


@pytest.mark.parametrize(("field", "value"), [("kind", "thing"), ("exposure", "secret"), ("title", "a" * 201), ("title", "a\u202eb")])
def test_a_value_that_is_none_is_refused_and_named(database: db.Database, field: str, value: str) -> None:
    given = {"kind": "software", "namespace": "researcher", "name": "tool", field: value}
    with database.writing() as session, pytest.raises(kit.Invalid) as refused:
        catalog.register(session, **given, by=RESEARCHER)
    assert refused.value.field == field


@pytest.mark.parametrize(
    ("exposure", "seers"),
    [
        ("private", {OPERATOR, REVIEWER, RESEARCHER}),
        ("inner", {OPERATOR, REVIEWER, RESEARCHER, NEIGHBOUR, READER}),
        ("partner", {OPERATOR, REVIEWER, RESEARCHER, NEIGHBOUR, READER}),
        ("open", set(EVERYBODY)),
    ],
)
def test_exposure_says_who_sees_in_the_rule_and_in_the_query_alike(database: db.Database, exposure: str, seers: set[kit.Actor]) -> None:
    with database.writing() as session:
        asset = _register(session, exposure=exposure)
    with database.reading() as session:
        for viewer in EVERYBODY:
            listed = [row.id for row in catalog.assets(session, catalog.Filter(), viewer=viewer, limit=9)]
            assert (asset.id in listed) == (viewer in seers) == rules.may_see(asset.exposure, RESEARCHER.account_id, viewer)


def test_not_yours_and_not_there_are_the_same_answer(database: db.Database) -> None:
    with database.writing() as session:
        _register(session)
    with database.reading() as session:
        with pytest.raises(catalog.NoSuchAsset) as hidden:
            catalog.get_asset(session, "software", "researcher", "tool", viewer=NEIGHBOUR)
        with pytest.raises(catalog.NoSuchAsset) as missing:
            catalog.get_asset(session, "software", "researcher", "none", viewer=NEIGHBOUR)
    assert str(hidden.value).replace("tool", "none") == str(missing.value)


@pytest.mark.parametrize(
    ("by", "refusal"), [(NEIGHBOUR, kit.NotAllowed), (REVIEWER, kit.NotAllowed), (READER, kit.NotAllowed), (VISITOR, kit.NotSignedIn)]
)
def test_only_the_owner_and_the_operator_change(database: db.Database, by: kit.Actor, refusal: type[kit.Refusal]) -> None:
    with database.writing() as session:
        asset = _register(session, exposure="open")
        catalog.check_changeable(session, asset, by=RESEARCHER)
        catalog.check_changeable(session, asset, by=OPERATOR)
        with pytest.raises(refusal):
            catalog.check_changeable(session, asset, by=by)


def test_exposure_and_title_change_with_a_ledger_line_each_and_none_for_nothing(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        before = len(_deeds(session))
        catalog.set_exposure(session, asset, "open", by=RESEARCHER)
        catalog.set_title(session, asset, "  한글   도구 ", by=RESEARCHER)
        catalog.set_exposure(session, asset, "open", by=RESEARCHER)
        catalog.set_title(session, asset, "한글 도구", by=RESEARCHER)
        assert asset.title == "한글 도구"
        assert _deeds(session)[:-before] == ["asset.titled", "asset.exposed"]


def test_versions_are_numbered_and_labels_are_taken_once(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        first = catalog.add_version(session, asset, source=SOURCE, label="1.0", by=RESEARCHER)
        second = catalog.add_version(session, asset, source=SOURCE, by=RESEARCHER)
        third = catalog.add_version(session, asset, source=SOURCE, by=RESEARCHER)
        with pytest.raises(catalog.LabelTaken):
            catalog.add_version(session, asset, source=SOURCE, label="1.0", by=RESEARCHER)
        assert [first.number, second.number, third.number] == [1, 2, 3]
        assert [row.number for row in catalog.versions_of(session, asset, limit=2)] == [3, 2]
        assert catalog.get_version(session, asset, "latest").number == 3
        assert catalog.get_version(session, asset, "1").label == "1.0"


@pytest.mark.parametrize("number", ["0", "9", "x", "", "١", "-1", "1e9", "9" * 30])
def test_a_version_that_is_not_there_is_not_found(database: db.Database, number: str) -> None:
    with database.writing() as session:
        asset = _register(session)
        with pytest.raises(catalog.NoSuchVersion):
            catalog.get_version(session, asset, number)


@pytest.mark.parametrize("label", ["a/b", "../x", "<script>", 'a"b', "a#b", "a%2f", "x" * 101])
def test_a_label_that_could_not_stand_in_an_address_is_refused(database: db.Database, label: str) -> None:
    with database.writing() as session, pytest.raises(kit.Invalid) as refused:
        catalog.add_version(session, _register(session), source=SOURCE, label=label, by=RESEARCHER)
    assert refused.value.field == "label"


def test_a_version_is_found_by_its_label_and_a_number_comes_first(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        for label in ("1.0", "1", "254"):
            catalog.add_version(session, asset, source=SOURCE, label=label, by=RESEARCHER)
        assert [catalog.get_version(session, asset, wanted).number for wanted in ("1.0", "1", "2", "254")] == [1, 1, 2, 3]


def test_a_newest_version_that_came_to_nothing_leaves_the_verified_one_in_the_list(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        first = catalog.add_version(session, asset, source=SOURCE, label="1.0", by=RESEARCHER)
        catalog.describe(asset, first, state="verified", declared="MIT", license_expression="MIT AND Zlib", files=3)
        second = catalog.add_version(session, asset, source=SOURCE, label="2.0", by=RESEARCHER)
        catalog.describe(asset, second, state="queued")
        assert (asset.state, asset.number, asset.label) == ("queued", 2, "2.0")
        catalog.describe(asset, second, state="failed")
        assert (asset.state, asset.number, asset.label, asset.files) == ("verified", 1, "1.0", 3)


def test_a_licence_is_found_among_what_was_detected(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        version = catalog.add_version(session, asset, source=SOURCE, by=RESEARCHER)
        expression = "Apache-2.0 AND (GPL-2.0-only OR MIT)"
        catalog.describe(asset, version, state="verified", declared="Apache-2.0", license_expression=expression, files=1)

        def count(**asked: object) -> int:
            return catalog.count_assets(session, catalog.Filter(**asked), viewer=RESEARCHER)  # type: ignore[arg-type]

        assert count(licence=("GPL-2.0-only",)) == count(licence=("Apache-2.0",)) == count(licence=(expression,)) == count(q="gpl-2.0") == 1
        assert count(licence=("GPL-2.0",)) == count(licence=("%",)) == 0


def test_content_is_fixed_once(database: db.Database) -> None:
    with database.writing() as session:
        version = catalog.add_version(session, _register(session), source=SOURCE, by=RESEARCHER)
        catalog.fix_content(session, version, content="sha256:" + "a" * 64, commit="c" * 40, by=kit.SYSTEM)
        catalog.fix_content(session, version, content="sha256:" + "a" * 64, by=kit.SYSTEM)
        with pytest.raises(kit.Conflict):
            catalog.fix_content(session, version, content="sha256:" + "b" * 64, by=kit.SYSTEM)
        assert _deeds(session).count("version.fixed") == 1


def test_the_list_speaks_of_the_newest_version_only(database: db.Database) -> None:
    with database.writing() as session:
        asset = _register(session)
        first = catalog.add_version(session, asset, source=SOURCE, label="1", by=RESEARCHER)
        second = catalog.add_version(session, asset, source=SOURCE, label="2", by=RESEARCHER)
        catalog.describe(asset, second, state="queued")
        catalog.describe(asset, first, state="verified", license_expression="MIT", files=1)
        assert (asset.state, asset.label, asset.license_expression) == ("queued", "2", None)


def test_the_list_is_filtered_and_counted(database: db.Database) -> None:
    with database.writing() as session:
        for number in range(5):
            _register(session, f"tool-{number}", exposure="open" if number % 2 else "inner")
        catalog.set_title(session, _register(session, "speech", exposure="open", kind="model"), "한국어 음성 100% 모델", by=RESEARCHER)
    with database.reading() as session:

        def names(**asked: object) -> list[str]:
            wanted = catalog.Filter(**asked)  # type: ignore[arg-type]
            rows = [row.name for row in catalog.assets(session, wanted, viewer=READER, limit=50)]
            assert catalog.count_assets(session, wanted, viewer=READER) == len(rows)
            return rows

        assert names(q="음성") == names(q="100%") == names(kind=("model",)) == ["speech"]
        assert names(q="%") == names(q="\\") == []
        assert names(q="TOOL 3") == ["tool-3"]
        assert len(names(exposure=("inner",))) == 3
        found = catalog.facets(session, catalog.Filter(kind=("model",)), viewer=READER)
        assert dict(found["kind"]) == {"software": 5, "model": 1}
        assert dict(found["exposure"]) == {"open": 1}
        assert catalog.yard(session, viewer=VISITOR) == {("software", "open"): 2, ("model", "open"): 1}


def test_pages_follow_each_other_without_gap_or_repeat(database: db.Database) -> None:
    with database.writing() as session:
        for number in range(7):
            _register(session, f"tool-{number}")
    with database.reading() as session:
        seen: list[str] = []
        after: catalog.Place | None = None
        while rows := catalog.assets(session, catalog.Filter(), viewer=RESEARCHER, limit=3, after=after):
            seen.extend(row.name for row in rows)
            after = (0, rows[-1].changed_at, rows[-1].id)
        assert seen == [f"tool-{number}" for number in reversed(range(7))]


def test_one_registers_in_the_own_namespace_and_those_one_owns(database: db.Database) -> None:
    with database.writing() as session:
        _register(session)
        catalog.open_namespace(session, "lab", by=OPERATOR)
        assert catalog.namespaces_of(session, RESEARCHER) == ["researcher"]
        assert catalog.namespaces_of(session, OPERATOR) == ["operator", "lab", "researcher"]
        assert catalog.namespaces_of(session, READER) == []


def test_who_and_when_of_content_travel_together(database: db.Database) -> None:
    with database.writing() as session:
        catalog.add_version(session, _register(session), source=SOURCE, by=RESEARCHER)
    with database.reading() as session:
        version = session.scalars(select(catalog.Version)).one()
        assert (version.content, version.fixed_at) == (None, None)
