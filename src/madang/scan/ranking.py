# SPDX-License-Identifier: Apache-2.0
"""Which rules a text is worth aligning with: ScanCode's own ranking, for all rules at once.

Before ScanCode aligns a stretch of text with rules, it compares the stretch's set of words with each of its 39,000 rules', one after the
other in Python, and that comparison is nine tenths and more of its whole cost. The same counts come out of an inverted index: how many
of a rule's weighty words ("legalese", the low word ids) stand in the text decides for all but some hundreds of rules that they are out;
for those, the rest is counted, and the same thresholds, scores and order are applied as in ``licensedcode.match_set.compute_candidates``.
The candidates are the same, so every finding is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from licensedcode import match_set
from licensedcode.index import USE_BIGRAM_MULTISETS

from madang.scan.replacing import Part
from madang.scan.sections import Numbers, Tables

Words = np.ndarray[Any, np.dtype[np.int32]]
Counts = np.ndarray[Any, np.dtype[np.int64]]
COMPARED = 10
"""Of the first ranking, so many times the wanted number are compared more closely: ScanCode's figure."""

theirs = match_set.compute_candidates


class Overlaps(NamedTuple):
    """How much of rules stands in a text, a column each: rules' ids, common words, their share of the rule and of both."""

    rids: Counts
    matched: Counts
    containment: Numbers
    resemblance: Numbers


class Overlap(NamedTuple):
    """A row of the same."""

    rid: int
    matched: int
    containment: float
    resemblance: float


class Bounds:
    """What each rule asks of a text, in different words (``unique``) or in all words: the least common, the least common weighty ones; and
    how long the rule is."""

    def __init__(self, tables: Tables, *, unique: bool) -> None:
        name = _bounds_name(unique=unique)
        self.least_weighty: Counts = tables[f"{name}.least_weighty"]
        self.least: Counts = tables[f"{name}.least"]
        self.length: Counts = tables[f"{name}.length"]


def tables(index: Any) -> dict[str, Numbers]:
    """All numbers that a ``Ranking`` of the rules of ``index`` needs."""
    rules, matchable, weighty = index.rules_by_rid, index.approx_matchable_rids, int(index.len_legalese)
    # ScanCode's own comparison leaves words that stand nowhere in a rule among its counts, with none.
    counts = [
        {word: count for word, count in index.msets_by_rid[rid].items() if count} if rid in matchable else {} for rid in range(len(rules))
    ]
    sizes = np.fromiter((len(each) for each in counts), np.int64, len(counts))
    words = np.fromiter((word for each in counts for word in each), np.int32, int(sizes.sum()))
    is_weighty = words < weighty
    order = np.argsort(words[is_weighty], kind="stable")
    return {
        "ranking.starts": np.concatenate(([0], np.cumsum(sizes))),
        "ranking.words": words,
        "ranking.counts": np.fromiter((count for each in counts for count in each.values()), np.int32, len(words)),
        "ranking.rules_with": np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)[is_weighty][order],
        "ranking.first_rule": np.searchsorted(words[is_weighty][order], np.arange(weighty + 1)),
        "ranking.least_share": np.array([rule._minimum_containment or 0.0 for rule in rules]),
        **_bounds(rules, unique=True),
        **_bounds(rules, unique=False),
    }


def _bounds(rules: Sequence[Any], *, unique: bool) -> dict[str, Counts]:
    name = _bounds_name(unique=unique)
    return {
        f"{name}.least_weighty": np.maximum(_of(rules, lambda rule: rule.get_min_high_matched_length(unique)), 1),
        f"{name}.least": _of(rules, lambda rule: rule.get_min_matched_length(unique)),
        f"{name}.length": _of(rules, lambda rule: rule.get_length(unique)),
    }


def _bounds_name(*, unique: bool) -> str:
    return "ranking.of_words" if unique else "ranking.of_counts"


