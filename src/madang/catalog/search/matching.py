# SPDX-License-Identifier: Apache-2.0
"""Where terms stand: the two databases are asked in their own languages, here and nowhere else, and give the same places."""

import json
from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from madang.catalog.search.tokens import Term

_SQLITE = text(
    "SELECT (SELECT group_concat(rowid) FROM catalog_search_words WHERE catalog_search_words MATCH :names), "
    "(SELECT group_concat(rowid) FROM catalog_search_words WHERE catalog_search_words MATCH :titles), "
    "(SELECT group_concat(rowid) FROM catalog_search_words WHERE catalog_search_words MATCH :texts)"
)
_POSTGRESQL = text(
    "SELECT (SELECT string_agg(place::text, ',') FROM catalog_search "
    "WHERE array_to_tsvector(string_to_array(rtrim(names), ' ')) @@ CAST(:asked AS tsquery)), "
    "(SELECT string_agg(place::text, ',') FROM catalog_search "
    "WHERE array_to_tsvector(string_to_array(rtrim(names || titles), ' ')) @@ CAST(:asked AS tsquery)), "
    "(SELECT string_agg(place::text, ',') FROM catalog_search "
    "WHERE array_to_tsvector(string_to_array(rtrim(names || titles || texts), ' ')) @@ CAST(:asked AS tsquery))"
)
"""Word for word what is indexed there."""
_BY_INDEX = text("SET LOCAL enable_seqscan = off")
"""A word that stands nearly everywhere would else be looked for in every row, whose tokens would be taken apart for it."""


def places(session: Session, terms: Sequence[Term]) -> list[list[int]]:
    """The places of all assets that have every one of ``terms`` among the names; among names and titles; anywhere.

    Tokens hold no sign that a database reads.
    """
    if session.get_bind().dialect.name == "sqlite":
        asked = " AND ".join(f'"{term.token}"{"*" if term.is_prefix else ""}' for term in terms)
        tiers = {"names": "names", "titles": "names titles", "texts": "names titles texts"}
        found = session.execute(_SQLITE, {name: f"{{{columns}}} : ({asked})" for name, columns in tiers.items()}).one()
    else:
        session.execute(_BY_INDEX)
        asked = " & ".join(f"'{term.token}'{':*' if term.is_prefix else ''}" for term in terms)
        found = session.execute(_POSTGRESQL, {"asked": asked}).one()
    return [json.loads(f"[{numbers or ''}]") for numbers in found]
