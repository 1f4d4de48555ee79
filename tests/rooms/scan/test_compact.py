# SPDX-License-Identifier: Apache-2.0
"""The compact index: its file trusts nobody, and what stands on it is ScanCode's own index in every answer."""

import errno
import fcntl
import json
import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from licensedcode import cache as cache_module
from licensedcode import index as index_module
from licensedcode import match_aho, models, query

from madang.scan import exact, mapped, prepared, ranking
from madang.scan.sections import BrokenSections, Sections, write_sections

RULES = Path(models.rules_data_dir)
NAMES = ("mit_10.RULE", "mit_11.RULE", "gpl-2.0_7.RULE", "apache-2.0_3.RULE", "bsd-new_40.RULE", "lgpl-2.1_40.RULE")
NUMBERS = {"a": np.arange(5, dtype=np.int32), "b": np.array([2.5, 3.5]), "none": np.empty(0, np.uint8)}
Damage = Callable[[bytes], bytes]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "private" / "some.index"
    write_sections(path, NUMBERS, built_for="engine 1")
    return path


def test_what_was_written_is_read_and_cannot_be_changed(file: Path) -> None:
    known = Sections(file, built_for="engine 1")
    assert {name: known[name].tolist() for name in NUMBERS} == {name: array.tolist() for name, array in NUMBERS.items()}
    assert known["a"] is known["a"]
    with pytest.raises(ValueError, match="read-only"):
        known["a"][0] = 7
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700
    assert [each.name for each in file.parent.iterdir()] == ["some.index"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: whole[:10],
        lambda whole: whole[:30],
        lambda whole: whole[:-70],
        lambda whole: b"\x80\x04" + whole[2:],
        lambda whole: whole[:16] + b"\xff" * 8 + whole[24:],
        lambda whole: whole[:40] + b"~" + whole[41:],
    ],
    ids=["empty", "cut in the mark", "cut in the head", "cut in a section", "a pickle", "a giant head", "another head"],
)
def test_a_damaged_file_is_refused_when_it_is_opened(file: Path, damage: Damage) -> None:
    file.write_bytes(damage(file.read_bytes()))
    with pytest.raises(BrokenSections):
        Sections(file, built_for="engine 1")


def test_a_damaged_section_is_refused_when_it_is_asked_for(file: Path) -> None:
    whole = bytearray(file.read_bytes())
    whole[whole.rindex(np.float64(3.5).tobytes())] ^= 1
    file.write_bytes(whole)
    known = Sections(file, built_for="engine 1")
    assert known["a"].tolist() == [0, 1, 2, 3, 4]
    for name in ("b", "no such section"):
        with pytest.raises(BrokenSections, match=name):
            known[name]


def test_a_file_for_another_engine_or_of_another_kind_is_refused(file: Path) -> None:
    with pytest.raises(BrokenSections, match="another engine"):
        Sections(file, built_for="engine 2")
    write_sections(file, {"a": np.array([1j])}, built_for="engine 1")
    with pytest.raises(BrokenSections):
        Sections(file, built_for="engine 1")


def test_a_file_that_others_may_write_to_is_refused(file: Path) -> None:
    file.chmod(0o660)
    with pytest.raises(BrokenSections, match="nobody else"):
        Sections(file, built_for="engine 1")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(file: Path) -> None:
    os.chown(file, 12345, 12345)
    with pytest.raises(BrokenSections, match="nobody else"):
        Sections(file, built_for="engine 1")


def test_a_link_and_a_folder_are_refused(file: Path) -> None:
    link = file.with_name("link")
    link.symlink_to(file)
    for path in (link, file.parent, file.with_name("missing")):
        with pytest.raises(BrokenSections):
            Sections(path, built_for="engine 1")


def test_on_a_full_disk_the_file_stays_as_it_was(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = file.read_bytes()

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_sections(file, {"a": np.zeros(9)}, built_for="engine 1")
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == ["some.index"]


TOKENS = st.lists(st.integers(0, 3), max_size=40)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=21), max_size=12), TOKENS)
def test_rules_are_found_as_the_automaton_finds_them(texts: list[list[int]], text: list[int]) -> None:
    rules = [list(each) for each in dict.fromkeys(map(tuple, texts))]
    if len(rules) > 1:
        text = [*text, *rules[0], *rules[-1]]
    automaton = match_aho.get_automaton()
    for rid, rule in enumerate(rules):
        automaton.add_word(tuple(rule), [(rid, 0, len(rule) - 1)])
    automaton.make_automaton()
    words = np.array([word for rule in rules for word in rule], np.int16)
    starts = np.concatenate(([0], np.cumsum([len(rule) for rule in rules], dtype=np.int64))).astype(np.int64)
    wanted = list(automaton.iter(tuple(text))) if rules else []
    assert list(exact.Exact(words, starts, exact.tables(words, starts)).iter(text)) == wanted


