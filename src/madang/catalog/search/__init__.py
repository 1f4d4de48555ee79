# SPDX-License-Identifier: Apache-2.0
"""The search of the catalogue: words in Korean and English, filters with exact counts, the same on both databases."""

from madang.catalog.search.finding import FACETS, FAMILIES, LONGEST_QUESTION, Filter, Found, Hit, Place, find, yard
from madang.catalog.search.indexing import family, refresh_search, set_search_text

__all__ = [
    "FACETS",
    "FAMILIES",
    "LONGEST_QUESTION",
    "Filter",
    "Found",
    "Hit",
    "Place",
    "family",
    "find",
    "refresh_search",
    "set_search_text",
    "yard",
]
