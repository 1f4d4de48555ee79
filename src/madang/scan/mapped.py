# SPDX-License-Identifier: Apache-2.0
"""ScanCode's licence index over a file that is mapped into memory: its own classes, filled as far as they are asked for.

``numbers_of`` says what such a file holds, ``mapped`` makes of it what ``licensedcode.cache.get_cache`` gives. A rule is a rule of
ScanCode's in every attribute; it is made when the first text meets it.
"""

import json
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import attr
import numpy as np
from licensedcode import cache as cache_module
from licensedcode import index as index_module
from licensedcode import models
from licensedcode.match_set import intbitset
from licensedcode.spans import Span

from madang.scan import exact, ranking
from madang.scan.sections import Numbers, Tables

_LAZY_OF_RULE = ("license_expression_object", "text")
_LAZY_OF_LICENCE = ("text",)
_RULE = tuple(each.name for each in attr.fields(models.Rule) if each.name not in _LAZY_OF_RULE)
_LICENCE = tuple(each.name for each in attr.fields(models.License) if each.name not in _LAZY_OF_LICENCE)
_DIGEST = 20
_UNUSED = ("fragments_automaton", "starts_automaton", "unknown_automaton")
"""Automata that only ScanCode's experiments and its search for unknown licences ask; a scan asks for neither."""


class Unmappable(Exception):
    """The index is of another make than this module knows."""


def numbers_of(whole: Any) -> dict[str, Numbers]:
    """All that a ``licensedcode.cache.LicenseCache`` is, as numbers by name. ``Unmappable`` when it is more than that."""
    index = whole.index
    if whole.additional_license_directory or whole.additional_license_plugins or index.fragments_automaton or index.starts_automaton:
        raise Unmappable("licences from elsewhere, or an experiment of ScanCode's")
    lengths = [len(words) for words in index.tids_by_rid]
    starts = np.concatenate(([0], np.cumsum(lengths, dtype=np.int64)))
    words = np.frombuffer(b"".join(each.tobytes() for each in index.tids_by_rid), np.int16)
    hashes = sorted(index.rid_by_hash.items())
    about = {
        "weighty": index.len_legalese,
        "dictionary": index.dictionary,
        "digits": sorted(index.digit_only_tids),
        "all_languages": index.all_languages,
        "rule": _RULE,
        "licence": _LICENCE,
    }
    return {
        "about": _bytes(json.dumps(about).encode("ascii")),
        "words": words,
        "starts": starts,
        "identifiers": _bytes(json.dumps([rule.identifier for rule in index.rules_by_rid]).encode("ascii")),
        **_texts("rules", [json.dumps(_said(rule, _RULE)).encode("ascii") for rule in index.rules_by_rid]),
        **_texts("rule_texts", [_encoded(rule.text) for rule in index.rules_by_rid]),
        **_texts("licences", [json.dumps(_said(each, _LICENCE)).encode("ascii") for each in whole.db.values()]),
        **_texts("licence_texts", [_encoded(each.text) for each in whole.db.values()]),
        "hashes": _bytes(b"".join(key for key, _rid in hashes)),
        "hashed": np.array([rid for _key, rid in hashes], np.int32),
        "regular": np.array(sorted(index.regular_rids), np.int32),
        "false_positive": np.array(sorted(index.false_positive_rids), np.int32),
        "matchable": np.array(sorted(index.approx_matchable_rids), np.int32),
        **ranking.tables(index),
        **exact.tables(words, starts),
    }


def _said(thing: Any, names: Sequence[str]) -> list[Any]:
    return [_plain(getattr(thing, name)) for name in names]


def _plain(value: Any) -> Any:
    """A value as JSON has it: the spans of a rule as lists of places, what follows a place as pairs."""
    if isinstance(value, dict):
        return sorted(value.items())
    if isinstance(value, list):
        return [list(each) if isinstance(each, Span) else each for each in value]
    return value


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _bytes(written: bytes) -> Numbers:
    return np.frombuffer(written, np.uint8)


def _texts(name: str, texts: Sequence[bytes]) -> dict[str, Numbers]:
    return {
        name: _bytes(b"".join(texts)),
        f"{name}.starts": np.concatenate(([0], np.cumsum([len(each) for each in texts], dtype=np.int64))),
    }


