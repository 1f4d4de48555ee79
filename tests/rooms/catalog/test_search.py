# SPDX-License-Identifier: Apache-2.0
"""What is found by which words, by whom, and how many there are of each sort."""

import random
import threading
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text
from sqlalchemy.orm import Session

import databases
from actors import NEIGHBOUR, OPERATOR, READER, RESEARCHER, REVIEWER, VISITOR
from madang import catalog, db, kit, people
from madang.catalog.search import indexing, matching, tokens
from madang.catalog.search.models import SearchRow

KOREAN = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=2, max_size=12)
WRITTEN = st.lists(st.one_of(KOREAN, st.text(st.characters(codec="ascii", categories=("L", "N", "P")), max_size=8)), max_size=6)
SLOW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def _register(session: Session, name: str, title: str = "", *, by: kit.Actor = RESEARCHER, **given: str) -> catalog.Asset:
    return catalog.register(session, **{"kind": "software", "namespace": by.name, "name": name, "title": title, **given}, by=by)


def _names(session: Session, q: str = "", viewer: kit.Actor = RESEARCHER, **asked: object) -> list[str]:
    found = catalog.find(session, catalog.Filter(q, **asked), viewer=viewer)  # type: ignore[arg-type]
    names = [hit.asset.name for hit in found.page(1000)]
    assert found.total == len(names)
    return names


@SLOW
@given(words=WRITTEN, title=KOREAN)
def test_every_two_syllables_of_a_text_find_it(words: list[str], title: str) -> None:
    written = unicodedata.normalize("NFC", " ".join([*words, title]))
    held = tokens.tokens(written)
    for place in range(len(written) - 1):
        pair = written[place : place + 2]
        if all("가" <= letter <= "힣" for letter in pair):
            assert all(term.is_in(held) for term in tokens.terms(pair)), pair
    for syllable in filter(lambda letter: "가" <= letter <= "힣", written):
        assert all(term.is_in(held) for term in tokens.terms(syllable)), syllable


@SLOW
@given(st.text(max_size=600))
def test_any_question_has_few_terms_of_plain_signs(asked: str) -> None:
    found = tokens.terms(asked)
    assert len(found) <= tokens.MOST_TERMS
    assert all(0 < len(term.token) <= tokens.LONGEST_TOKEN and not set(term.token) & set(" '\"*():&|!\\\0") for term in found)


def test_korean_and_english_words_find_what_they_stand_in(database: db.Database) -> None:
    with database.writing() as session:
        _register(session, "KoBERTModel-v2.1_base", "한국어 음성인식 모델", exposure="open")
        _register(session, "noise", "도로 소음 측정", exposure="open")
    with database.reading() as session:
        for q in (
            "음성",
            "성인",
            "인식 모델",
            "한국어음성",
            "식",
            "음",
            "kobert",
            "KOBERTMODEL",
            "bert",
            "model ko",
            "v2",
            "base",
            "researcher",
            "ｋｏｂｅｒｔ",
        ):
            assert "KoBERTModel-v2.1_base" in _names(session, q), q
        for q in ("성음", "음성 소음", "obert", "bas model", "식음"):
            assert _names(session, q) == [], q
        assert _names(session, "음ㅅ") == _names(session, "음") == ["noise", "KoBERTModel-v2.1_base"]


@pytest.mark.parametrize(
    "q", ["%", "_", "*", '"', "ㅎ", "ㅏ", "AND", "NOT a", "a NEAR b", "names:a", "')", "\\", "{names}: *", "^a", "\0", "\ud800", "🦜", "-"]
)
def test_no_sign_is_an_order_to_the_database(database: db.Database, q: str) -> None:
    with database.writing() as session:
        _register(session, "tool", "도구")
    with database.reading() as session:
        assert _names(session, q) == []


def test_a_question_longer_than_anybody_writes_is_refused_and_one_of_many_words_is_answered(database: db.Database) -> None:
    with database.writing() as session:
        _register(session, "tool", "가나다라마바사아자차카타파하" * 12)
    with database.reading() as session:
        assert _names(session, "가나다라마바사아자차카타파하" * 12) == ["tool"]
        assert _names(session, "a " * 250) == []
        with pytest.raises(kit.Invalid) as refused:
            _names(session, "가" * 501)
        assert (refused.value.code, refused.value.field) == ("question-too-long", "q")


