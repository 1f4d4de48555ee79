# SPDX-License-Identifier: Apache-2.0
"""JSON doors: versions, their findings and documents, and the tasks behind them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import BaseModel
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, web
from madang.compliance import actions, intake, presenting, queries, rules
from madang.compliance.documents import handing
from madang.compliance.errors import NoSuchFormat
from madang.compliance.models import FINAL, FoundPackage, Holder, UnreadFile, Verification
from madang.compliance.recording import DOCUMENTS
from madang.compliance.schemas import (
    CLASSES,
    VERSION_BODY,
    FailureOut,
    FileList,
    FileOut,
    NewVersionOut,
    ProgressOut,
    SourceOut,
    VersionList,
    VersionOut,
)

router = web.api_router(tags=["versions"])
VERSIONS = "/assets/{kind}/{namespace}/{name}/versions"
VERSION = VERSIONS + "/{version}"
Limit = Annotated[int, Query(ge=1, le=500)]
InVersion = Annotated[str, Path(description="A version's number or label, or `latest`.", examples=["1"])]


async def create_version(request: Request, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName) -> Response:
    """Add a version from a Git address (JSON), an archive, or a document that holds findings: ScanCode JSON, SPDX, CycloneDX (multipart
    part ``file``). It is fetched, fixed by content and verified by a task; of a document only the words are taken over. ``content`` is the
    digest of the version's tree of files: at once for a small archive, else null until they are there; a document has none."""

    def check(session: Session, actor: kit.Actor) -> None:
        asset = catalog.get_asset(session, kind, namespace, name, viewer=actor)
        catalog.check_changeable(session, asset, by=actor)

    await web.reading(request, check)
    taking = intake.of(request)
    upload = await taking.read(request)
    given, label = _given(upload)
    source = await intake.source_for(request, upload, given)

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        asset = catalog.get_asset(session, kind, namespace, name, viewer=actor)
        verification = actions.submit(session, asset, source=source, label=label, limits=taking.limits, by=actor)
        made = catalog.get_version_by_id(session, verification.version_id)
        body = NewVersionOut(version=str(made.number), content=made.content, state=verification.state, task=verification.task_id)
        return web.json_answer(body, status=202, headers={"Location": "/api/v1" + catalog.version_address(asset, made)})

    return await web.perform(request, door, writes=True, fingerprint=f"{source}{label}")


def _given(upload: web.Upload) -> tuple[Mapping[str, Any], str]:
    """The source's members and the label. A form has them side by side, JSON under ``source``."""
    if upload.is_form:
        return upload.fields, intake.text_of(upload.fields, "label")
    intake.check_members(upload.fields, ("source", "label"))
    source = upload.fields.get("source")
    if not isinstance(source, dict):
        raise kit.Invalid(kit.marked("“source” must be an object with a member “git”."), field="source")
    intake.check_members(source, ("git", "ref"))
    return source, intake.text_of(upload.fields, "label")


router.add_api_route(
    VERSIONS,
    create_version,
    methods=["POST"],
    status_code=202,
    response_model=NewVersionOut,
    openapi_extra=VERSION_BODY,
)


@router.get(VERSIONS, response_model=VersionList)
def list_versions(
    request: Request,
    session: Session,
    actor: kit.Actor,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    cursor: str = "",
    limit: Limit = 50,
) -> Any:
    """The versions of an asset, newest first."""
    asset = catalog.get_asset(session, kind, namespace, name, viewer=actor)
    before = web.position(cursor, int)[0] if cursor else None
    page = web.page_of(catalog.versions_of(session, asset, limit=limit + 1, before=before), limit, lambda row: [row.number])
    known = queries.verifications_of(session, page.items)
    may_change = catalog.changeable(session, asset, viewer=actor)
    items = [version_out(queries.Subject(asset, row, known[row.id]), may_change=may_change) for row in page.items]
    return VersionList(items=items, next=web.next_address(request, page.cursor))


