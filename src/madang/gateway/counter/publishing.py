# SPDX-License-Identifier: Apache-2.0
"""Publishing a service from the browser: an archive of its folder, or an ONNX file, with the refusals beside the form."""

from collections.abc import Mapping

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import access, archives, catalog, kit, serving, web
from madang.gateway.counter.pages import PublishPage

SETTING = "MADANG_MAX_UPLOAD_BYTES"
FORM_ROOM = 1 << 20
FIELDS = ("file", "namespace", "exposure", "share")
SUFFIXES = tuple(f".{word}" for word in archives.ACCEPTED.split(", "))


def new_service(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The form."""
    return _page(request, session, actor, {"namespace": request.query_params.get("namespace", "")[:96]}, {})


def _page(
    request: Request, session: Session, actor: kit.Actor, values: Mapping[str, str], faults: Mapping[str, str], status: int = 200
) -> Response:
    access.check(actor, "registration", "see")
    names = tuple(catalog.namespaces_of(session, actor))
    may_publish = serving.may_deploy_somewhere(by=actor)
    page = PublishPage(names, serving.workplace_of(request).upload_bytes(), SUFFIXES, values, faults, may_publish)
    return web.render(request, "gateway/publish.html", page, status=status)


async def create_service(request: Request) -> Response:
    """The service, or another version of it, is published, or the form is shown again with what is to be mended."""
    place = serving.workplace_of(request)
    await web.reading(request, lambda _session, actor: serving.check_deploys_somewhere(by=actor))
    upload = await web.read_upload(request, limit=place.upload_bytes() + FORM_ROOM, setting=SETTING)
    await web.confirm(request)
    values = {name: value for name, value in upload.fields.items() if isinstance(value, str)}
    try:
        return await _published(request, place, upload, values)
    except (kit.Invalid, kit.Conflict, kit.NotAllowed, kit.TooLarge, kit.Unavailable) as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        field = refusal.field or ("namespace" if isinstance(refusal, kit.NotAllowed) else "file")
        faults = {field if field in FIELDS else "file": refusal.sentence(web.translate)}
        status = 403 if isinstance(refusal, kit.NotAllowed) else 422

    def again(request: Request, session: Session, actor: kit.Actor) -> Response:
        return _page(request, session, actor, values, faults, status=status)

    return await web.perform(request, again, writes=False)


async def _published(request: Request, place: serving.Workplace, upload: web.Upload, values: Mapping[str, str]) -> Response:
    wanted, share = values.get("namespace", "").strip(), values.get("share", "").strip() or "100"
    namespace = await web.reading(request, lambda session, actor: serving.check_deploys_in(session, wanted, by=actor))
    exposure = values.get("exposure", "private")
    if exposure not in catalog.EXPOSURES:
        raise web.ForgedForm
    if upload.file is None:
        raise serving.NoSource(field="file")
    prepared = await run_in_threadpool(place.of_upload, upload.file, upload.file_name)

    def door(_request: Request, session: Session, actor: kit.Actor) -> Response:
        serving.deploy(session, prepared, namespace=namespace, exposure=exposure, share=serving.share_of(share), by=actor)
        return web.see_other(f"/assets/api/{namespace}/{prepared.card.name}?done=published#keep")

    return await web.perform(request, door, writes=True, fingerprint=f"{prepared.tree} {namespace} {exposure} {share}")