class Texts:
    """Many texts in one section, read one at a time."""

    def __init__(self, known: Tables, name: str) -> None:
        self._known, self._name = known, name

    def __getitem__(self, number: int) -> bytes:
        """The text of that number."""
        starts = self._known[f"{self._name}.starts"]
        return self._known[self._name][starts[number] : starts[number + 1]].tobytes()


class Made(Sequence[Any]):
    """A list whose members are made when they are first asked for, and then kept."""

    def __init__(self, count: int, make: Callable[[int], Any]) -> None:
        self._count, self._make = count, make
        self._made: dict[int, Any] = {}

    def __getitem__(self, number: Any) -> Any:
        """The member of that number."""
        try:
            return self._made[number]
        except KeyError:
            if not 0 <= number < self._count:
                raise IndexError(number) from None
            made = self._made[number] = self._make(number)
            return made

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Any]:
        return (self[number] for number in range(self._count))


@cache
def _expression(licensing: Any, written: str) -> Any:
    return licensing.parse(written)


class MappedRule(models.Rule):  # type: ignore[misc]
    """A rule of the index. Its text and its parsed expression are made when somebody asks."""

    __slots__ = ("texts",)
    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        """Of an index there is one object for each rule."""
        return self is other

    def __ne__(self, other: object) -> bool:
        return self is not other

    @property
    def text(self) -> str:
        """The rule's text."""
        found: bytes = self.texts[self.rid]
        return found.decode("utf-8", "surrogatepass")

    @property
    def license_expression_object(self) -> Any:
        """The rule's expression, parsed."""
        return _expression(self.licensing, self.license_expression) if self.license_expression else None


class MappedLicence(models.License):  # type: ignore[misc]
    """A licence of the index. Its text is read when somebody asks."""

    __slots__ = ("number", "texts")

    @property
    def text(self) -> str:
        """The licence's text."""
        found: bytes = self.texts[self.number]
        return found.decode("utf-8", "surrogatepass")


class Hashes:
    """Which rule has the text with a hash: ScanCode's mapping, over sorted hashes."""

    def __init__(self, known: Tables) -> None:
        self._digests, self._rids = known["hashes"].data, known["hashed"]
        self._heads = known["hashes"].reshape(-1, _DIGEST)[:, :8].copy().view(">u8").ravel().astype(np.uint64)

    def get(self, digest: bytes) -> int | None:
        """The id of the rule, None when there is none."""
        at = int(np.searchsorted(self._heads, np.uint64(int.from_bytes(digest[:8], "big"))))
        while at < len(self._rids) and self._digests[at * _DIGEST : at * _DIGEST + 8] == digest[:8]:
            if self._digests[at * _DIGEST : (at + 1) * _DIGEST] == digest:
                return int(self._rids[at])
            at += 1
        return None


class ByIdentifier:
    """The rules by their identifiers, which are looked at when somebody asks for one."""

    def __init__(self, rules: Made, identifiers: Callable[[], Sequence[str]]) -> None:
        self._rules, self._identifiers = rules, identifiers
        self._numbers: dict[str, int] = {}

    def __getitem__(self, identifier: str) -> Any:
        """The rule with that identifier; ``KeyError`` when there is none."""
        if not self._numbers:
            self._numbers = {each: number for number, each in enumerate(self._identifiers())}
        return self._rules[self._numbers[identifier]]


def mapped(known: Tables) -> Any:
    """ScanCode's ``LicenseCache`` over the numbers of ``numbers_of``. ``Unmappable`` when rules or licences have other attributes."""
    about = json.loads(known["about"].tobytes())
    if tuple(about["rule"]) != _RULE or tuple(about["licence"]) != _LICENCE:
        raise Unmappable("rules or licences with other attributes")
    db = _licences(known)
    return cache_module.LicenseCache(
        db=db,
        index=_index(known, about),
        licensing=cache_module.build_licensing(db),
        spdx_symbols=cache_module.build_spdx_symbols(db),
        unknown_spdx_symbol=cache_module.build_unknown_spdx_symbol(db),
        additional_license_plugins=[],
    )


def _licences(known: Tables) -> dict[str, Any]:
    texts, records = Texts(known, "licence_texts"), Texts(known, "licences")
    db = {}
    for number in range(len(known["licences.starts"]) - 1):
        licence = MappedLicence.__new__(MappedLicence)
        for name, value in zip(_LICENCE, json.loads(records[number]), strict=True):
            setattr(licence, name, value)
        licence.number, licence.texts = number, texts
        db[licence.key] = licence
    return db


