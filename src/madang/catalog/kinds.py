# SPDX-License-Identifier: Apache-2.0
"""The kinds of assets, how far one can be shown, what one can be about, in the order of the vocabulary."""

import csv
from collections.abc import Mapping
from importlib.resources import files

KINDS = ("software", "dataset", "model", "api", "pipeline", "equipment", "patent", "document")
EXPOSURES = ("private", "inner", "partner", "open")
STATES = ("verified", "declared", "scanning", "fetching", "queued", "failed", "cancelled", "empty")
"""How far the newest version is; ``declared`` where nobody asked to have it verified, ``empty`` where there is none."""


def _fields() -> dict[str, Mapping[str, str]]:
    text = files("madang.catalog").joinpath("fields.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return {row["word"]: {"ko": row["ko"], "en": row["en"]} for row in rows}


FIELDS = _fields()
"""What an asset is about: the word, and its names by language."""