@pytest.fixture(scope="module")
def whole() -> Any:
    """ScanCode's cache of a few licences and rules."""
    db = {key: each for key, each in models.load_licenses().items() if key in ("mit", "gpl-2.0", "apache-2.0", "bsd-new", "unknown-spdx")}
    rules = [models.Rule.from_file(rule_file=str(RULES / name)) for name in NAMES]
    return cache_module.LicenseCache(
        db=db,
        index=index_module.LicenseIndex([*rules, *models.build_rules_from_licenses(db)]),
        licensing=cache_module.build_licensing(db),
        spdx_symbols=cache_module.build_spdx_symbols(db),
        unknown_spdx_symbol=cache_module.build_unknown_spdx_symbol(db),
        additional_license_plugins=[],
    )


@pytest.fixture
def ours(whole: Any, tmp_path: Path) -> Any:
    path = tmp_path / "whole.index"
    write_sections(path, mapped.numbers_of(whole), built_for="tests")
    return mapped.mapped(Sections(path, built_for="tests"))


def text_of(whole: Any, seed: int) -> str:
    chance = random.Random(seed)
    lines = []
    for rule in chance.sample(whole.index.rules_by_rid, k=3):
        words = rule.text.split()
        start = chance.randrange(max(1, len(words) // 3))
        lines += [" ".join(words[start:]), "int main(void) { return 0; }", ""]
    return "\n".join(lines)


def test_the_mapped_index_is_the_whole_one(whole: Any, ours: Any) -> None:
    mapped.check_equal(whole, ours)
    rule = ours.index.rules_by_rid[3]
    assert ours.index.rules_by_id[rule.identifier] is rule
    assert rule == ours.index.rules_by_rid[3] != ours.index.rules_by_rid[4]
    assert ours.index.rid_by_hash.get(bytes(20)) is None
    assert ours.licensing.parse("mit AND gpl-2.0").render() == "mit AND gpl-2.0"
    assert sorted(ours.spdx_symbols) == sorted(whole.spdx_symbols)
    with pytest.raises(IndexError):
        ours.index.rules_by_rid[len(ours.index.rules_by_rid)]
    with pytest.raises(KeyError):
        ours.index.rules_by_id["no such rule"]


@pytest.mark.parametrize("seed", range(8))
def test_texts_match_as_with_the_whole_index(whole: Any, ours: Any, seed: int) -> None:
    text = text_of(whole, seed)
    said = []
    for each in (whole, ours):
        matches = each.index.match(query_string=text)
        said.append([(m.rule.identifier, m.matcher, m.score(), m.qspan, m.ispan, m.matched_text(whole_lines=False)) for m in matches])
    assert said[0]
    assert said[0] == said[1]
    run = query.build_query(query_string=text, idx=ours.index).whole_query_run()
    assert ranking.candidates(ranking.Ranking(ours.index), run, top=70, resembling=0.8, only_resembling=False)


@pytest.mark.parametrize("name", ["db", "rules_by_rid", "len_legalese", "tids_by_rid", "rid_by_hash"])
def test_what_is_not_equal_is_told(whole: Any, ours: Any, name: str) -> None:
    index = ours.index
    changed: dict[str, Callable[[], object]] = {
        "db": lambda: ours.db.pop("mit"),
        "rules_by_rid": lambda: setattr(index.rules_by_rid[2], "relevance", 1),
        "len_legalese": lambda: setattr(index, "len_legalese", 1),
        "tids_by_rid": lambda: index.tids_by_rid[0].append(1),
        "rid_by_hash": lambda: setattr(index, "rid_by_hash", {}),
    }
    changed[name]()
    with pytest.raises(mapped.Unmappable):
        mapped.check_equal(whole, ours)


def test_an_index_with_licences_from_elsewhere_or_other_attributes_is_left_alone(whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = mapped.numbers_of(whole)
    monkeypatch.setattr(whole, "additional_license_plugins", ["somewhere"])
    with pytest.raises(mapped.Unmappable):
        mapped.numbers_of(whole)
    about = json.loads(numbers["about"].tobytes())
    about["rule"] = about["rule"][1:]
    with pytest.raises(mapped.Unmappable):
        mapped.mapped({**numbers, "about": np.frombuffer(json.dumps(about).encode(), np.uint8)})


@pytest.fixture
def small(whole: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "get_cache", lambda: whole)


pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")


@pytest.mark.usefixtures("small")
def test_an_index_is_built_once_and_again_when_it_is_damaged(tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    assert prepared.prepared(folder)
    (built,) = folder.glob("licences-*.index")
    first = built.stat().st_ino
    assert prepared.prepared(folder)
    assert built.stat().st_ino == first
    built.write_bytes(built.read_bytes()[:-100])
    assert prepared.prepared(folder)
    assert built.stat().st_ino != first


@pytest.mark.usefixtures("small")
def test_only_the_newest_indexes_stay(tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    folder.mkdir(mode=0o700)
    for number in range(5):
        old = folder / f"licences-{number}.index"
        old.touch()
        os.utime(old, (number, number))
    assert prepared.prepared(folder)
    assert len(list(folder.glob("licences-*.index"))) == prepared.KEPT
    assert not (folder / "licences-0.index").exists()


@pytest.mark.usefixtures("small")
def test_while_another_builds_scancodes_own_index_serves(tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    folder.mkdir(mode=0o700)
    lock = os.open(folder / "building", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert prepared.prepared(folder) is None
    finally:
        os.close(lock)
    assert prepared.prepared(folder)


@pytest.mark.usefixtures("small")
def test_a_build_that_fails_leaves_nothing_and_scancodes_own_index_serves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "indexes"
    seen: list[list[Path]] = []

    def unequal(_whole: object, _ours: object) -> None:
        seen.append(list(folder.glob("licences-*")))
        raise mapped.Unmappable("something")

    monkeypatch.setattr(mapped, "check_equal", unequal)
    assert prepared.prepared(folder) is None
    assert not list(folder.glob("*.index"))
    with pytest.raises(mapped.Unmappable):
        prepared.build(folder / "licences-x.index", "x")
    assert seen == [[]]  # while it is compared nobody can find it (the first was compared in a process of its own)
    assert {each.name for each in folder.iterdir()} == {"building"}


@pytest.mark.usefixtures("small")
def test_what_a_builder_left_that_was_killed_goes_with_the_next_build(tmp_path: Path) -> None:
    folder = tmp_path / "indexes"
    folder.mkdir(mode=0o700)
    (folder / ".licences-x.index.0123456789abcdef").write_bytes(b"half")
    assert prepared.prepared(folder)
    assert not list(folder.glob(".licences-*"))


@pytest.mark.usefixtures("small")
def test_a_folder_that_is_not_private_is_not_used(tmp_path: Path) -> None:
    shared, private = tmp_path / "shared", tmp_path / "private"
    for folder in (shared, private):
        folder.mkdir(mode=0o700)
    shared.chmod(0o777)
    link = tmp_path / "link"
    link.symlink_to(private)
    (tmp_path / "file").touch()
    (private / "building").mkdir()
    for folder in (shared, link, tmp_path / "file" / "below", private):
        assert prepared.prepared(folder) is None
    assert prepared.prepared(None) is None
    assert not list(shared.iterdir())


def test_the_index_of_this_engine_serves_a_whole_look(tmp_path: Path) -> None:
    """In a process of its own: the real index, loaded compactly, and ScanCode's own, of few rules, beside it for a thorough look."""
    code = """
import copy, sys
from pathlib import Path
from licensedcode import cache, index, models
from madang.scan import cache as own, detection, mapped
sample = Path(sys.argv[1]) / "a.txt"
sample.write_text("Licensed under the Apache License, Version 2.0. SPDX-License-Identifier: MIT\\n")
detection.load(own.local_cache_folder() / "indexes")
quick = dict((name, found) for name, found, fault in detection.looks(str(sample), ["licenses"]))
assert isinstance(cache.get_index().rules_by_rid, mapped.Made)
few = copy.copy(cache._LICENSE_CACHE)
few.index = index.LicenseIndex([models.Rule.from_file(rule_file=path) for path in sys.argv[2:]])
detection._parts.use(ours=False)
cache._LICENSE_CACHE = few
detection._parts.use(ours=True)
detection.load_theirs()
assert isinstance(cache.get_index().rules_by_rid, mapped.Made)
thorough = dict((name, found) for name, found, fault in detection.looks(str(sample), ["licenses"], thorough=True))
assert isinstance(cache.get_index().rules_by_rid, list)
assert thorough["licenses"] != quick["licenses"], thorough
print(quick["licenses"]["detected_license_expression_spdx"])
"""
    rules = [RULES / name for name in NAMES]
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, str(tmp_path), *map(str, rules)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "Apache-2.0 AND MIT"
