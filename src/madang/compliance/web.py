# SPDX-License-Identifier: Apache-2.0
"""Pages where a person acts: register, an asset with its versions, and the deeds on a version."""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import access, catalog, kit, scan, web
from madang.compliance import actions, intake, presenting, queries, version_pages
from madang.compliance.documents import taking as documents
from madang.compliance.documents.pages import DocumentPage
from madang.compliance.pages import AssetPage, RegisterPage

VERSIONS_SHOWN = 50
ASSET = "/assets/{kind}/{namespace}/{name}"
VERSION = ASSET + "/versions/{version}"


def new_asset(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The form to register."""
    return _register_page(request, session, actor, {}, {})


def _register_page(
    request: Request, session: Session, actor: kit.Actor, values: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    if not access.allows(actor, "registration", "see"):
        raise kit.NotSignedIn()
    taking = intake.of(request)
    page = RegisterPage(
        namespaces=tuple(catalog.namespaces_of(session, actor)),
        most_bytes=taking.limits.max_upload_bytes,
        values=values,
        faults=faults,
        allows_file=taking.guard.allow_file,
    )
    return web.render(request, "compliance/register.html", page, status=status)


async def create_asset(request: Request) -> Response:
    """Register an asset with its first version, or show the form again with what is to be mended."""
    await web.reading(request, _check_member)

    def done(source: catalog.Source, values: Mapping[str, str]) -> web.Door:
        def door(request: Request, session: Session, actor: kit.Actor) -> Response:
            text = {name: intake.text_of(values, name) for name in ("namespace", "name", "title", "label", "field")}
            asset = catalog.register(
                session,
                kind="software",
                namespace=text["namespace"] or actor.name,
                name=text["name"] or name_from(source),
                title=text["title"],
                field=text["field"],
                exposure=values.get("exposure") or "private",
                by=actor,
            )
            return _submit(request, session, asset, source, text["label"], actor)

        return door

    return await _taken_in(request, done, _register_page)


def _submit(request: Request, session: Session, asset: catalog.Asset, source: catalog.Source, label: str, actor: kit.Actor) -> Response:
    actions.submit(session, asset, source=source, label=label, limits=intake.of(request).limits, by=actor)
    return web.see_other(f"{catalog.asset_address(asset)}/versions/{asset.version_count}")


async def _taken_in(
    request: Request, done: Callable[[catalog.Source, Mapping[str, str]], web.Door], page: Callable[..., Response]
) -> Response:
    """What came is stored and ``done``; where it is refused, ``page`` is shown again with what was typed and what is to be mended."""
    taking = intake.of(request)
    upload = await taking.read(request)
    values = {name: value for name, value in upload.fields.items() if isinstance(value, str)}
    word = values.pop("document", "")
    try:
        if word:
            return await web.perform(request, _confirmed(word, values, done), writes=True, fingerprint=word)
        if preview := await taking.document_of(upload):
            return await web.perform(request, _shown(preview, values), writes=False)
        source = await intake.source_for(request, upload, values)
        return await web.perform(request, done(source, values), writes=True, fingerprint=str(source))
    except (kit.Invalid, kit.Conflict, kit.NotAllowed, kit.TooLarge) as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        faults = {refusal.field or "": refusal.sentence(web.translate)}
        status = 403 if isinstance(refusal, kit.NotAllowed) else 422

    def again(request: Request, session: Session, actor: kit.Actor) -> Response:
        return page(request, session, actor, values, faults, status=status)

    return await web.perform(request, again, writes=False)


def _confirmed(word: str, values: Mapping[str, str], done: Callable[[catalog.Source, Mapping[str, str]], web.Door]) -> web.Door:
    """A document that was shown counts now."""

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        return done(documents.unsealed(word, by=actor), values)(request, session, actor)

    return door


def _shown(preview: documents.Preview, values: Mapping[str, str]) -> web.Door:
    """What a document says, before it counts."""

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        left_open = [scan.NotSaid(*each) for each in preview.not_said]
        told = {name: value for name, value in values.items() if name not in ("csrf", "git", "ref")}
        page = DocumentPage(
            preview, documents.sealed(preview, by=actor), told, tuple(presenting.not_said_words(left_open)), request.url.path
        )
        return web.render(request, "compliance/document.html", page)

    return door


def _check_member(_session: Session, actor: kit.Actor) -> None:
    if not actor.is_signed_in:
        raise kit.NotSignedIn()
    own = access.allows(actor, "namespace", "open", own=True)
    if not own and not any(access.allows(actor, "namespace", "open", organisation=each) for each in actor.organisations):
        raise kit.NotAllowed()


def name_from(source: catalog.Source) -> str:
    """A name for whoever left it empty: the last part of the address, without the endings of archives and ``.git``."""
    last = source.address.rstrip("/").rpartition("/")[2].rpartition(":")[2]
    for ending in (".git", ".zip", ".tgz", ".txz", ".tzst", ".gz", ".xz", ".zst", ".bz2", ".tar"):
        last = last.removesuffix(ending)
    cleaned = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "-" for c in last).strip("._-")
    while ".." in cleaned:
        cleaned = cleaned.replace("..", ".")
    return cleaned[:96] or "software"


def show_asset(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One asset and its versions."""
    return _asset_page(request, session, actor, {}, {})


def _asset_page(
    request: Request, session: Session, actor: kit.Actor, values: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    asset, taking = _asset(request, session, actor), intake.of(request)
    place = web.place_of(request, version_pages.MOST_PAGES)
    versions = catalog.versions_of(session, asset, limit=VERSIONS_SHOWN + 1, offset=(place - 1) * VERSIONS_SHOWN)
    known = queries.verifications_of(session, versions)
    may_change = catalog.changeable(session, asset, viewer=actor)
    page = AssetPage(
        kind=asset.kind,
        namespace=asset.namespace,
        name=asset.name,
        title=asset.title or asset.name,
        exposure=asset.exposure,
        about=asset.field,
        owner=asset.namespace,
        created_at=asset.created_at,
        versions=tuple(presenting.version_row(version, known[version.id], may_change=may_change) for version in versions[:VERSIONS_SHOWN]),
        may_change=may_change,
        most_bytes=taking.limits.max_upload_bytes,
        values=values,
        faults=faults,
        previous=f"?page={place - 1}" if place > 1 else None,
        next=f"?page={place + 1}" if len(versions) > VERSIONS_SHOWN else None,
    )
    return web.render(request, "compliance/asset.html", page, status=status)


def _asset(request: Request, session: Session, actor: kit.Actor) -> catalog.Asset:
    names = request.path_params
    return catalog.get_asset(session, names["kind"], names["namespace"], names["name"], viewer=actor)


async def create_version(request: Request) -> Response:
    """Add a version to an asset, or show its page again with what is to be mended."""

    def check(session: Session, actor: kit.Actor) -> None:
        catalog.check_changeable(session, _asset(request, session, actor), by=actor)

    def done(source: catalog.Source, values: Mapping[str, str]) -> web.Door:
        def door(request: Request, session: Session, actor: kit.Actor) -> Response:
            return _submit(request, session, _asset(request, session, actor), source, intake.text_of(values, "label"), actor)

        return door

    await web.reading(request, check)
    return await _taken_in(request, done, _asset_page)


def create_exposure(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Show the asset to others than before."""
    asset = _asset(request, session, actor)
    catalog.check_changeable(session, asset, by=actor)
    catalog.set_exposure(session, asset, web.form(request)["exposure"], by=actor)
    return web.see_other(catalog.asset_address(asset))


def create_title(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Give the asset another title."""
    asset = _asset(request, session, actor)
    catalog.check_changeable(session, asset, by=actor)
    catalog.set_title(session, asset, web.form(request)["title"], by=actor)
    return web.see_other(catalog.asset_address(asset))


def create_field(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Say what the asset is about."""
    asset = _asset(request, session, actor)
    catalog.check_changeable(session, asset, by=actor)
    catalog.set_field(session, asset, web.form(request)["field"], by=actor)
    return web.see_other(catalog.asset_address(asset))


def create_cancellation(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Cancel the work on a version."""
    subject = version_pages.subject_of(request, session, actor)
    actions.cancel(session, subject.asset, subject.version, subject.verification, by=actor)
    return web.see_other(subject.address)


def create_retry(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Start the work on a version again."""
    subject = version_pages.subject_of(request, session, actor)
    actions.retry(session, subject.asset, subject.version, subject.verification, by=actor)
    return web.see_other(subject.address)


routes = [
    web.page("/register", new_asset),
    Route("/register", create_asset, methods=["POST"]),
    web.page(ASSET, show_asset),
    web.page(ASSET + "/title", create_title, methods=["POST"]),
    web.page(ASSET + "/field", create_field, methods=["POST"]),
    web.page(ASSET + "/exposure", create_exposure, methods=["POST"]),
    Route(ASSET + "/versions", create_version, methods=["POST"]),
    web.page(VERSION + "/cancellation", create_cancellation, methods=["POST"]),
    web.page(VERSION + "/retry", create_retry, methods=["POST"]),
    *version_pages.routes,
]
