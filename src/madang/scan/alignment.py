# SPDX-License-Identifier: Apache-2.0
"""Two steps of ScanCode's around the alignment of a text with a rule, with the same answers for less work.

The alignment looks for the longest common run of weighty words again and again, each time over the whole stretch; here it walks only over
the places whose word the rule has. And to quote what matched, ScanCode cuts the whole file into words a second time; here it is cut as far
as it is quoted, and what a piece of text is cut into is kept, because it depends on the piece alone.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from licensedcode import index, match, query, seq

from madang.scan.replacing import Part

KEPT_PIECES = 50_000
LONGEST_KEPT = 100
Block = tuple[int, int, int]
Postings = Mapping[int, Sequence[int]]


def match_blocks(
    a: Sequence[int], b: Sequence[int], a_start: int, a_end: int, b2j: Postings, len_good: int, matchables: Any = frozenset(), **_: Any
) -> list[Any]:
    """The common runs of the text ``a[a_start:a_end]`` and the rule ``b``, as ``licensedcode.seq.match_blocks`` finds them.

    ``b2j`` has the places in ``b`` of each weighty word (ids under ``len_good``); places of ``a`` that are not in ``matchables`` count for
    nothing.
    """
    places = [i for i in range(a_start, a_end) if a[i] < len_good and a[i] in b2j and i in matchables]
    waiting = [(a_start, a_end, 0, len(b))]
    found: list[Block] = []
    while waiting:
        alo, ahi, blo, bhi = waiting.pop()
        longest = _longest(a, places[bisect_left(places, alo) : bisect_left(places, ahi)], alo, blo, bhi, b2j)
        i, j, size = block = seq.extend_match(*longest, a, b, alo, ahi, blo, bhi, matchables)
        if size:
            found.append(block)
            if alo < i and blo < j:
                waiting.append((alo, i, blo, j))
            if i + size < ahi and j + size < bhi:
                waiting.append((i + size, ahi, j + size, bhi))
    return [seq.Match(*block) for block in _joined(sorted(found))]


def _longest(a: Sequence[int], places: Sequence[int], alo: int, blo: int, bhi: int, b2j: Postings) -> Block:
    """The first of the longest runs over ``places``; runs end where a place is missing."""
    best = (alo, blo, 0)
    longest = 0
    runs: dict[int, int] = {}
    last = -2
    for i in places:
        before = runs if i == last + 1 else {}
        runs = {}
        last = i
        for j in b2j[a[i]]:
            if j < blo:
                continue
            if j >= bhi:
                break
            size = runs[j] = before.get(j - 1, 0) + 1
            if size > longest:
                longest = size
                best = (i - size + 1, j - size + 1, size)
    return best


def _joined(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks in order, those that touch in both sequences made one."""
    i, j, size = 0, 0, 0
    for next_i, next_j, next_size in blocks:
        if i + size == next_i and j + size == next_j:
            size += next_size
        else:
            if size:
                yield i, j, size
            i, j, size = next_i, next_j, next_size
    if size:
        yield i, j, size


class Tokens:
    """Tokens that are cut when somebody reads so far, and then kept: it can be read again and again."""

    def __init__(self, source: Iterator[Any]) -> None:
        self._source = source
        self._cut: list[Any] = []

    def __iter__(self) -> Iterator[Any]:
        at = 0
        while True:
            if at == len(self._cut):
                token = next(self._source, None)
                if token is None:
                    return
                self._cut.append(token)
            yield self._cut[at]
            at += 1


class Cutter:
    """Cuts a text into the tokens that quotes are made of, as ``licensedcode.match.tokenize_matched_text`` does. The last text is kept."""

    def __init__(self) -> None:
        self._last: tuple[Any, Tokens] | None = None
        self._known: dict[str, tuple[tuple[str, bool], ...]] = {}
        self._dictionary: Any = None

    def __call__(self, location: str | None, query_string: str | None, dictionary: Any, start_line: int = 1, **_: Any) -> Tokens:
        """Tokens in order; those that the index knows are numbered."""
        text = (location, query_string, start_line)
        if self._last is None or self._last[0] != text:
            self._last = (text, Tokens(self._tokens(location, query_string, dictionary, start_line)))
        return self._last[1]

    def forget(self) -> None:
        """The file under the last text's name may be another from now on."""
        self._last = None

    def _tokens(self, location: str | None, query_string: str | None, dictionary: Any, start_line: int) -> Iterator[Any]:
        if dictionary is not self._dictionary or len(self._known) > KEPT_PIECES:
            self._known, self._dictionary = {}, dictionary
        token = match.Token
        position = 0
        for number, line in query.query_lines(location=location, query_string=query_string, strip=False, start_line=start_line):
            for is_text, piece in match.matched_query_text_tokenizer(line):
                words = self._words(piece) if is_text else ()
                if not words:
                    yield token(value=piece, line_num=number, is_text=bool(is_text and piece and piece.strip()), is_known=False, pos=-1)
                for value, is_known in words:
                    yield token(value=value, line_num=number, is_text=is_text, is_known=is_known, pos=position if is_known else -1)
                    position += is_known

    def _words(self, piece: str) -> tuple[tuple[str, bool], ...]:
        """The words that a piece of text is, each with whether the index knows it; a piece that is one word keeps its own letters."""
        kept = self._known.get(piece)
        if kept is not None:
            return kept
        words = list(match.index_tokenizer(piece)) if piece.strip() else []
        one = len(words) == 1
        cut = tuple((piece if one else word, word in self._dictionary) for word in words)
        if len(piece) <= LONGEST_KEPT:
            self._known[piece] = cut
        return cut


cutter = Cutter()


def parts() -> list[Part]:
    """What takes the place of ScanCode's alignment and quoting."""
    return [Part(index, "match_blocks_seq", match_blocks), Part(match, "tokenize_matched_text", cutter)]