def test_who_answers_best_comes_first_then_who_was_changed_last(database: db.Database) -> None:
    with database.writing() as session:
        catalog.set_search_text(session, _register(session, "c"), field="holders", text="speech")
        _register(session, "b", "A speech model")
        _register(session, "speech-a")
        _register(session, "speech-b")
        catalog.set_search_text(session, _register(session, "d"), field="holders", text="speech")
    with database.reading() as session:
        assert _names(session, "speech") == ["speech-b", "speech-a", "b", "d", "c"]
        assert _names(session, "speech", by_time=True) == ["d", "speech-b", "speech-a", "b", "c"]
        seen: list[str] = []
        found = catalog.find(session, catalog.Filter("speech"), viewer=RESEARCHER)
        after: catalog.Place | None = None
        while hits := found.page(2, after=after):
            seen.extend(hit.asset.name for hit in hits)
            after = hits[-1].place
        assert seen == ["speech-b", "speech-a", "b", "d", "c"]


def test_what_is_written_is_found_at_once_and_what_is_undone_never(database: db.Database) -> None:
    def refused() -> None:
        with database.writing() as session:
            _register(session, "lost")
            assert _names(session, "lost") == ["lost"]
            raise LookupError("refused")

    with database.reading() as session:
        assert _names(session) == []
    with pytest.raises(LookupError):
        refused()
    with database.writing() as session:
        _register(session, "kept", "하나")
    with database.reading() as session:
        assert (_names(session, "lost"), _names(session, "kept"), _names(session, "하나")) == ([], ["kept"], ["kept"])
    with database.writing() as session:
        asset = catalog.get_asset(session, "software", "researcher", "kept", viewer=RESEARCHER)
        catalog.set_title(session, asset, "둘둘", by=RESEARCHER)
        _register(session, "둘".encode().hex(), "둘둘")
    with database.reading() as session:
        assert _names(session, "하나") == []
        assert len(_names(session, "둘둘")) == 2


def test_counts_are_those_of_the_rows_under_the_other_filters_for_each_viewer(database: db.Database) -> None:
    with database.writing() as session:
        for number in range(60):
            by = (RESEARCHER, NEIGHBOUR)[number % 2]
            kind, exposure = catalog.KINDS[number % 3], catalog.EXPOSURES[number % 4]
            _register(session, f"a{number}", by=by, kind=kind, exposure=exposure, field=("language", "speech", "")[number % 3])
    with database.reading() as session:
        for viewer in (VISITOR, READER, RESEARCHER, NEIGHBOUR, REVIEWER, OPERATOR):
            seen = session.scalars(select(catalog.Asset).where(catalog.visible(viewer))).all()
            asked = catalog.Filter(kind=("software", "model"), exposure=("open", "private"))
            found = catalog.find(session, asked, viewer=viewer)
            assert found.visible == len(seen)
            assert found.total == sum(row.kind in asked.kind and row.exposure in asked.exposure for row in seen)
            facets = {name: dict(values) for name, values in found.facets().items()}
            assert facets["kind"] == _counted(row.kind for row in seen if row.exposure in asked.exposure)
            assert facets["exposure"] == _counted(row.exposure for row in seen if row.kind in asked.kind)
            assert facets["field"] == _counted(
                row.field for row in seen if row.kind in asked.kind and row.exposure in asked.exposure and row.field
            )
            assert catalog.yard(session, viewer=viewer) == _counted((row.kind, row.exposure) for row in seen)


def _counted(values: Iterable[object]) -> dict[object, int]:
    found: dict[object, int] = {}
    for value in values:
        found[value] = found.get(value, 0) + 1
    return found


