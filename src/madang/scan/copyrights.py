# SPDX-License-Identifier: Apache-2.0
"""ScanCode's search for copyright statements, with the same answers for less work.

Its first step cleans every line of a file and asks whether it may belong to a statement; here a line is cleaned only where the answer may
be yes. Its lexer asks 1,112 patterns in turn what a word is, each time that the word comes; what a word is depends on the word alone, so
the answer is kept. Its parser lays out the words anew for each of 413 grammar rules, of which few change anything; here that is done
only after one did, and which rules change a row of labels depends on the labels alone, so that is kept too.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from cluecode import copyrights, copyrights_hint
from commoncode.text import toascii
from pygmars import lex, parse
from pygmars.tree import Tree

from madang.scan.replacing import Part

KEPT_WORDS = 50_000
LONGEST_KEPT = 200
KEPT_SAID = 20_000
LONGEST_SAID = 2000
BLOCK = 32
CONTINUES = ("copyright", "copyrights", "and", "by", ",")
"""After a line that ends so, an empty one does not end a statement: ScanCode's list."""
Line = tuple[int, str]
_pieces = re.compile(r"[{}]").split
_tags = re.compile(r"<([\w|-]+)>([?*+]?)")
_may_be_cleaned_into_a_sign = re.compile(
    r"[<&\\]|\(\s?c|a9|169|19[6-9]\d|20\d\d|copy|opyr|opyl|copr|right|reserv|auth|filecontributor|devel|by|@", re.IGNORECASE
).search

SIGNS = frozenset(copyrights_hint.statement_markers)
KNOWN_SIGNS = frozenset(
    ("©", "(c)", "|copy|", "&#169", "&#xa9", "169", "xa9", "u00a9", "00a9", "\251", "<s>", "</s>", "<s/>", "@", "by ")
) | frozenset(["opyr", "opyl", "copr", "right", "reserv", "auth", "filecontributor", "devel"])
"""What makes a line part of a statement, as far as this module knows; an engine that looks for more cleans every line."""


class _Latin(dict[int, str]):
    """What cleaning makes of each letter beyond ASCII, learnt letter by letter."""

    def __missing__(self, letter: int) -> str:
        latin = self[letter] = "" if chr(letter) == _CUT_OUT else str(toascii(chr(letter), translit=True))
        return latin


_CUT_OUT = "\xc2"
"""A letter that cleaning takes away, because a copyright sign in a wrong encoding begins with it."""
_latin = _Latin()
_has_a_sign = re.compile("|".join(re.escape(sign) for sign in sorted(SIGNS))).search


def may_hold_a_sign(line: str) -> bool:
    """Whether the line, once cleaned, may hold a year or one of ScanCode's signs.

    No is certain. Cleaning writes letters beyond ASCII as Latin ones, puts blanks, quotes and ``(c)`` in the place of other things and only
    joins what stood around a markup tag, an entity or a backslash; so in a line without these, written in Latin letters, every sign is
    there before it is cleaned.
    """
    return _may_be_cleaned_into_a_sign(line if line.isascii() else line.translate(_latin)) is not None


def is_candidate(prepared: str) -> bool:
    """What ``cluecode.copyrights.is_candidate`` answers; its dearest question, whether a line is gibberish, is asked last."""
    if not prepared or copyrights.is_only_digit_and_punct(prepared):
        return False
    if not copyrights_hint.years(prepared) and not _has_a_sign(prepared.lower()):
        return False
    return not copyrights.gibberish_detector.detect_gibberish(prepared)


def collect_candidate_lines(numbered_lines: Iterable[Line]) -> Iterator[list[Line]]:
    """Groups of cleaned lines, numbered, that may hold a statement, as ``cluecode.copyrights.collect_candidate_lines`` gives them."""
    group: list[Line] = []
    going_on = 0
    before = ""
    for number, line in numbered_lines:
        letters = copyrights.remove_non_chars("", line.lower()).strip()
        if copyrights.is_end_of_statement(letters):
            yield [*group, (number, copyrights.prepare_text_line(line))]
            group, going_on = [], 0
            continue
        cleaned = copyrights.prepare_text_line(line) if going_on > 0 or may_hold_a_sign(line) else ""
        if is_candidate(cleaned) or "http" in letters or "s>" in line:
            group.append((number, cleaned or copyrights.prepare_text_line(line)))
            going_on, before = 2, letters
        elif going_on > 0 and (letters or before.endswith(CONTINUES) or copyrights.has_trailing_year(before)):
            group.append((number, cleaned))
            going_on -= 1
        elif group:
            yield group
            group, going_on = [], 0
    if group:
        yield group