@router.get(VERSION, response_model=VersionOut)
def show_version(
    request: Request,
    session: Session,
    actor: kit.Actor,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    version: InVersion,
) -> Any:
    """One version: its content, how far its verification is, and what was found."""
    subject = queries.get_subject(session, kind, namespace, name, version, viewer=actor)
    told = version_out(subject, may_change=catalog.changeable(session, subject.asset, viewer=actor))
    return told.model_copy(update={"document": queries.read_from(session, subject)})


@router.post(VERSION + "/attempts", status_code=202, response_model=NewVersionOut)
def create_attempt(
    request: Request,
    session: Session,
    actor: kit.Actor,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    version: InVersion,
) -> Any:
    """Verify a version again whose verification failed or was cancelled, from what is known, or one that nobody asked to have verified."""
    subject = queries.get_subject(session, kind, namespace, name, version, viewer=actor)
    task = actions.retry(session, subject.asset, subject.version, subject.verification, by=actor)
    return NewVersionOut(version=version, content=subject.version.content, state=task.state, task=task.task_id)


def version_out(subject: queries.Subject, *, may_change: bool) -> VersionOut:
    """A version as JSON says it; where it came from and why it failed only to whoever may know."""
    version, verification = subject.version, subject.verification
    return VersionOut(
        version=str(version.number),
        label=version.label,
        content=version.content,
        state=verification.state,
        task=verification.task_id,
        source=SourceOut(
            kind=version.source_kind,
            address=version.source if may_change or presenting.is_public(version) else None,
            ref=version.source_ref,
            commit=version.commit,
        ),
        progress=progress_of(verification),
        declared_license_expression=verification.declared,
        license_expression=verification.detected,
        counts=verification.counts,
        conflicts=[{**each, "reason": rules.why_of(each).sentence(web.translate)} for each in verification.conflicts],
        failure=_failure(verification) if may_change else None,
        engine=verification.engine,
        created_at=version.created_at,
        finished_at=verification.finished_at,
        url="/api/v1" + subject.address,
    )


def progress_of(verification: Verification) -> ProgressOut:
    """How far the work is."""
    return ProgressOut(
        files_done=verification.files_done,
        files_total=verification.files_total,
        seconds_left=verification.seconds_left,
        rate=verification.rate,
    )


def _failure(verification: Verification) -> FailureOut | None:
    if verification.failure_message is None:
        return None
    return FailureOut(code=verification.failure_code or "", message=presenting.failure_sentence(verification))


@router.get(VERSION + "/files", response_model=FileList)
def list_files(
    request: Request,
    session: Session,
    actor: kit.Actor,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    version: InVersion,
    q: str = "",
    licence: Annotated[str, Query(alias="license")] = "",
    state: Literal["", "conflict", "unknown", "found", "none", "unread"] = "",
    findings: bool = False,
    classed: Annotated[CLASSES, Query(alias="class")] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 100,
) -> Any:
    """The files of a verified version with what was found in them: conflicts first, then by how much must be given back."""
    subject = queries.get_subject(session, kind, namespace, name, version, viewer=actor)
    queries.check_verified(subject.verification)
    asked = queries.FileFilter(q[:400], licence, state, findings, classed)
    rank, place = web.position(cursor, int, int) if cursor else (-1, -1)
    rows = queries.files(session, subject.verification, asked, limit=limit + 1, after=(rank, place), with_details=True)
    page = web.page_of(rows, limit, lambda row: [row.rank, row.place])
    items = [FileOut.model_validate(row, from_attributes=True) for row in page.items]
    return FileList(items=items, next=web.next_address(request, page.cursor))


async def show_document(
    request: Request,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    version: InVersion,
    format: Annotated[str, Query(json_schema_extra={"enum": list(DOCUMENTS)})] = "spdx-json",  # noqa: A002
) -> Response:
    """The version as a document: ``spdx-json`` (SPDX 2.3), ``cyclonedx-json`` (CycloneDX 1.6), ``json`` (Madang's own report) or
    ``scancode-json`` (as ScanCode writes it). All but ``json`` are made when they are first asked for, which takes a moment."""
    if format not in DOCUMENTS:
        raise NoSuchFormat(field="format", format=format[:40], formats=", ".join(DOCUMENTS))

    def find(session: Session, actor: kit.Actor) -> tuple[dict[str, str], str]:
        subject = queries.get_subject(session, kind, namespace, name, version, viewer=actor)
        queries.check_verified(subject.verification)
        return dict(subject.verification.documents), f"{subject.asset.name}-{subject.version.number}.{format.replace('-json', '.json')}"

    known, file_name = await web.reading(request, find)
    taking = intake.of(request)
    gate: web.Gate = request.app.state.gate
    stream = await run_in_threadpool(handing.opened, gate.database, taking.store, taking.scratch, known, format)
    return web.attachment(stream, name=file_name, media_type=DOCUMENTS[format])


