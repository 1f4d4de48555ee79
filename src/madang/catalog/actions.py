# SPDX-License-Identifier: Apache-2.0
"""Every write of the catalogue."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from madang import audit, kit, people
from madang.catalog import rules, search
from madang.catalog.errors import AssetTaken, LabelTaken
from madang.catalog.models import Asset, Namespace, Version
from madang.catalog.rules import Source


def open_namespace(session: Session, name: str, *, by: kit.Actor) -> Namespace:
    """The namespace stands and ``by`` may write in it; one's own and an organisation's is opened when missing."""
    rules.check_namespace_name(name)
    namespace = session.get(Namespace, name.lower())
    if namespace is not None:
        allowed = rules.may_write(namespace.owner_id, by, organisation_id=namespace.organisation_id)
        rules.check_may_write(allowed, name, by)
        return namespace
    whose = people.owner_of_name(session, name)
    if whose and whose.organisation_id:
        allowed = rules.may_write(None, by, organisation_id=whose.organisation_id)
    else:
        allowed = rules.may_open_namespace(name, by)
    rules.check_may_write(allowed, name, by)
    if whose is None:
        people.take_name(session, name)
        whose = people.NameOwner(by.account_id)
    namespace = Namespace(
        key=name.lower(),
        name=name,
        owner_id=whose.account_id,
        organisation_id=whose.organisation_id,
        created_at=kit.now(),
        created_by=by.name,
    )
    session.add(namespace)
    session.flush()
    audit.record(session, "namespace.opened", target=f"namespace/{name}", by=by)
    return namespace


def hand_over_namespace(session: Session, event: people.OrganisationCreated) -> None:
    """A namespace that stood under the new organisation's name is the organisation's, with all that is in it."""
    namespace = session.get(Namespace, event.name.lower())
    if namespace is not None:
        before = namespace.owner_id
        namespace.owner_id, namespace.organisation_id = None, event.id
        audit.record(session, "namespace.handed-over", target=f"namespace/{namespace.name}", by=event.by, before=before)


def register(
    session: Session, *, kind: str, namespace: str, name: str, title: str = "", exposure: str = "private", field: str = "", by: kit.Actor
) -> Asset:
    """The asset is in the catalogue, without a version yet. ``AssetTaken`` when its name is in use, by case alone too."""
    rules.check_kind(kind)
    rules.check_exposure(exposure)
    rules.check_field(field)
    kit.check_name(name)
    title = rules.check_text(title, field="title", limit=rules.TITLE_LENGTH)
    place = open_namespace(session, namespace, by=by)
    taken = select(Asset.id).where(Asset.kind == kind, Asset.namespace_key == place.key, Asset.key == name.lower())
    if session.scalar(taken) is not None:
        raise AssetTaken(field="name", name=f"{place.name}/{name}")
    at = kit.now()
    asset = Asset(
        id=kit.new_id(), kind=kind, namespace_key=place.key, namespace=place.name, key=name.lower(), name=name,
        title=title, field=field, exposure=exposure, family="none", created_at=at, created_by=by.name, changed_at=at,
        version_count=0, state="empty", label="", conflicts=0, strip=[],
    )  # fmt: skip
    session.add(asset)
    session.flush()
    audit.record(session, "asset.registered", target=asset.ref, by=by, exposure=exposure)
    return asset


def add_version(session: Session, asset: Asset, *, source: Source, label: str = "", by: kit.Actor) -> Version:
    """The asset has one more version, whose content is still to be fetched. ``LabelTaken`` when the label is in use."""
    label = rules.check_label(label)
    if label and session.scalar(select(Version.id).where(Version.asset_id == asset.id, Version.label == label)) is not None:
        raise LabelTaken(field="label", label=label)
    asset.version_count += 1
    version = Version(
        id=kit.new_id(), asset_id=asset.id, number=asset.version_count, label=label or None, source_kind=source.kind, source=source.address,
        source_ref=source.ref, source_object=source.object, is_source_public=source.is_public, created_at=kit.now(), created_by=by.name,
    )  # fmt: skip
    session.add(version)
    session.flush()
    audit.record(session, "version.added", target=f"{asset.ref}@{version.number}", by=by, source=source.address, ref=source.ref)
    return version


def fix_content(session: Session, version: Version, *, content: str, commit: str | None = None, by: kit.Actor) -> None:
    """The version's content is known and stays: the digest of its tree. Once more the same changes nothing; another is refused."""
    if version.content == content:
        return
    if version.content is not None:
        raise kit.Conflict()
    version.content, version.commit, version.fixed_at = content, commit, kit.now()
    audit.record(session, "version.fixed", target=f"version/{version.id}", by=by, content=content, commit=commit)


