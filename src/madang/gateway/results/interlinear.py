# SPDX-License-Identifier: Apache-2.0
"""Morphemes under the text that they are of: a bracket for each word, the morpheme large, a rule whose ink tells content from grammar."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown
from madang.kit import _

MOST_WORDS = 400
INKS = (
    ("d6", ("NNG", "NNP", "VV", "VA", "MAG", "XR", "NNB", "NR", "NP", "MM", "MAJ", "IC", "SL", "SH", "SN", "W_")),
    ("d5", ("VX", "VCP", "VCN")),
    ("d4", ("XPN", "XSN", "XSV", "XSA", "XSM")),
    ("d3", ("J", "E", "Z_")),
)
"""Sejong tags by how much they carry: words that mean, words that help, affixes, grammar; signs are the lightest."""


@dataclass(frozen=True, slots=True)
class Morpheme:
    """A morpheme: its form, its tag, where it begins in bytes of UTF-8, and the ink of its rule."""

    form: str
    tag: str
    byte: int
    ink: str


@dataclass(frozen=True, slots=True)
class Word:
    """What stands between blanks."""

    text: str
    morphemes: tuple[Morpheme, ...]


@dataclass(frozen=True, slots=True)
class Interlinear:
    """The sentences, each as words; ``more`` words are only in the JSON."""

    sentences: tuple[tuple[Word, ...], ...]
    more: int


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:  # noqa: ARG001  # a family's signature
    """The picture of ``[{"form", "tag", "start", "end", "sentence"}]``, the places counted in characters of the text that was sent."""
    given = outputs.get("morphemes") if isinstance(outputs, Mapping) else outputs
    if isinstance(inputs, bytes) or not isinstance(given, list) or not given or not {"form", "tag", "start"} <= set(given[0]):
        return None
    text = next((value for value in (inputs.get("text"), *inputs.values()) if isinstance(value, str)), "")
    offsets = _Bytes(text)
    by_sentence: dict[int, list[dict[str, Any]]] = {}
    for each in given:
        by_sentence.setdefault(int(each.get("sentence", 0)), []).append(each)
    sentences = [tuple(_words(text, each, offsets)) for each in by_sentence.values()]
    words = [word for sentence in sentences for word in sentence]
    if not words:
        return None
    rows = tuple((word.text, each.form, each.tag, str(each.byte)) for word in words for each in word.morphemes)
    facts = ((_("words"), len(words)), (_("morphemes"), len(rows)))
    heads = (_("Word"), _("Morpheme"), _("Tag"), _("Byte"))
    return Shown("gateway/_interlinear.html", Interlinear(tuple(_first(sentences)), max(len(words) - MOST_WORDS, 0)), facts, heads, rows)


def _first(sentences: Iterable[tuple[Word, ...]]) -> Iterator[tuple[Word, ...]]:
    left = MOST_WORDS
    for sentence in sentences:
        if left > 0:
            yield sentence[:left]
        left -= len(sentence)


class _Bytes:
    """From places in characters to bytes of UTF-8, asked in rising order."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.count = text, 0, 0

    def __call__(self, place: int) -> int:
        if place < self.place:
            return len(self.text[:place].encode("utf-8", "surrogatepass"))
        self.count += len(self.text[self.place : place].encode("utf-8", "surrogatepass"))
        self.place = place
        return self.count


def _words(text: str, given: list[dict[str, Any]], offsets: _Bytes) -> Iterator[Word]:
    """Morphemes that no blank stands between are one word."""
    held: list[Morpheme] = []
    first = last = 0
    for each in given:
        start = int(each["start"])
        end = int(each.get("end", start + int(each.get("length", len(each["form"])))))
        if held and any(letter.isspace() for letter in text[last:start]):
            yield Word(text[first:last].strip(), tuple(held))
            held = []
        first = first if held else start
        tag = str(each["tag"])
        held.append(Morpheme(str(each["form"]), tag, int(each["byte"]) if "byte" in each else offsets(start), ink_of(tag)))
        last = max(end, start)
    if held:
        yield Word(text[first:last].strip(), tuple(held))


def ink_of(tag: str) -> str:
    """The ink of a tag's rule."""
    return next((ink for ink, tags in INKS if tag.startswith(tags)), "d2")
