# SPDX-License-Identifier: Apache-2.0
"""A numbered section that a cell cites stands in the licence's text, as ScanCode's library of texts has it."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from madang.licensing import LicenceFacts, cells, library, listing

KINDS = r"(?:sections?|articles?|conditions?|clauses?|restrictions?|paragraphs?)"
NUMBER = r"\d[\d.]*(?:\([a-zA-Z0-9]+\))*"
CITED = re.compile(rf"\b{KINDS} ({NUMBER}(?:(?:, | and | to | or | with ){NUMBER})*)")
OTHER_PRINT = re.compile(r"BSD-[23]-Clause|CC-BY-SA-2\.1-JP")
"""Texts that the library prints with points instead of numbers, or in Japanese."""


def _texts() -> dict[str, Path]:
    found = importlib.util.find_spec("licensedcode")
    if found is None or found.origin is None:
        pytest.skip("the scan engine with its texts of licences is not installed")
    folder = Path(found.origin).parent / "data" / "licenses"
    names = {row["spdx_license_key"]: row["license_key"] for row in library.index()}
    keys = [known.key for known in listing.reviewed()]
    paths = {key: folder / f"{names.get(key, key.removeprefix('LicenseRef-scancode-'))}.LICENSE" for key in keys}
    return {key: path for key, path in paths.items() if path.is_file()}


def _numbers(known: LicenceFacts) -> Iterator[tuple[str, str]]:
    properties = (getattr(known, name.replace("-", "_")) for name in cells.properties())
    for cell in (*known.actions.values(), *known.duties.values(), *properties):
        match = CITED.search(cell.source)
        if match and "taken over" not in cell.source:
            for number in re.findall(r"\d+(?:\.\d+)*", re.sub(r"\([^)]*\)", "", match.group(1))):
                yield number, cell.source


def test_every_numbered_section_that_is_cited_stands_in_the_text() -> None:
    texts = _texts()
    missing, looked_at = [], 0
    for known in listing.reviewed():
        if known.key not in texts or OTHER_PRINT.match(known.key):
            continue
        text = texts[known.key].read_text(encoding="utf-8").split("---", 2)[2]
        for number, source in _numbers(known):
            looked_at += 1
            if not re.search(rf"(?m)(?:^|[\s(#*§>\"“]){re.escape(number)}(?:\\?\.|\)|\s|:|\(|-)", text):
                missing.append(source)
    assert missing == []
    assert looked_at > 3000