def _index(known: Tables, about: dict[str, Any]) -> Any:
    words, starts = known["words"], known["starts"]
    count, weighty = len(starts) - 1, about["weighty"]
    matchable = set(known["matchable"].tolist())
    false_positive = set(known["false_positive"].tolist())
    rule_texts, records = Texts(known, "rule_texts"), Texts(known, "rules")
    index = index_module.LicenseIndex.__new__(index_module.LicenseIndex)
    rules = Made(count, lambda rid: _rule(json.loads(records[rid]), rule_texts))
    tids = Made(count, lambda rid: array("h", words[starts[rid] : starts[rid + 1]].tobytes()))
    index.len_legalese, index.dictionary = weighty, about["dictionary"]
    index.digit_only_tids = intbitset(about["digits"])
    index.rules_by_rid, index.tids_by_rid = rules, tids
    index.rules_by_id = ByIdentifier(rules, lambda: json.loads(known["identifiers"].tobytes()))
    index.high_postings_by_rid = Made(count, lambda rid: _postings(tids[rid], weighty) if rid in matchable else None)
    index.sets_by_rid = Made(count, lambda rid: None if rid in false_positive else intbitset(tids[rid].tolist()))
    index.msets_by_rid = Made(count, lambda rid: None if rid in false_positive else _counts(tids[rid]))
    index.rid_by_hash, index.rules_automaton = Hashes(known), exact.Exact(words, starts, known)
    index.regular_rids, index.false_positive_rids = set(known["regular"].tolist()), false_positive
    index.approx_matchable_rids = matchable
    index.optimized, index.all_languages = True, about["all_languages"]
    for name in _UNUSED:
        setattr(index, name, False)
    return index


def _rule(values: list[Any], texts: Texts) -> Any:
    rule = MappedRule.__new__(MappedRule)
    for name, value in zip(_RULE, values, strict=True):
        setattr(rule, name, value)
    rule.required_phrase_spans = [Span(places) for places in rule.required_phrase_spans]
    rule.stopwords_by_pos = dict(rule.stopwords_by_pos)
    rule.texts = texts
    return rule


def _postings(words: Sequence[int], weighty: int) -> dict[int, Any]:
    """Where each weighty word stands in a rule."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for at, word in enumerate(words):
        if word < weighty:
            found[word].append(at)
    return {word: array("h", places) for word, places in found.items()}


def _counts(words: Sequence[int]) -> defaultdict[int, int]:
    found: defaultdict[int, int] = defaultdict(int)
    for word in words:
        found[word] += 1
    return found


def check_equal(whole: Any, ours: Any) -> None:
    """``Unmappable`` with the first rule, licence or table in which ``ours`` is another than ``whole``, which it was made of."""
    _check_things(whole.db, ours.db, [*_LICENCE, *_LAZY_OF_LICENCE])
    theirs, made = whole.index, ours.index
    _check_things(dict(enumerate(theirs.rules_by_rid)), dict(enumerate(made.rules_by_rid)), [*_RULE, *_LAZY_OF_RULE])
    for name in ("len_legalese", "dictionary", "digit_only_tids", "regular_rids", "false_positive_rids", "approx_matchable_rids"):
        if getattr(theirs, name) != getattr(made, name):
            raise Unmappable(name)
    for name in ("tids_by_rid", "high_postings_by_rid", "sets_by_rid"):
        if list(getattr(theirs, name)) != list(getattr(made, name)):
            raise Unmappable(name)
    if any(mine != (counts and +Counter(counts)) for mine, counts in zip(made.msets_by_rid, theirs.msets_by_rid, strict=True)):
        raise Unmappable("msets_by_rid")
    if any(made.rid_by_hash.get(digest) != rid for digest, rid in theirs.rid_by_hash.items()):
        raise Unmappable("rid_by_hash")


def _check_things(theirs: dict[Any, Any], ours: dict[Any, Any], names: Sequence[str]) -> None:
    if list(theirs) != list(ours):
        raise Unmappable("keys")
    for key, thing in theirs.items():
        for name in names:
            if getattr(thing, name) != getattr(ours[key], name):
                raise Unmappable(f"{name} of {key}")
