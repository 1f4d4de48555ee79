# SPDX-License-Identifier: Apache-2.0
"""JSON doors: publish a service, share its calls among its versions, pause it, take it away, and read what it printed."""

from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, web
from madang.serving import actions, queries
from madang.serving.api.reading import ONE, ServiceCard, ServiceOut, service_card, service_out
from madang.serving.engines import places
from madang.serving.errors import NoSource, WrongMember
from madang.serving.preparing import Prepared
from madang.serving.workplace import Workplace, workplace_of

router = web.api_router(tags=["services"])
SETTING = "MADANG_MAX_UPLOAD_BYTES"
FORM_ROOM = 1 << 20
LOG_BYTES = 64 << 10
WIRES = ("json", "openai", "oip", "ray")
InVersion = Annotated[str, Path(description="A version's label, as the card gave it.", examples=["1"])]


class ServiceIn(BaseModel):
    """A server that answers elsewhere, published as a service. ``namespace`` is the asker's own where it is left out."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: str = Field(max_length=96, json_schema_extra=dict(web.NAME))
    url: str = Field(max_length=2000, examples=["https://models.example.org/v1"])
    wire: str = Field("json", json_schema_extra={"enum": list(WIRES)})
    model: str = Field("", max_length=200, description="The model's name there.")
    namespace: str = Field("", max_length=96)
    exposure: str = Field("private", json_schema_extra={"enum": list(catalog.EXPOSURES)})
    share: int = Field(100, ge=0, le=100, description="Per cent of the calls that this version takes.")


class ShareIn(BaseModel):
    """Per cent of the calls; the other versions share the rest in their old proportion."""

    model_config = ConfigDict(strict=True)

    share: int = Field(ge=0, le=100)


class LogOut(BaseModel):
    """The last 64 KiB of what a version's process printed; "" where it has printed nothing."""

    version: str
    text: str


BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": ServiceIn.model_json_schema() | {"additionalProperties": False}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "string", "format": "binary", "description": "An archive of the folder, or NAME.onnx."},
                        "namespace": {"type": "string"},
                        "exposure": {"type": "string", "enum": list(catalog.EXPOSURES)},
                        "share": {"type": "integer", "minimum": 0, "maximum": 100},
                    },
                }
            },
        },
    }
}


async def create_service(request: Request) -> Response:
    """Publish a service, or another version of it: an archive of its folder (a card and functions, or an MLflow model) or an ONNX file as
    multipart part ``file``, or the address of a server as JSON. Code is run once, shut in, for its types; the same content under the same
    version changes nothing but the share."""
    place = workplace_of(request)
    await web.reading(request, lambda _session, actor: actions.check_deploys_somewhere(by=actor))
    upload = await web.read_upload(request, limit=place.upload_bytes() + FORM_ROOM, setting=SETTING)
    await web.confirm(request)
    given = _given(upload)
    namespace = await web.reading(request, lambda session, actor: actions.check_deploys_in(session, given["namespace"], by=actor))
    prepared = await run_in_threadpool(_prepared, place, upload, given)

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        exposure, share = given["exposure"], given["share"]
        actions.deploy(session, prepared, namespace=namespace, exposure=exposure, share=share, by=actor)
        made = service_card(session, namespace, prepared.card.name, actor)
        return web.json_answer(made, status=201, headers={"Location": made.url})

    return await web.perform(request, door, writes=True, fingerprint=f"{prepared.tree} {namespace} {given['exposure']} {given['share']}")


def _given(upload: web.Upload) -> dict[str, Any]:
    """The members that came, each what it has to be."""
    told = {name: value for name, value in upload.fields.items() if name != "csrf"}
    if not upload.is_form:
        return _checked(ServiceIn, told).model_dump()
    if upload.file is None:
        raise NoSource(field="file")
    wanted: dict[str, Any] = {name: told[name] for name in ("namespace", "exposure", "share") if name in told}
    if "share" in wanted:
        wanted["share"] = actions.share_of(wanted["share"])
    return _checked(ServiceIn, {"name": "x", "url": "-", **wanted}).model_dump()


def _checked(kind: type[ServiceIn], told: dict[str, Any]) -> ServiceIn:
    try:
        made = kind.model_validate(told)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False, include_input=False)[0]
        member = ".".join(map(str, fault["loc"]))[:80]
        raise WrongMember(member=member, reason=str(fault["msg"])[:200], field=member) from error
    for member, words in (("wire", WIRES), ("exposure", catalog.EXPOSURES)):
        if getattr(made, member) not in words:
            raise WrongMember(member=member, reason=", ".join(words), field=member)
    return made


def _prepared(place: Workplace, upload: web.Upload, given: dict[str, Any]) -> Prepared:
    if upload.file is not None:
        return place.of_upload(upload.file, upload.file_name)
    return place.of_address(given["url"], name=given["name"], wire=given["wire"], model=given["model"])


router.add_api_route(
    "/services", create_service, methods=["POST"], status_code=201, response_model=ServiceCard, openapi_extra=BODY
)  # fmt: skip


@router.put(ONE + "/pause")
def update_pause(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName
) -> ServiceOut:  # fmt: skip
    """The service answers no call until it is resumed. For whoever may publish under its name, and operators."""
    service, asset = queries.get_service(session, namespace, name, viewer=actor)
    actions.pause(session, service, asset, by=actor)
    return service_out(session, namespace, name, actor)


@router.delete(ONE + "/pause")
def delete_pause(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName
) -> ServiceOut:  # fmt: skip
    """The service answers calls again."""
    service, asset = queries.get_service(session, namespace, name, viewer=actor)
    actions.resume(session, service, asset, by=actor)
    return service_out(session, namespace, name, actor)


@router.put(ONE + "/versions/{version}/share")
def update_share(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName, version: InVersion,
    body: ShareIn,
) -> ServiceCard:  # fmt: skip
    """Send so many of a hundred calls to this version; 100 rolls it out, or rolls back to it."""
    service, asset = queries.get_service(session, namespace, name, viewer=actor)
    actions.check_deploys(session, asset, by=actor)
    release = queries.get_release(session, service, asset, version)
    actions.set_share(session, service, asset, release, body.share, by=actor)
    return service_card(session, namespace, name, actor)


@router.delete(ONE, status_code=204)
def delete_service(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName
) -> Response:  # fmt: skip
    """Run the service no longer. What it was stays in the catalogue; publishing it again brings it back."""
    service, asset = queries.get_service(session, namespace, name, viewer=actor)
    actions.remove(session, service, asset, by=actor)
    return web.no_content()


@router.get(ONE + "/log")
def show_log(
    request: Request, session: Session, actor: kit.Actor, namespace: catalog.InNamespace, name: catalog.InName,
    version: Annotated[str, Query(max_length=100, description="A version's label; else the one that most calls go to.")] = "",
) -> LogOut:  # fmt: skip
    """What the service's process printed last. For whoever may publish under its name, and operators."""
    service, asset = queries.get_service(session, namespace, name, viewer=actor)
    actions.check_deploys(session, asset, by=actor)
    releases = queries.releases_of(session, service)
    release = queries.get_release(session, service, asset, version) if version else queries.main_of(releases)
    return LogOut(version=release.label, text=places.read_log(workplace_of(request).engines, release.version_id, LOG_BYTES))
