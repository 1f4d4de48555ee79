# SPDX-License-Identifier: Apache-2.0
"""Which column means what, by the words that stand over it."""

import re
import unicodedata
from collections.abc import Mapping, Sequence

from madang.sheets.errors import SeveralColumns
from madang.sheets.table import Table

_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def columns(table: Table, vocabulary: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """For each meaning in ``vocabulary`` that the header has, its column from 0; ``SeveralColumns`` when two claim one meaning.

    Words are compared without regard to case, width, spaces, signs and what stands in brackets: “주 소 (필수)” and “주소*” are ``주소``.
    """
    meanings = {_plain(word): meaning for meaning, words in vocabulary.items() for word in (meaning, *words)}
    found: dict[str, int] = {}
    for column, title in enumerate(table.header):
        meaning = meanings.get(_plain(title))
        if meaning is None:
            continue
        if meaning in found:
            raise SeveralColumns(field="file", first=table.header[found[meaning]], second=title)
        found[meaning] = column
    return found


def _plain(word: str) -> str:
    bare = _BRACKETED.sub("", unicodedata.normalize("NFKC", word).casefold())
    return "".join(c for c in bare if c.isalnum())