def test_a_licence_is_asked_by_family_or_by_name(database: db.Database) -> None:
    with database.writing() as session:
        for name, declared in (("a", "MIT"), ("b", "GPL-3.0-only"), ("c", "CC-BY-NC-4.0"), ("d", None)):
            asset = _register(session, name)
            version = catalog.add_version(session, asset, source=catalog.Source("folder", "x"), by=RESEARCHER)
            catalog.describe(asset, version, state="verified", declared=declared, license_expression=declared)
    with database.reading() as session:
        assert _names(session, licence=("permissive",)) == _names(session, licence=("MIT",)) == _names(session, licence=("mit",)) == ["a"]
        assert _names(session, licence=("strong", "MIT")) == ["b", "a"]
        assert _names(session, licence=("restricted",)) == ["c"]
        assert _names(session, licence=("none",)) == ["d"]
        assert _names(session, licence=("MI", "%", "§", "AND")) == []
        facets = catalog.find(session, catalog.Filter(), viewer=RESEARCHER).facets()
        assert facets["licence"] == [("none", 1), ("permissive", 1), ("strong", 1), ("restricted", 1)]


def test_rows_of_other_rules_or_of_before_are_written_anew(database: db.Database) -> None:
    with database.writing() as session:
        for number in range(5):
            _register(session, f"tool-{number}")
        session.execute(delete(SearchRow).where(SearchRow.place < 3))
        session.execute(text("UPDATE catalog_search SET tokens_version = 0, names = 'gone ', stamp = stamp + 100 WHERE place = 3"))
    with database.reading() as session:
        assert len(_names(session, "tool")) == 2
        assert _names(session, "gone") == ["tool-2"]
    assert indexing.refresh_search(database) == 3
    assert indexing.refresh_search(database) == 0
    with database.reading() as session:
        assert (len(_names(session, "tool")), _names(session, "gone")) == (5, [])


def test_readers_at_once_see_what_is_there(database: db.Database) -> None:
    wrong: list[object] = []

    def read() -> None:
        for _ in range(20):
            with database.reading() as session:
                found = catalog.find(session, catalog.Filter("tool"), viewer=RESEARCHER)
                if found.total != sum(count for _name, count in found.facets()["kind"]):
                    wrong.append(found.total)

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    for number in range(30):
        with database.writing() as session:
            _register(session, f"tool-{number}", exposure="open")
    for reader in readers:
        reader.join()
    assert wrong == []
    with database.reading() as session:
        assert len(_names(session, "tool")) == 30


@pytest.mark.needs("postgresql")
def test_both_databases_find_the_same_in_the_same_order(tmp_path: Path) -> None:
    sqlite = db.Database(f"sqlite:///{tmp_path / 'rows.db'}")
    postgresql = db.Database(databases.cluster().create())
    both = (sqlite, postgresql)
    for database in both:
        db.migrate(database)
    spread = random.Random(5)
    written = "음성 인식 모델 도로야간 서울 speech KoBERT v2.1 data_set é ß İstanbul 漢字 かな ㄱㄴ Ωμέγα 1.0 a-b don't x \u1112\u1161"
    words = written.split()
    for number in range(300):
        given = {
            "kind": spread.choice(catalog.KINDS),
            "exposure": spread.choice(catalog.EXPOSURES),
            "by": (RESEARCHER, NEIGHBOUR)[number % 2],
        }
        title, name = " ".join(spread.choices(words, k=4)), f"{spread.choice(['speech', 'KoBERT', 'a-b'])}.{number}"
        for database in both:
            with database.writing() as session:
                asset = _register(session, name, title, **given)  # type: ignore[arg-type]
                asset.changed_at = datetime(2026, 1, 1 + number % 28, tzinfo=UTC)
                asset.declared = asset.license_expression = ("MIT", "GPL-2.0-or-later WITH Classpath-exception-2.0", None)[number % 3]
    asked = [word[place : place + length] for word in words for place in range(3) for length in (1, 2, 3)]
    asked += [" ".join(spread.sample(words, 2)) for _ in range(60)] + ["%", "'", '"', ":*", "a & b", "a | !b", "{x}", "()"]
    filters = [catalog.Filter(q) for q in asked if q]
    filters += [catalog.Filter(q, kind=("model", "api"), licence=("MIT",)) for q in asked[:40] if q]
    filters += [catalog.Filter(licence=("Classpath-exception-2.0",)), catalog.Filter(licence=("GPL-2.0-or-later", "none"))]
    answered = 0
    for wanted in filters:
        with sqlite.reading() as one, postgresql.reading() as other:
            first, second = (catalog.find(session, wanted, viewer=RESEARCHER) for session in (one, other))
            answered += first.total > 0
            assert first.facets() == second.facets(), wanted
            assert [_told(hit) for hit in first.page(300)] == [_told(hit) for hit in second.page(300)], wanted
    assert answered > 100
    for database in both:
        database.close()
    databases.forget()


