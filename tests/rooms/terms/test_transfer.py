# SPDX-License-Identifier: Apache-2.0
"""The table of transfer is whole, each row counts, and the permissive reading never carries what the strict one drops."""

from functools import cache
from itertools import product

from madang import licensing, terms
from madang.terms import tables, transfer, words
from madang.terms.own import cells
from madang.terms.transfer import EdgeClass, carried

SOFTWARE = "MIT Apache-2.0 GPL-2.0-only AGPL-3.0-only LGPL-2.1-only LGPL-3.0-only MPL-2.0 EPL-2.0 SSPL-1.0 BUSL-1.1"
DATA = "CC0-1.0 CC-BY-4.0 CC-BY-SA-4.0 CC-BY-NC-4.0 CC-BY-ND-4.0 CC-BY-NC-SA-4.0 CC-BY-NC-ND-4.0 ODbL-1.0 ODC-By-1.0 PDDL-1.0"
KOREAN = [f"LicenseRef-KOGL-{number}" for number in range(5)]
SAMPLE = [*f"{SOFTWARE} {DATA}".split(), *KOREAN, "CDLA-Permissive-2.0", "CDLA-Sharing-1.0", "LicenseRef-proprietary-terms"]


@cache
def bits() -> frozenset[tuple[str, str]]:
    """Facts of each family: those of its licences, and each category once."""
    found = {(own.family, own.fact) for term in SAMPLE for own in cells(term)}
    named = (
        {family for row in tables.rows("groups.csv") for family in row["families"].split()}
        | {family for family, _fact in found}
        | {"patent"}
    )
    kinds = ("outbound:x", "unknown:outbound:x")
    some = (
        "use",
        "modify",
        "train",
        "publish-weights",
        "publish-output",
        "use-output-commercially",
        "train-competitor",
        "commercial-use",
        "practise-patent",
    )
    actions = [f"{word}:{action}" for word in ("forbidden", "unknown") for action in some]
    duties = [f"duty:attribution@{moment}" for moment in ("always", "distribute-modified", "network-modified", "output", "derive")]
    more = ["duty:unchanged-only@distribute", "duty:produced-work-notice@distribute", "duty:same-licence@distribute"]
    declared = [(row["fact"].partition(":")[0], row["fact"]) for row in tables.rows("declared.csv")]
    network = [("network", "duty:network-source-offer@network-modified")]
    return frozenset({*found, *product(named, (*kinds, *actions, *duties, *more)), *declared, *network})


def classes() -> list[EdgeClass]:
    said = ((None, True), (True, True), (False, True), (None, False))
    return [EdgeClass(kind, "model", modified, released) for kind in terms.KINDS for modified, released in said]


def test_every_fact_of_every_family_has_a_rule_and_every_row_counts_somewhere() -> None:
    used: set[int] = set()
    for over in classes():
        rows = {reading: transfer._rows(over, reading) for reading in terms.READINGS}
        for family, fact in bits():
            first = {reading: transfer.fitting(rows[reading], family, fact) for reading in terms.READINGS}
            assert None not in first.values(), (over, family, fact)
            used.update(map(id, first.values()))
            if first["strict"] is not first["permissive"]:
                strict, permissive = (carried(family, fact, over, reading).facts for reading in terms.READINGS)
                assert set(permissive) <= {*strict, fact} if strict else not permissive, (over, family, fact)
    assert [row for row in transfer.table() if id(row) not in used] == []


def test_every_row_of_every_table_names_its_source() -> None:
    for name in tables.NAMES:
        for row in tables.rows(name):
            assert row.get("source", "-").strip(), (name, row)
            assert None not in row.values(), (name, row)
            assert None not in row, (name, row)


def test_every_word_of_the_tables_is_in_the_vocabulary() -> None:
    actions, duties = set(licensing.facts("").actions), set(words.DUTIES)
    assert set(words.ACTIONS) == actions
    for row in transfer.table():
        assert row.kinds <= set(terms.KINDS)
        assert row.types is None or row.types <= set(terms.TYPES)
        for fact in row.adds:
            category, _colon, word = fact.partition(":")
            assert (category in ("forbidden", "unknown") and word in actions) or (
                category == "duty" and word.split("@")[0] in {*duties, "*"}
            )
    assert {
        own.fact.partition(":")[2].partition("@")[0] for term in SAMPLE for own in cells(term) if own.fact.startswith("duty:")
    } <= duties


def test_the_vocabulary_lists_every_word_with_what_it_says() -> None:
    told = terms.vocabulary()
    assert set(told["kinds"]) == set(terms.KINDS)  # type: ignore[call-overload]
    assert set(told["goals"]) == set(terms.GOALS)  # type: ignore[call-overload]
    assert {"forbidden:train", "duty:source-offer", "privacy:personal", "outbound:*", "outbound:permissive"} <= set(told["facts"])  # type: ignore[call-overload]
    assert told["rules"] == terms.rules_version()


def test_the_bits_of_the_whole_table_are_counted() -> None:
    """An engine that holds a graph in memory needs to know how wide it is: the facts of the sample's licences, over every class."""
    index = terms.FactIndex(sorted({(own.family, own.fact) for term in SAMPLE for own in cells(term)}), classes())
    assert 100 < index.width < 1000
