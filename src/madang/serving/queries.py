# SPDX-License-Identifier: Apache-2.0
"""Every read of services. What the viewer may not see is not there."""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import catalog, kit
from madang.serving.cards import Card
from madang.serving.errors import NoSuchRelease, NoSuchService
from madang.serving.models import Release, Service
from madang.serving.offers import Offer, Route, Standing

USUAL_SECONDS = 30.0


def card_of(release: Release) -> Card:
    """The version's card."""
    return msgspec.convert(release.card, Card)


def standing(session: Session, *, seconds: float = USUAL_SECONDS) -> list[Standing]:
    """Every service that was not removed, with the versions that take its calls. For the platform's own work: it asks nobody's rights."""
    found = session.execute(
        select(Service, Release, catalog.Asset, catalog.Namespace)
        .join(Release, Release.service_id == Service.id)
        .join(catalog.Asset, catalog.Asset.id == Service.id)
        .join(catalog.Namespace, catalog.Namespace.key == catalog.Asset.namespace_key)
        .where(Service.removed_at.is_(None))
        .order_by(Release.number)
    )
    services: dict[str, list[tuple[Service, Release, catalog.Asset, catalog.Namespace]]] = {}
    for service, release, asset, namespace in found:
        services.setdefault(service.id, []).append((service, release, asset, namespace))
    return [_standing(rows, seconds) for rows in services.values()]


def _standing(rows: list[tuple[Service, Release, catalog.Asset, catalog.Namespace]], seconds: float) -> Standing:
    service, _release, asset, namespace = rows[0]
    releases = [release for _service, release, _asset, _namespace in rows]
    offer = offer_of(service, asset, namespace.owner_id, namespace.organisation_id, main_of(releases), seconds=seconds)
    routes = [Route(each.version_id, each.label, each.engine, each.share, each.card) for each in releases if each.share]
    return Standing(offer, tuple(routes))


def main_of(releases: Sequence[Release]) -> Release:
    """The version that most calls go to, the newest of several: its card is the service's."""
    return max(releases, key=lambda each: (each.share, each.number))


def offer_of(
    service: Service, asset: catalog.Asset, owner_id: str | None, organisation_id: str | None, main: Release, *, seconds: float
) -> Offer:
    """The service as callers know it."""
    card = card_of(main)
    operations = dict(main.operations)
    first: dict[str, Any] = next(iter(operations.values()), {})
    return Offer(
        id=service.id,
        namespace=asset.namespace,
        name=asset.name,
        version=main.label,
        unit=card.unit,
        task=card.task,
        operations=tuple(operations),
        counts=card.counts,
        is_paused=service.paused_at is not None,
        streams=card.streams,
        exposure=asset.exposure,
        owner_id=owner_id,
        organisation_id=organisation_id,
        max_body_bytes=card.max_body_bytes,
        seconds=card.seconds or seconds,
        title=asset.title,
        inputs=first.get("inputs", {}),
        outputs=first.get("outputs", {}),
        example=card.example,
        schemas=operations,
        card=main.card,
    )


def offers(session: Session, *, viewer: kit.Actor) -> list[Offer]:
    """Every service that the viewer may see, by name."""
    wanted = (
        select(Service, catalog.Asset, catalog.Namespace)
        .join(catalog.Asset, catalog.Asset.id == Service.id)
        .join(catalog.Namespace, catalog.Namespace.key == catalog.Asset.namespace_key)
        .where(Service.removed_at.is_(None), catalog.visible(viewer))
        .order_by(catalog.Asset.namespace_key, catalog.Asset.key)
    )
    rows = session.execute(wanted).all()
    releases: dict[str, list[Release]] = {}
    ids = [service.id for service, _asset, _namespace in rows]
    for each in session.scalars(select(Release).where(Release.service_id.in_(ids))):
        releases.setdefault(each.service_id, []).append(each)
    return [
        offer_of(service, asset, namespace.owner_id, namespace.organisation_id, main_of(releases[service.id]), seconds=USUAL_SECONDS)
        for service, asset, namespace in rows
        if service.id in releases
    ]


def get_offer(session: Session, namespace: str, name: str, *, viewer: kit.Actor) -> Offer:
    """The service of that name as callers know it; ``NoSuchService`` when there is none for this viewer."""
    service, asset = get_service(session, namespace, name, viewer=viewer)
    owner_id, organisation_id = catalog.place_of(session, asset)
    return offer_of(service, asset, owner_id, organisation_id, main_of(releases_of(session, service)), seconds=USUAL_SECONDS)


def get_service(session: Session, namespace: str, name: str, *, viewer: kit.Actor) -> tuple[Service, catalog.Asset]:
    """The service of that name; ``NoSuchService`` when there is none for this viewer."""
    asset = catalog.find_asset(session, "api", namespace, name, viewer=viewer)
    service = session.get(Service, asset.id) if asset is not None else None
    if asset is None or service is None or service.removed_at is not None:
        raise NoSuchService(name=f"{namespace}/{name}"[:200])
    return service, asset


def find_ever(session: Session, namespace: str, name: str) -> Service | None:
    """The service of that name, also one that was removed. For the platform's own work: it asks nobody's rights."""
    asset = catalog.find_asset(session, "api", namespace, name, viewer=kit.SYSTEM)
    return session.get(Service, asset.id) if asset is not None else None


def releases_of(session: Session, service: Service) -> Sequence[Release]:
    """The service's versions, newest first."""
    return session.scalars(select(Release).where(Release.service_id == service.id).order_by(Release.number.desc())).all()


def find_release(session: Session, service: Service, label: str) -> Release | None:
    """The service's version of that label, if there is one."""
    return session.scalar(select(Release).where(Release.service_id == service.id, Release.label == label))


def get_release(session: Session, service: Service, asset: catalog.Asset, label: str) -> Release:
    """The service's version of that label; ``NoSuchRelease`` when there is none."""
    found = find_release(session, service, label)
    if found is None:
        raise NoSuchRelease(name=asset.name, version=label[:100])
    return found


def before_main(session: Session, service: Service, asset: catalog.Asset) -> Release:
    """The version before the one that most calls go to; ``NoSuchRelease`` when that is the first."""
    releases = releases_of(session, service)
    now = main_of(releases)
    older = [each for each in releases if each.number < now.number]
    if not older:
        raise NoSuchRelease(name=asset.name, version=f"< {now.label}")
    return older[0]


def kept_apart(session: Session) -> Sequence[Release]:
    """Versions that have a process of their own and take calls. For the keeper: it asks nobody's rights."""
    wanted = select(Release).join(Service, Service.id == Release.service_id)
    return session.scalars(
        wanted.where(Service.removed_at.is_(None), Release.share > 0, Release.engine.in_(("process", "onnx", "pickle")))
    ).all()
