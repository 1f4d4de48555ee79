# SPDX-License-Identifier: Apache-2.0
"""The rows that harvesters are told of: what this viewer sees, and what was open and is gone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, literal, or_, select, tuple_
from sqlalchemy.orm import Session

from madang import catalog, kit, storage
from madang.hub import queries
from madang.hub.describing import gathering
from madang.hub.describing.harvest import SETS, Entry, Wanted
from madang.hub.models import Commit, Repository
from madang.hub.queries import Place

_CHANGED = func.coalesce(Repository.removed_at, catalog.Asset.changed_at, type_=Repository.removed_at.type)


@dataclass(frozen=True)
class Rows:
    """Repositories as a shelf of records."""

    session: Session
    store: storage.Store
    viewer: kit.Actor
    origin: str

    def find(self, id_: str) -> Entry | None:
        """The record of that id."""
        return next(iter(self._entries(self._wanted().where(catalog.Asset.id == id_[:26]))), None)

    def list(self, wanted: Wanted, limit: int) -> Sequence[Entry]:
        """Records in the order of their change and id."""
        asked = self._wanted().order_by(_CHANGED, catalog.Asset.id).limit(limit)
        if wanted.kind:
            asked = asked.where(catalog.Asset.kind == wanted.kind)
        if wanted.since:
            asked = asked.where(wanted.since <= _CHANGED)
        if wanted.until:
            asked = asked.where(wanted.until >= _CHANGED)
        if wanted.after:
            at, id_ = wanted.after
            asked = asked.where(tuple_(_CHANGED, catalog.Asset.id) > tuple_(literal(at, Repository.removed_at.type), literal(id_)))
        return self._entries(asked)

    def earliest(self) -> datetime:
        """No record changed before: what was made first was not changed before that."""
        return self.session.scalar(select(func.min(Repository.made_at))) or kit.now()

    def _wanted(self) -> Select[catalog.Asset, Repository]:
        is_seen = or_(Repository.removed_at.is_(None), catalog.Asset.exposure == "open")
        asked = select(catalog.Asset, Repository).join(Repository, Repository.id == catalog.Asset.id)
        return asked.where(catalog.visible(self.viewer), is_seen, catalog.Asset.kind.in_(list(SETS)))

    def _entries(self, asked: Select[catalog.Asset, Repository]) -> Sequence[Entry]:
        places = [Place(asset, repository) for asset, repository in self.session.execute(asked)]
        heads = queries.heads(self.session, places)
        return [self._entry(place, heads) for place in places]

    def _entry(self, place: Place, heads: Mapping[str, Commit]) -> Entry:
        removed, head = place.repository.removed_at, heads.get(place.repository.id)
        told = (
            None
            if removed or head is None
            else gathering.brief(self.session, self.store, place, head, origin=self.origin, viewer=self.viewer)
        )
        return Entry(place.asset.id, place.asset.kind, removed or place.asset.changed_at, told)