class Ranking:
    """The words of every rule that may be matched approximately, both ways round: rule to words, and weighty word to rules
    (``rules_with[first_rule[word]:first_rule[word + 1]]``)."""

    def __init__(self, index: Any, known: Tables | None = None) -> None:
        known = known or tables(index)
        self.index = index
        self.matchable = index.approx_matchable_rids
        self.weighty = int(index.len_legalese)
        self.starts: Counts = known["ranking.starts"]
        self.words: Words = known["ranking.words"]
        self.counts: Words = known["ranking.counts"]
        self.rules_with: Words = known["ranking.rules_with"]
        self.first_rule: Counts = known["ranking.first_rule"]
        self.least_share = known["ranking.least_share"]
        self.known = int(self.words.max(initial=-1)) + 1
        self.of_words, self.of_counts = Bounds(known, unique=True), Bounds(known, unique=False)

    def overlaps(self, text: Iterable[int], *, resembling: float | None = None) -> Overlaps:
        """The rules that pass ScanCode's thresholds for a text with this set of word ids, by id; with ``resembling`` those that resemble
        it at least so much."""
        words = np.fromiter(text, np.int64)
        rids = self._weighty_enough(words)
        if not len(rids):
            return Overlaps(rids, rids, rids, rids)
        return self._passing(self.of_words, rids, self._common(words, rids), len(words), resembling)

    def counted_overlaps(self, text: Mapping[int, int], rids: Sequence[int], *, resembling: float | None = None) -> list[Overlap]:
        """Of ``rids`` those that pass with how often each word stands in the text (``text``) and in the rule."""
        if not rids:
            return []
        ids = np.fromiter(rids, np.int64, len(rids))
        places, firsts = self._places(ids)
        words = self.words[places]
        often = np.zeros(self.known, np.int64)
        for word, count in text.items():
            if word < self.known:
                often[word] = count
        common = np.minimum(often[words], self.counts[places])
        weighty = np.add.reduceat(np.where(words < self.weighty, common, 0), firsts)
        enough = weighty >= self.of_counts.least_weighty[ids]
        matched = np.add.reduceat(common, firsts)[enough]
        found = self._passing(self.of_counts, ids[enough], matched, sum(text.values()), resembling)
        return [Overlap(*row) for row in zip(*(column.tolist() for column in found), strict=True)]

    def _passing(self, bounds: Bounds, rids: Counts, matched: Counts, size: int, resembling: float | None) -> Overlaps:
        length = bounds.length[rids]
        containment = matched / length
        resemblance = matched / (size + length - matched)
        kept = (matched >= bounds.least[rids]) & ~(containment < self.least_share[rids])
        if resembling is not None:
            kept &= resemblance >= resembling
        return Overlaps(rids[kept], matched[kept], containment[kept], resemblance[kept])

    def _weighty_enough(self, words: Counts) -> Counts:
        """The rules that have as many weighty words in common with the text as they ask for."""
        lists = [self.rules_with[self.first_rule[word] : self.first_rule[word + 1]] for word in words[words < self.weighty].tolist()]
        if not lists:
            return np.empty(0, np.int64)
        return np.flatnonzero(np.bincount(np.concatenate(lists), minlength=len(self.least_share)) >= self.of_words.least_weighty)

    def _common(self, words: Counts, rids: Counts) -> Counts:
        """How many words each of ``rids`` has in common with the text."""
        stands = np.zeros(self.known, np.int64)
        stands[words[words < self.known]] = 1
        places, firsts = self._places(rids)
        common: Counts = np.add.reduceat(stands[self.words[places]], firsts)
        return common

    def _places(self, rids: Counts) -> tuple[Counts, Counts]:
        """Where the words of ``rids`` stand in ``words``, one rule after the other, and where each rule's begin there."""
        starts = self.starts[rids]
        sizes = self.starts[rids + 1] - starts
        firsts = np.cumsum(sizes) - sizes
        return np.repeat(starts - firsts, sizes) + np.arange(int(sizes.sum())), firsts


