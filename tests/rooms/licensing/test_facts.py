# SPDX-License-Identifier: Apache-2.0
"""What each licence allows and asks, and that each cell says whence."""

import datetime

import pytest

from madang import licensing
from madang.licensing import NotOneLicence, cells, licences

OWN = [name for name in cells.subjects() if not name.startswith(("form:", "with:"))]


def _example(subject: str) -> str:
    """A licence that the subject's row is for."""
    return subject if not subject.endswith("*") else next(key for key in sorted(_known()) if cells.subject_of(key) == subject)


def _known() -> set[str]:
    return {licence.key for licence in licences.known()}


def _cells(facts: licensing.LicenceFacts) -> dict[str, licensing.Cell]:
    duties = {f"duty:{duty}": cell for duty, cell in facts.duties.items()}
    others = {name: getattr(facts, name.replace("-", "_")) for name in cells.properties()}
    return {**facts.actions, **duties, **others}


@pytest.mark.parametrize("subject", OWN)
def test_every_cell_names_its_source_and_its_day(subject: str) -> None:
    facts = licensing.facts(_example(subject))
    assert facts.is_reviewed
    assert set(facts.actions) == set(cells.actions())
    for name, cell in _cells(facts).items():
        assert cell.source.strip(), name
        assert "{}" not in cell.source, name
        assert datetime.date.fromisoformat(cell.date) <= datetime.date.fromisoformat("2100-01-01"), name


@pytest.mark.parametrize("subject", OWN)
def test_every_cell_has_a_word_of_the_vocabulary(subject: str) -> None:
    facts = licensing.facts(_example(subject))
    for cell in facts.actions.values():
        assert cell.value in cells.words("action-value")
    for cell in facts.duties.values():
        assert set(cell.value.split()) <= set(cells.words("when")) - {"none"}
    for name in cells.properties():
        assert set(getattr(facts, name.replace("-", "_")).value.split()) <= set(cells.words(name))


@pytest.mark.parametrize("text", ["", "NONE", "NOASSERTION", "Nonsense-9", "LicenseRef-own", "MIT WITH Nonsense-exception"])
def test_what_is_not_known_is_unknown_and_not_absent(text: str) -> None:
    facts = licensing.facts(text)
    assert facts.family == "unknown"
    assert not facts.is_reviewed
    assert {cell.value for cell in _cells(facts).values()} == {"unknown"}


@pytest.mark.parametrize("text", ["MIT OR Apache-2.0", "MIT AND Apache-2.0"])
def test_facts_are_of_one_licence(text: str) -> None:
    with pytest.raises(NotOneLicence):
        licensing.facts(text)


def test_no_row_stands_for_nothing() -> None:
    """A form, a licence or an exception that no cell and nobody uses is a slip of the pen."""
    subjects = cells.subjects()
    used = {f"form:{form}" for subject in subjects.values() for form in subject.of}
    assert {name for name in subjects if name.startswith("form:")} == used
    assert cells.filled() <= set(subjects)


def test_an_exception_changes_the_cells_that_it_names_and_no_other() -> None:
    plain, excepted = licensing.facts("GPL-2.0-only"), licensing.facts("GPL-2.0-only WITH Classpath-exception-2.0")
    assert (plain.share_alike.value, excepted.share_alike.value) == ("work", "library")
    assert "same-licence" in plain.duties
    assert "same-licence" not in excepted.duties
    assert plain.actions == excepted.actions
    assert licensing.facts("AGPL-3.0-only WITH Classpath-exception-2.0").share_alike.value == "network"


def test_korean_public_works() -> None:
    assert licensing.facts("licenseref-kogl-4").key == "LicenseRef-KOGL-4"
    asked = {number: licensing.facts(f"LicenseRef-KOGL-{number}") for number in range(5)}
    assert [facts.actions["commercial-use"].value for facts in asked.values()] == ["yes", "yes", "no", "yes", "no"]
    assert [facts.actions["modify"].value for facts in asked.values()] == ["yes", "yes", "yes", "no", "no"]
    assert [facts.actions["train"].value for facts in asked.values()] == ["yes", "yes", "yes", "contested", "contested"]
    assert ["attribution" in facts.duties for facts in asked.values()] == [False, True, True, True, True]
    assert licensing.facts("LicenseRef-KOGL-4-AI").actions["train"].value == "yes"