def _told(hit: catalog.Hit) -> tuple[int, str]:
    return hit.tier, hit.asset.ref


def test_a_namespace_that_changes_hands_takes_its_private_assets_along(database: db.Database) -> None:
    organisation = kit.Actor("member-id", "colleague", kit.Role.MEMBER, organisations={"lab-id": kit.Role.MEMBER})
    with database.writing() as session:
        _register(session, "tool", "도구")
    with database.reading() as session:
        assert (_names(session, viewer=RESEARCHER), _names(session, viewer=organisation)) == (["tool"], [])
    with database.writing() as session:
        namespace = session.get(catalog.Namespace, "researcher")
        assert namespace is not None
        namespace.owner_id, namespace.organisation_id = None, "lab-id"
    with database.reading() as session:
        assert (_names(session, viewer=RESEARCHER), _names(session, viewer=organisation)) == ([], ["tool"])
        assert _names(session, "도구", viewer=organisation) == ["tool"]


def test_answers_are_right_after_few_changes_and_after_very_many(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.catalog.search.shelf.MOST_CHANGES", 30)
    monkeypatch.setattr("madang.catalog.search.shelf.FEW_ENOUGH_TO_SORT", 10)
    monkeypatch.setattr("madang.catalog.search.shelf.MOST_QUESTIONS", 3)
    expected: list[str] = []
    for count in (1, 2, 25, 40, 3):
        with database.writing() as session:
            for _ in range(count):
                name = f"tool-{len(expected)}"
                _register(session, name, "도구")
                expected.insert(0, name)
        with database.reading() as session:
            assert _names(session) == _names(session, "tool") == _names(session, "도구") == expected
            found = catalog.find(session, catalog.Filter("tool"), viewer=RESEARCHER)
            whole = found.page(1000)
            tenth = min(len(whole), 10)
            assert [hit.asset.name for hit in found.page(7, after=whole[tenth - 1].place)] == expected[tenth : tenth + 7]
            assert [hit.asset.name for hit in found.page(7, offset=20)] == expected[20:27]
            for word in ("researcher", "too", "도"):
                assert len(_names(session, word)) == len(expected)


def test_the_organisation_of_an_asset_is_a_facet_by_its_name(database: db.Database) -> None:
    with database.writing() as session:
        made = {"created_at": kit.now(), "created_by": "operator"}
        names = {"name": "Speech-Lab", "name_key": "speech-lab", "display_name": "음성 연구실"}
        session.add(people.Organisation(id="lab-id", sector="public", reach_word="inner", **names, **made))
        session.add(catalog.Namespace(key="speech-lab", name="Speech-Lab", organisation_id="lab-id", **made))
        session.flush()
        catalog.register(session, kind="model", namespace="Speech-Lab", name="asr", exposure="open", by=OPERATOR)
        _register(session, "tool", exposure="open")
    with database.reading() as session:
        found = catalog.find(session, catalog.Filter(), viewer=VISITOR)
        assert found.facets()["organisation"] == [("Speech-Lab", 1)]
        assert _names(session, viewer=VISITOR, organisation=("speech-lab",)) == ["asr"]
        assert _names(session, viewer=VISITOR, organisation=("nobody", "\0")) == []


def test_a_licence_filter_of_thousands_of_names_asks_the_database_for_few(database: db.Database, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    places = matching.places

    def counted(session: Session, terms: Sequence[tokens.Term]) -> list[list[int]]:
        asked.append(len(terms))
        return places(session, terms)

    monkeypatch.setattr(matching, "places", counted)
    with database.reading() as session:
        expression = " AND ".join(f"a{number}" for number in range(5000))
        assert catalog.find(session, catalog.Filter(licence=(expression,)), viewer=kit.SYSTEM).total == 0
    assert asked == [tokens.MOST_TERMS]