class Lexer(lex.Lexer):  # type: ignore[misc]
    """Labels words as ``pygmars.lex.Lexer`` does: many patterns are asked at once whether one of them matches, and the labels of
    ``KEPT_WORDS`` words are remembered."""

    def __init__(self, patterns: Sequence[tuple[str, str]]) -> None:
        super().__init__(patterns)
        self._labels: dict[str, str | None] = {}
        blocks = [range(at, min(at + BLOCK, len(patterns))) for at in range(0, len(patterns), BLOCK)]
        self._blocks = [(_any_of([patterns[at][0] for at in block]), [self._matchers[at] for at in block]) for block in blocks]

    def lex_tokens(self, tokens: Iterable[Any], trace: bool = False) -> Iterator[Any]:  # noqa: ARG002 (theirs)
        """Each token, labelled by the first pattern that matches; a word that none matches keeps the label that it has."""
        for token in tokens:
            label = self._label(token.value)
            if label is not None:
                token.label = label
            yield token

    def _label(self, word: str) -> str | None:
        if word in self._labels:
            return self._labels[word]
        found = next((label for any_matches, block in self._blocks if any_matches(word) for matches, label in block if matches(word)), None)
        if len(word) <= LONGEST_KEPT:
            if len(self._labels) >= KEPT_WORDS:
                self._labels.clear()
            self._labels[word] = found
        return found


def _any_of(patterns: Sequence[str]) -> Callable[[str], Any]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns)).match


class Step(NamedTuple):
    """A rule of the grammar: what it does to a row of labels, the label of what it groups, and the sets of labels of which it needs one."""

    transform: Callable[[str], str]
    label: str
    needs: tuple[frozenset[str], ...]


def needs(pattern: str) -> tuple[frozenset[str], ...]:
    """Sets of labels of each of which one must be there, or the pattern cannot match. Of a pattern of an odd form nothing is said."""
    tags = _tags.findall(pattern)
    if "".join(f"<{labels}>{often}" for labels, often in tags) != "".join(pattern.split()):
        return ()
    return tuple(frozenset(labels.split("|")) for labels, often in tags if often in ("", "+"))


class Parser(parse.Parser):  # type: ignore[misc]
    """Groups labelled words as ``pygmars.parse.Parser`` does with one round of its rules and no validation. Rules of whose labels some are
    missing are not tried, and what the others did to ``KEPT_SAID`` rows of labels is remembered."""

    def __init__(self, grammar: str) -> None:
        super().__init__(grammar, loop=1, trace=0, validate=False)
        self._steps = [Step(rule._transformer, rule.label, needs(rule.pattern)) for rule in self.rules]
        self._possible: dict[frozenset[str], list[int]] = {}
        self._known: dict[str, list[tuple[str, str]]] = {}

    def parse(self, tree: Any) -> Any:
        """The tree after all rules; its pieces are the tokens given."""
        nodes = list(tree)
        said = _said(nodes)
        known = self._known.get(said)
        if known is not None:
            for grouped, label in known:
                nodes = _grouped(nodes, grouped, label)
            return Tree(self._root_label, nodes)
        first, steps, after = said, [], 0
        while change := self._next_change(nodes, said, after):
            number, grouped, label = change
            nodes = _grouped(nodes, grouped, label)
            said, after = _said(nodes), number + 1
            steps.append((grouped, label))
        if len(first) <= LONGEST_SAID:
            _make_room(self._known)
            self._known[first] = steps
        return Tree(self._root_label, nodes)

    def _next_change(self, nodes: list[Any], said: str, after: int) -> tuple[int, str, str] | None:
        """The next rule from ``after`` on that groups something in the row of labels: its number, the row in braces, its label."""
        for number in self._possible_with(frozenset(node.label for node in nodes)):
            if number >= after:
                step = self._steps[number]
                grouped = step.transform(said).replace("{}", "")
                if grouped != said:
                    return number, grouped, step.label
        return None

    def _possible_with(self, labels: frozenset[str]) -> list[int]:
        """The rules that these labels are enough for."""
        known = self._possible.get(labels)
        if known is None:
            _make_room(self._possible)
            known = [number for number, step in enumerate(self._steps) if not any(labels.isdisjoint(need) for need in step.needs)]
            self._possible[labels] = known
        return known


def _make_room(kept: dict[Any, Any]) -> None:
    if len(kept) >= KEPT_SAID:
        kept.clear()


def _said(nodes: list[Any]) -> str:
    return "".join([f"<{node.label}>" for node in nodes])


def _grouped(nodes: list[Any], grouped: str, label: str) -> list[Any]:
    """The nodes with those between braces put under a node of their own."""
    found: list[Any] = []
    at = 0
    for number, piece in enumerate(_pieces(grouped)):
        until = at + piece.count("<")
        if number % 2:
            found.append(Tree(label, nodes[at:until]))
        else:
            found.extend(nodes[at:until])
        at = until
    return found


class Detector(copyrights.CopyrightDetector):  # type: ignore[misc]
    """ScanCode's detector on this lexer and parser."""

    def __init__(self) -> None:
        self.lexer = Lexer(copyrights.PATTERNS)
        self.parser = Parser(copyrights.GRAMMAR)


def parts() -> list[Part]:
    """What takes the place of ScanCode's search for statements."""
    found = [Part(copyrights, "DETECTOR", Detector())]
    return [*found, Part(copyrights, "collect_candidate_lines", collect_candidate_lines)] if SIGNS <= KNOWN_SIGNS else found
