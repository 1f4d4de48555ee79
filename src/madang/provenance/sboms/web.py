# SPDX-License-Identifier: Apache-2.0
"""The form that attaches a list to a version, and the one that takes it back."""

import shutil
import tempfile
from pathlib import Path, PurePath

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import catalog, kit, web
from madang.kit import Invalid, _
from madang.provenance import showing
from madang.provenance.sboms import actions
from madang.provenance.sboms.reading import MOST_BYTES, Told, read

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
HERE = VERSION + "/terms/sboms"
ROOM = 1 << 16
"""Beside the file, for the rest of a form."""
SETTING = "16 MB"


class NoDocument(Invalid):
    """Nothing was sent."""

    code = "no-document"
    message = _("Choose a document: SPDX, CycloneDX or ScanCode JSON.")


async def received(request: Request) -> tuple[Told, bool]:
    """What came in: what the document says, and whether its sender says that it is about this version all the same."""
    upload = await web.read_upload(request, limit=MOST_BYTES + ROOM, setting=SETTING)
    await web.confirm(request)
    if upload.file is None:
        raise NoDocument(field="file")
    told = await run_in_threadpool(_read, upload)
    return told, upload.fields.get("about") == "this"


def _read(upload: web.Upload) -> Told:
    assert upload.file is not None
    with tempfile.NamedTemporaryFile(prefix="madang-sbom-") as file:
        shutil.copyfileobj(upload.file, file, 1 << 20)
        file.flush()
        return read(Path(file.name), _shown(upload.file_name))


def _shown(name: str) -> str:
    last = PurePath(name.replace("\\", "/")).name
    return "".join(c for c in last if c.isprintable())[:200] or "document"


def subject_of(request: Request, session: Session, actor: kit.Actor) -> tuple[catalog.Asset, catalog.Version]:
    """The version of the address, for whoever may change it."""
    asset, version = showing.subject(request, session, actor)
    catalog.check_changeable(session, asset, by=actor)
    return asset, version


async def create_sbom(request: Request) -> Response:
    """Attach the document of the form; where it is refused, the page is shown again with what to do."""
    address = await web.reading(request, lambda session, actor: catalog.version_address(*subject_of(request, session, actor)))
    try:
        told, confirmed = await received(request)

        def door(request: Request, session: Session, actor: kit.Actor) -> Response:
            actions.attach(session, subject_of(request, session, actor)[1], told, confirmed=confirmed, by=actor)
            return web.see_other(f"{address}/terms#sboms")

        return await web.perform(request, door, writes=True, fingerprint=told.sha256)
    except (kit.Invalid, kit.Conflict, kit.TooLarge, kit.TooMany) as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        again = showing.Again("sboms", refusal.sentence(web.translate), {"code": refusal.code})
    return await web.perform(request, lambda request, session, actor: showing.page(request, session, actor, again), writes=False)


def delete_sbom(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Take a list back."""
    asset, version = subject_of(request, session, actor)
    actions.withdraw(session, version, request.path_params["sbom"], by=actor)
    return web.see_other(f"{catalog.version_address(asset, version)}/terms#sboms")


routes = [
    Route(HERE, create_sbom, methods=["POST"]),
    web.page(HERE + "/{sbom}/withdrawal", delete_sbom, methods=["POST"]),
]