def _of(rules: Sequence[Any], value: Any) -> Counts:
    return np.fromiter((value(rule) for rule in rules), np.int64, len(rules))


def parts(index: Any, known: Tables | None = None) -> list[Part]:
    """What takes the place of ScanCode's ranking for ``index``, of which ``known`` are the tables; texts ranked for another index go to
    ScanCode's own."""
    if USE_BIGRAM_MULTISETS:
        return []  # an experiment of ScanCode's, off unless its source says so: then it ranks by itself
    ranking = Ranking(index, known)

    def compute_candidates(
        query_run: Any,
        idx: Any,
        matchable_rids: Any,
        top: int = 50,
        high_resemblance: bool = False,
        high_resemblance_threshold: float = 0.8,
        _use_bigrams: bool = False,
    ) -> list[Any]:
        if idx is not index or matchable_rids is not ranking.matchable or _use_bigrams:
            told = {"top": top, "high_resemblance": high_resemblance, "high_resemblance_threshold": high_resemblance_threshold}
            return list(theirs(query_run, idx, matchable_rids, **told, _use_bigrams=_use_bigrams))
        return candidates(ranking, query_run, top=top, resembling=high_resemblance_threshold, only_resembling=high_resemblance)

    return [Part(match_set, "compute_candidates", compute_candidates)]


def candidates(ranking: Ranking, query_run: Any, *, top: int, resembling: float, only_resembling: bool) -> list[Any]:
    """What ``licensedcode.match_set.compute_candidates`` answers for the same run of words: at most ``top`` of
    ``(scores, rule id, rule, common weighty words)``, best first."""
    words, counts = match_set.build_set_and_mset(query_run.matchable_tokens())
    bound = resembling if only_resembling else None
    first = _best(ranking.overlaps(words, resembling=bound), top * COMPARED, resembling)
    closer = ranking.counted_overlaps(counts, first.tolist(), resembling=bound)
    rules = ranking.index.rules_by_rid
    second = [(_scores(each, resembling), each.rid, rules[each.rid], None) for each in closer]
    best = sorted(match_set.filter_dupes(second), reverse=True)[:top]
    return [(scores, rid, rule, _weighty_common(ranking, words, rid)) for scores, rid, rule, _ in best]


def _best(found: Overlaps, most: int, resembling: float) -> Counts:
    """The ids of the ``most`` rules that come first in ScanCode's order, in no order: which they are is all that the next step asks."""
    if len(found.rids) <= most:
        return found.rids
    squared = [share**2 for share in found.resemblance.tolist()]
    columns = (  # as ``_scores`` has them, the weightiest first
        [round(share, 1) >= resembling for share in found.resemblance.tolist()],
        [round(share, 1) for share in found.containment.tolist()],
        [round(share, 1) for share in squared],
        [round(count / 20, 1) for count in found.matched.tolist()],
        found.resemblance >= resembling,
        found.containment,
        squared,
        found.matched,
        found.rids,
    )
    return found.rids[np.lexsort(columns[::-1])[-most:]]


def _scores(overlap: Overlap, resembling: float) -> tuple[Any, Any]:
    """The pair of vectors by which ScanCode sorts: rounded, then exact. Python's own rounding, because numpy's differs."""
    squared = overlap.resemblance**2
    rounded = match_set.ScoresVector(
        is_highly_resemblant=round(overlap.resemblance, 1) >= resembling,
        containment=round(overlap.containment, 1),
        resemblance=round(squared, 1),
        matched_length=round(overlap.matched / 20, 1),
    )
    return rounded, match_set.ScoresVector(overlap.resemblance >= resembling, overlap.containment, squared, overlap.matched)


def _weighty_common(ranking: Ranking, words: Any, rid: int) -> Any:
    return match_set.high_tids_set_subset(match_set.tids_sets_intersector(words, ranking.index.sets_by_rid[rid]), ranking.weighty)
