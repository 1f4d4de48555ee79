# SPDX-License-Identifier: Apache-2.0
"""Every read of the catalogue. What the viewer may not see is not there."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, or_, select, true
from sqlalchemy.orm import Session

from madang import kit, people
from madang.catalog import rules, search
from madang.catalog.errors import NoSuchAsset, NoSuchVersion
from madang.catalog.kinds import EXPOSURES
from madang.catalog.models import Asset, Namespace, Version
from madang.catalog.search import Filter


def visible(viewer: kit.Actor) -> ColumnElement[bool]:
    """The condition on ``Asset`` under which ``viewer`` may see it: the table of rights, as ``rules.may_see`` asks it, in SQL."""
    sight = rules.sight_of(viewer)
    if len(sight.anywhere) == len(EXPOSURES):
        return true()
    ways: list[ColumnElement[bool]] = [Asset.exposure.in_(sorted(sight.anywhere))]
    if sight.own:
        ways.append(_within(sight.own, Namespace.owner_id == viewer.account_id))
    for exposures in sorted(set(sight.organisations.values()), key=sorted):
        ids = sorted(id_ for id_, seen in sight.organisations.items() if seen == exposures)
        ways.append(_within(exposures, Namespace.organisation_id.in_(ids)))
    return or_(*ways)


def _within(exposures: frozenset[str], place: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(Asset.exposure.in_(sorted(exposures)), Asset.namespace_key.in_(select(Namespace.key).where(place)))


def assets(
    session: Session, asked: Filter, *, viewer: kit.Actor, limit: int, after: search.Place | None = None, offset: int = 0
) -> Sequence[Asset]:
    """At most ``limit``, best first where words are asked and newest first otherwise, from behind ``after`` or from ``offset``."""
    return [hit.asset for hit in search.find(session, asked, viewer=viewer).page(limit, offset=offset, after=after)]


def count_assets(session: Session, asked: Filter, *, viewer: kit.Actor) -> int:
    """How many assets match."""
    return search.find(session, asked, viewer=viewer).total


def facets(session: Session, asked: Filter, *, viewer: kit.Actor) -> dict[str, list[tuple[str, int]]]:
    """For each facet its values with their counts under the other filters."""
    return search.find(session, asked, viewer=viewer).facets()


def find_asset(session: Session, kind: str, namespace: str, name: str, *, viewer: kit.Actor) -> Asset | None:
    """The asset of that name, in any case of letters, or None."""
    wanted = select(Asset).where(Asset.kind == kind, Asset.namespace_key == namespace.lower(), Asset.key == name.lower(), visible(viewer))
    return session.scalar(wanted)


def get_asset(session: Session, kind: str, namespace: str, name: str, *, viewer: kit.Actor) -> Asset:
    """The asset of that name; ``NoSuchAsset`` when there is none for this viewer."""
    asset = find_asset(session, kind, namespace, name, viewer=viewer)
    if asset is None:
        raise NoSuchAsset(name=f"{kind}/{namespace}/{name}"[:220])
    return asset


def get_asset_by_id(session: Session, asset_id: str, *, viewer: kit.Actor) -> Asset:
    """The asset with that id; ``NoSuchAsset`` when there is none for this viewer."""
    seen = select(Asset).where(Asset.id == asset_id, visible(viewer))
    asset = session.get(Asset, asset_id) if viewer == kit.SYSTEM else session.scalar(seen)
    if asset is None:
        raise NoSuchAsset(name=asset_id)
    return asset


def get_version(session: Session, asset: Asset, number: str) -> Version:
    """The version of that number or label (or ``latest``) of an asset that the viewer was shown; ``NoSuchVersion`` otherwise.

    A number comes before a label that looks like one.
    """
    wanted = select(Version).where(Version.asset_id == asset.id)
    if number == "latest":
        wanted = wanted.order_by(Version.number.desc()).limit(1)
    elif number.isascii() and number.isdigit() and len(number) < 10:
        either = or_(Version.number == int(number), Version.label == number)
        wanted = wanted.where(either).order_by((Version.number == int(number)).desc()).limit(1)
    else:
        wanted = wanted.where(Version.label == number)
    version = session.scalar(wanted) if number and "\0" not in number else None
    if version is None:
        raise NoSuchVersion(version=number[:100])
    return version


def get_version_by_id(session: Session, version_id: str) -> Version:
    """The version with that id; ``NoSuchVersion`` when there is none. For the platform's own work: it asks nobody's rights."""
    version = session.get(Version, version_id)
    if version is None:
        raise NoSuchVersion(version=version_id)
    return version


def versions_of(session: Session, asset: Asset, *, limit: int, before: int | None = None, offset: int = 0) -> Sequence[Version]:
    """The asset's versions, newest first."""
    wanted = select(Version).where(Version.asset_id == asset.id)
    if before is not None:
        wanted = wanted.where(Version.number < before)
    return session.scalars(wanted.order_by(Version.number.desc()).limit(limit).offset(offset)).all()


def namespaces_of(session: Session, actor: kit.Actor) -> list[str]:
    """The names that the actor may register in: the own one first, then those of organisations, opened or not, then others."""
    own = [actor.name] if rules.may_open_namespace(actor.name, actor) else []
    joined = [row.name for row in people.joined(session, actor) if rules.may_write(None, actor, organisation_id=row.id)]
    wanted = select(Namespace.name).order_by(Namespace.key).limit(200)
    if not rules.may_write(None, actor):
        wanted = wanted.where(Namespace.owner_id == actor.account_id)
    others = session.scalars(wanted) if rules.may_write(actor.account_id, actor) else ()
    return list({name.lower(): name for name in [*own, *joined, *others]}.values())


def place_of(session: Session, asset: Asset) -> tuple[str | None, str | None]:
    """The ids of the account and of the organisation that the asset's namespace belongs to; one of them at most."""
    found = session.execute(select(Namespace.owner_id, Namespace.organisation_id).where(Namespace.key == asset.namespace_key)).one()
    return found[0], found[1]


def changeable(session: Session, asset: Asset, *, viewer: kit.Actor) -> bool:
    """Whether ``viewer`` may change the asset."""
    owner_id, organisation_id = place_of(session, asset)
    return rules.may_change(asset.exposure, owner_id, viewer, organisation_id=organisation_id)


def check_changeable(session: Session, asset: Asset, *, by: kit.Actor) -> None:
    """Refuse whoever may not change the asset."""
    if not by.is_signed_in:
        raise kit.NotSignedIn()
    if not changeable(session, asset, viewer=by):
        raise kit.NotAllowed()


def free_label(session: Session, asset: Asset, wanted: str | None) -> str:
    """``wanted`` if it can be a label and no version of the asset has it, else no label."""
    label = (wanted or "").removeprefix("refs/heads/").removeprefix("refs/tags/")
    try:
        label = rules.check_label(label)
    except kit.Invalid:
        return ""
    taken = session.scalar(select(Version.id).where(Version.asset_id == asset.id, Version.label == label))
    return "" if taken else label
