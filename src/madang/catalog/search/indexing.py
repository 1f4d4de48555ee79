# SPDX-License-Identifier: Apache-2.0
"""Every change of an asset is a change of its row in the search, in the same unit of work; nobody has to think of it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, event, func, insert, inspect, select, update
from sqlalchemy.orm import Mapper, Session

from madang import licensing
from madang.catalog.models import Asset, Namespace
from madang.catalog.search import tokens
from madang.catalog.search.models import SearchRow, SearchText
from madang.db import Database

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SLICE = 200
LONGEST_TEXT = 10_000


def set_search_text(session: Session, asset: Asset, *, field: str, text: str) -> None:
    """The asset is found by ``text`` too, in the place of what ``field`` said before; "" for nothing."""
    session.flush()
    row = session.get(SearchText, (asset.id, field))
    if row is None:
        row = SearchText(asset_id=asset.id, field=field, text="")
        session.add(row)
    elif row.text == text[:LONGEST_TEXT]:
        return
    row.text = text[:LONGEST_TEXT]
    session.flush()
    _change(session.connection(), asset)


def refresh_search(database: Database) -> int:
    """Every asset has a row in the search, written by the rules of today; how many had to be written."""
    written = 0
    while True:
        with database.writing() as session:
            today = and_(SearchRow.asset_id == Asset.id, SearchRow.tokens_version == tokens.VERSION)
            behind = select(Asset).outerjoin(SearchRow, today).where(SearchRow.place.is_(None)).limit(SLICE)
            assets = session.scalars(behind).all()
            for asset in assets:
                asset.family = asset.family or family(asset.declared, asset.license_expression)
                _change(session.connection(), asset)
        written += len(assets)
        if len(assets) < SLICE:
            return written


def microseconds(at: datetime) -> int:
    """A time as the search keeps it."""
    return (at - EPOCH) // timedelta(microseconds=1)


def family(declared: str | None, detected: str | None) -> str:
    """The family of an asset's licence: how much it asks to be given back, or that rights are kept back."""
    expression = declared or detected
    return "restricted" if licensing.is_restricted(expression) else licensing.strength(expression).word


def values_of(asset: Asset, holder: str, texts: Iterable[str] = ()) -> dict[str, Any]:
    """What the search keeps of an asset."""
    expressions = (asset.declared or "", asset.license_expression or "")
    licences = tokens.licence_tokens(asset.declared) | tokens.licence_tokens(asset.license_expression)
    return {
        "asset_id": asset.id,
        "tokens_version": tokens.VERSION,
        "changed": microseconds(asset.changed_at),
        "kind": asset.kind,
        "exposure": asset.exposure,
        "state": asset.state,
        "family": asset.family or "none",
        "field": asset.field,
        "holder": holder,
        "names": _kept(tokens.tokens(f"{asset.namespace} {asset.name}")),
        "titles": _kept(tokens.tokens(f"{asset.title} {asset.label} {asset.verified_label}")),
        "texts": _kept(licences.union(*(tokens.tokens(text) for text in (*expressions, *texts)))),
    }


def _kept(found: Iterable[str]) -> str:
    return "".join(f"{token} " for token in sorted(found))


def _stamp() -> Any:
    """One more than any: there is one writer at a time, so whoever reads later sees every smaller one."""
    return select(func.coalesce(func.max(SearchRow.stamp), 0) + 1).scalar_subquery()


def _values(connection: Connection, asset: Asset) -> dict[str, Any]:
    holder = connection.scalar(select(_HOLDER).where(Namespace.key == asset.namespace_key))
    texts = connection.scalars(select(SearchText.text).where(SearchText.asset_id == asset.id).order_by(SearchText.field))
    return {**values_of(asset, holder or "", texts), "stamp": _stamp()}


_HOLDER = func.coalesce(Namespace.organisation_id, Namespace.owner_id)


def _change(connection: Connection, asset: Asset) -> None:
    values = _values(connection, asset)
    if not connection.execute(update(SearchRow).where(SearchRow.asset_id == asset.id).values(**values)).rowcount:
        connection.execute(insert(SearchRow).values(**values))


@event.listens_for(Asset, "after_insert")
def _on_insert(_mapper: Mapper[Asset], connection: Connection, asset: Asset) -> None:
    connection.execute(insert(SearchRow).values(**_values(connection, asset)))


@event.listens_for(Asset, "after_update")
def _on_update(_mapper: Mapper[Asset], connection: Connection, asset: Asset) -> None:
    if not _is_only_further(asset) or not _moved(connection, asset):
        _change(connection, asset)


_FURTHER = frozenset({"state", "changed_at", "number", "verified_number", "files", "conflicts", "strip"})
"""What a new version of the same says of an asset: nothing that is looked for as a word."""


def _is_only_further(asset: Asset) -> bool:
    return all(each.key in _FURTHER for each in inspect(asset).attrs if each.history.has_changes())


def _moved(connection: Connection, asset: Asset) -> bool:
    """The row says when the asset changed and in which state it is, its words stay; whether there was one with the words of today."""
    row = update(SearchRow).where(SearchRow.asset_id == asset.id, SearchRow.tokens_version == tokens.VERSION)
    return bool(connection.execute(row.values(changed=microseconds(asset.changed_at), state=asset.state, stamp=_stamp())).rowcount)


@event.listens_for(Namespace, "after_update")
def _on_change_of_hands(_mapper: Mapper[Namespace], connection: Connection, namespace: Namespace) -> None:
    holder = connection.scalar(select(_HOLDER).where(Namespace.key == namespace.key))
    its = select(Asset.id).where(Asset.namespace_key == namespace.key).scalar_subquery()
    connection.execute(update(SearchRow).where(SearchRow.asset_id.in_(its)).values(holder=holder or "", stamp=_stamp()))