router.add_api_route(
    VERSION + "/sbom",
    show_document,
    methods=["GET"],
    response_class=Response,
)


FOUND: dict[str, tuple[type[Any], tuple[str, ...]]] = {
    "packages": (FoundPackage, ("role", "purl", "type", "name", "version", "license_expression", "path")),
    "holders": (Holder, ("holder", "files", "statement", "path")),
    "unread": (UnreadFile, ("path", "code", "reason", "size", "is_fault")),
}


class Found(BaseModel):
    """Some rows of one kind of findings and the address of the next ones."""

    items: list[dict[str, Any]]
    next: str | None


@router.get(VERSION + "/{what}", response_model=Found)
def list_found(
    request: Request,
    session: Session,
    actor: kit.Actor,
    kind: catalog.InKind,
    namespace: catalog.InNamespace,
    name: catalog.InName,
    version: InVersion,
    what: Literal["packages", "holders", "unread", "licenses"],
    cursor: str = "",
    limit: Limit = 100,
) -> Any:
    """Packages and dependencies, copyright holders, files that could not be read, or licences with their number of files."""
    subject = queries.get_subject(session, kind, namespace, name, version, viewer=actor)
    queries.check_verified(subject.verification)
    offset = max(web.position(cursor, int)[0], 0) if cursor else 0
    rows: Sequence[dict[str, Any]]
    if what == "licenses":
        counted = queries.licence_counts(session, subject.verification)[offset : offset + limit + 1]
        rows = [{"license_expression": expression, "files": files} for expression, files in counted]
    else:
        table, names = FOUND[what]
        found = queries.rows(session, table, subject.verification, limit=limit + 1, offset=offset)
        rows = [{name: getattr(row, name) for name in names} for row in found]
    page = web.page_of(rows, limit, lambda _row: [offset + limit])
    return Found(items=list(page.items), next=web.next_address(request, page.cursor))


class TaskOut(BaseModel):
    """A task: what it works on and how far it is."""

    task: str
    state: str
    progress: ProgressOut
    failure: FailureOut | None
    version_url: str
    finished_at: datetime | None


@router.get("/tasks/{task}", response_model=TaskOut)
def show_task(request: Request, session: Session, actor: kit.Actor, task: web.InId) -> Any:
    """One task."""
    subject = queries.get_task(session, task, viewer=actor)
    return TaskOut(
        task=task,
        state=subject.verification.state,
        progress=progress_of(subject.verification),
        failure=_failure(subject.verification) if catalog.changeable(session, subject.asset, viewer=actor) else None,
        version_url="/api/v1" + subject.address,
        finished_at=subject.verification.finished_at,
    )


@router.delete("/tasks/{task}", status_code=204)
def destroy_task(request: Request, session: Session, actor: kit.Actor, task: web.InId) -> Response:
    """Cancel a task. One that has ended stays as it ended."""
    subject = queries.get_task(session, task, viewer=actor)
    actions.cancel(session, subject.asset, subject.version, subject.verification, by=actor)
    return web.no_content()


@router.get("/tasks/{task}/events", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def show_task_events(request: Request, task: web.InId) -> Response:
    """How far a task is, as server-sent events: ``progress`` at each change, ``end`` when it has ended."""

    def read(session: Session, actor: kit.Actor) -> dict[str, Any]:
        verification = queries.get_task(session, task, viewer=actor).verification
        return {"state": verification.state, "final": verification.state in FINAL, **progress_of(verification).model_dump()}

    return web.event_stream(request, read, first=await web.reading(request, read))
