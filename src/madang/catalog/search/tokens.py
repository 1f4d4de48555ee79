# SPDX-License-Identifier: Apache-2.0
"""What a text is found by: words, and two-syllable windows of Korean. Pure, and the same for what is kept and for what is asked.

Korean is written with few spaces and many endings, so each run of syllables is cut into its overlapping pairs; its last syllable stands
alone too, so that every single syllable begins some token. Where only a space stands between two runs the pair over it counts as well,
since many write the words together. Chinese characters and kana are cut likewise. Other letters and digits are words in Unicode's
compatibility form without case; the parts of ``camelCase`` are found beside the whole.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

VERSION = 1
"""Of the rules in this module. When it is raised, every row is written anew (``catalog.refresh_search``)."""
LONGEST_TOKEN = 64
MOST_TERMS = 32
LICENCE = "§"
"""Before the name of a licence, which is one token as a whole and met by no word."""
_RUN = re.compile(
    r"(?P<pairs>[\uac00-\ud7a3]+(?:\s+[\uac00-\ud7a3]+)*|[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff]+)|(?P<jamo>[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]+)|(?P<word>[^\W_\u1100-\u11ff\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\ua960-\ua97f\uac00-\ud7ff]+)"
)
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^A-Za-z0-9]+")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_JOINTS = frozenset(("and", "or", "with"))


@dataclass(frozen=True, slots=True)
class Term:
    """One token that must be there, or, with ``is_prefix``, any token that begins so."""

    token: str
    is_prefix: bool = False

    def is_in(self, tokens: set[str]) -> bool:
        """Whether ``tokens`` have it."""
        return any(token.startswith(self.token) for token in tokens) if self.is_prefix else self.token in tokens


def tokens(text: str) -> set[str]:
    """Everything that ``text`` is found by."""
    found: set[str] = set()
    for kind, run in _runs(text):
        if kind == "pairs":
            words = run.split()
            found.update(_pairs("".join(words)))
            found.update(word[-1] for word in words)
        elif kind == "word":
            found.add(run.casefold()[:LONGEST_TOKEN])
            parts = _PART.findall(run)
            found.update(part.casefold()[:LONGEST_TOKEN] for part in parts if len(parts) > 1)
    return found


def terms(asked: str) -> tuple[Term, ...]:
    """What a text must be found by to answer what is ``asked``, at most ``MOST_TERMS``; none when there is no word in it.

    The last word may go on (one letter alone does not), and so may a syllable that stands alone. Half a syllable is one that is still
    being typed, and says nothing.
    """
    found: dict[Term, None] = {}
    runs = [(kind, word) for kind, run in _runs(asked) if kind != "jamo" for word in run.split()]
    for place, (kind, run) in enumerate(runs):
        if kind == "pairs" and len(run) > 1:
            found.update((Term(pair), None) for pair in _pairs(run))
        else:
            word = run.casefold()
            goes_on = kind == "pairs" or len(word) > LONGEST_TOKEN or (place == len(runs) - 1 and (place > 0 or len(word) > 1))
            found[Term(word[:LONGEST_TOKEN], goes_on)] = None
    return tuple(found)[:MOST_TERMS]


def licence_tokens(expression: str | None) -> set[str]:
    """A token for each licence that ``expression`` names."""
    return {LICENCE + name.casefold()[:LONGEST_TOKEN] for name in _ID.findall(expression or "") if name.casefold() not in _JOINTS}


def _runs(text: str) -> Iterator[tuple[str, str]]:
    for run in _RUN.finditer(unicodedata.normalize("NFKC", text)):
        yield str(run.lastgroup), run[0]


def _pairs(run: str) -> Iterator[str]:
    return (run[place : place + 2] for place in range(len(run) - 1))
