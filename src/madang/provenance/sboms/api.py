# SPDX-License-Identifier: Apache-2.0
"""JSON doors of lists that are attached to versions."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, web
from madang.provenance import api
from madang.provenance.models import Document
from madang.provenance.sboms import actions, queries
from madang.provenance.sboms.web import VERSION, received, subject_of

router = api.router
InVersion = Annotated[str, Path(description="A version's number or label, or `latest`.", max_length=100, examples=["1"])]
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "SPDX, CycloneDX or ScanCode JSON; at most 16 MB."},
                        "about": {
                            "type": "string",
                            "enum": ["this"],
                            "description": "It is about this version, though it names another thing.",
                        },
                    },
                }
            }
        },
    }
}


class SbomOut(BaseModel):
    """A list that stands at a version. ``complete``: it says that it names all."""

    id: str
    name: str
    title: str
    about: str
    sha256: str
    parts: int
    complete: bool
    made_at: datetime
    made_by: str


class SbomList(BaseModel):
    """The lists at a version, oldest first; at most a hundred stand at one."""

    items: list[SbomOut]
    next: str | None = None


@router.get(VERSION + "/sboms")
def list_sboms(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion,
) -> SbomList:  # fmt: skip
    """The lists of parts that people attached to a version."""
    found = catalog.get_version(session, catalog.get_asset(session, kind, namespace, name, viewer=actor), version)
    return SbomList(items=[_out(each) for each in queries.standing(session, found)])


async def create_sbom(
    request: Request, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName, version: InVersion
) -> Response:
    """Attach a list of parts (SPDX 2 and 3, CycloneDX, ScanCode JSON): what it says is true of this version alone. Refused where it says
    that it is about something else, unless ``about`` is ``this``, and always where it names the digest of another content."""
    await web.reading(request, lambda session, actor: subject_of(request, session, actor))
    told, confirmed = await received(request)

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        made = actions.attach(session, subject_of(request, session, actor)[1], told, confirmed=confirmed, by=actor)
        return web.json_answer(_out(made), status=201)

    return await web.perform(request, door, writes=True, fingerprint=f"{told.sha256}{confirmed}")


router.add_api_route(VERSION + "/sboms", create_sbom, methods=["POST"], status_code=201, response_model=SbomOut, openapi_extra=BODY)


@router.delete(VERSION + "/sboms/{sbom}", status_code=204)
def delete_sbom(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, sbom: web.InId,
) -> Response:  # fmt: skip
    """Take a list back: what it said counts no more."""
    actions.withdraw(session, subject_of(request, session, actor)[1], sbom, by=actor)
    return web.no_content()


def _out(made: Document) -> SbomOut:
    return SbomOut(
        id=made.id, name=made.name, title=made.title, about=made.about, sha256=made.sha256, parts=made.parts, complete=made.is_complete,
        made_at=made.made_at, made_by=made.made_by,
    )  # fmt: skip
