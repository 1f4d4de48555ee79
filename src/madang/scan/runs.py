# SPDX-License-Identifier: Apache-2.0
"""Which words of a stretch of text may still match: ScanCode's answers, without going over the whole text for each stretch.

ScanCode asks for these sets once for each word that it looks at, and lays each of them out anew from the whole text for every stretch, so
that a file costs with the square of its length.
"""

from collections.abc import Iterator
from typing import Any

from licensedcode import query
from licensedcode.match_set import intbitset

from madang.scan.replacing import Part


def _within(run: Any, places: Any) -> Any:
    return places & intbitset(range(run.start, run.end + 1)) if run.end is not None else intbitset()


def low_matchables(run: Any) -> Any:
    """Places of common words that may match; kept until something is taken away from this stretch."""
    if run._low_matchables is None:
        run._low_matchables = _within(run, run.query.low_matchables)
    return run._low_matchables


def high_matchables(run: Any) -> Any:
    """Places of weighty words that may match; kept as the others are."""
    if run._high_matchables is None:
        run._high_matchables = _within(run, run.query.high_matchables)
    return run._high_matchables


def matchable_tokens(run: Any) -> Iterator[int] | list[int]:
    """The word at each place, -1 where it may not match; nothing where no weighty word may."""
    if not run.high_matchables:
        return []
    matchables = run.matchables
    return (word if place in matchables else -1 for place, word in run.tokens_with_pos())


def is_digits_only(run: Any) -> bool:
    """Whether all words are numbers."""
    words, numbers = run.query.tokens, run.digit_only_tids
    return run.end is None or all(words[place] in numbers for place in range(run.start, run.end + 1))


def parts() -> list[Part]:
    """What takes the place of ScanCode's sets of places."""
    return [
        Part(query.QueryRun, "low_matchables", property(low_matchables)),
        Part(query.QueryRun, "high_matchables", property(high_matchables)),
        Part(query.QueryRun, "matchable_tokens", matchable_tokens),
        Part(query.QueryRun, "is_digits_only", is_digits_only),
    ]