def describe(
    asset: Asset,
    version: Version,
    *,
    state: str,
    declared: str | None = None,
    license_expression: str | None = None,
    files: int | None = None,
    conflicts: int = 0,
    strip: Sequence[Any] = (),
) -> None:
    """The list says this of the asset, if ``version`` is its newest; where that came to nothing, the newest verified one counts again."""
    if version.number != asset.version_count:
        return
    asset.state, asset.number, asset.label, asset.changed_at = state, version.number, version.label or "", kit.now()
    if state in ("verified", "declared"):
        asset.verified_number, asset.verified_label = version.number, version.label or ""
        asset.declared, asset.license_expression = declared, license_expression
        asset.family = search.family(declared, license_expression)
        asset.files, asset.conflicts, asset.strip = files, conflicts, list(strip)
    elif state in ("failed", "cancelled") and asset.verified_number is not None:
        before = "declared" if asset.verified_number == version.number else "verified"
        asset.state, asset.number, asset.label = before, asset.verified_number, asset.verified_label


def drop_label(session: Session, version: Version, *, by: kit.Actor) -> None:
    """The version is known by its number alone, and its label is free."""
    audit.record(session, "version.unlabelled", target=f"version/{version.id}", by=by, label=version.label)
    version.label = None
    session.flush()


def set_exposure(session: Session, asset: Asset, exposure: str, *, by: kit.Actor) -> None:
    """The asset is shown to whom ``exposure`` says."""
    rules.check_exposure(exposure)
    if exposure != asset.exposure:
        audit.record(session, "asset.exposed", target=asset.ref, by=by, before=asset.exposure, after=exposure)
        asset.exposure, asset.changed_at = exposure, kit.now()


def set_title(session: Session, asset: Asset, title: str, *, by: kit.Actor) -> None:
    """The asset has this title."""
    title = rules.check_text(title, field="title", limit=rules.TITLE_LENGTH)
    if title != asset.title:
        asset.title, asset.changed_at = title, kit.now()
        audit.record(session, "asset.titled", target=asset.ref, by=by, title=title)


def rename(session: Session, asset: Asset, *, namespace: str, name: str, by: kit.Actor) -> None:
    """The asset is known by this name, in a namespace that ``by`` may write in. ``AssetTaken`` when the name is in use."""
    kit.check_name(name)
    place = open_namespace(session, namespace, by=by)
    same = (Asset.kind == asset.kind, Asset.namespace_key == place.key, Asset.key == name.lower())
    if session.scalar(select(Asset.id).where(*same, Asset.id != asset.id)) is not None:
        raise AssetTaken(field="name", name=f"{place.name}/{name}")
    before = asset.ref
    asset.namespace_key, asset.namespace, asset.key, asset.name = place.key, place.name, name.lower(), name
    asset.changed_at = kit.now()
    session.flush()
    audit.record(session, "asset.renamed", target=asset.ref, by=by, before=before)


def set_field(session: Session, asset: Asset, field: str, *, by: kit.Actor) -> None:
    """The asset is about this field; "" for none."""
    rules.check_field(field)
    if field != asset.field:
        audit.record(session, "asset.placed", target=asset.ref, by=by, before=asset.field, after=field)
        asset.field, asset.changed_at = field, kit.now()
