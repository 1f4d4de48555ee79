# SPDX-License-Identifier: Apache-2.0
"""Doors: a new repository, a file for a folder, the card's text, and a file that goes. What is refused is said beside the form."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import quote

from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import access, catalog, kit, storage, web
from madang.hub import actions, cards, contents, preparing, presenting, queries, rules
from madang.hub.actions import Bytes, Prepared
from madang.hub.desk import Desk, desk_of
from madang.hub.errors import HeadMoved, NotABranch, NothingChosen
from madang.hub.models import Commit
from madang.hub.presenting import Seen
from madang.hub.prose import rendered
from madang.hub.rules import Change
from madang.hub.web import seen_of
from madang.hub.wire.routes import FIRST
from madang.hub.writing.pages import EditPage, NewPage, UploadPage

SETTING = "MADANG_MAX_UPLOAD_BYTES"
MOST_BYTES, FORM_ROOM = 1 << 30, 1 << 20
LONGEST_TITLE = 200
LICENCES = (
    ("kogl-0", "공공누리 제0유형"), ("kogl-1", "공공누리 제1유형"), ("kogl-1-ai", "공공누리 제1유형, AI 학습"),
    ("kogl-2", "공공누리 제2유형"), ("kogl-3", "공공누리 제3유형"), ("kogl-4", "공공누리 제4유형"), ("cc0-1.0", "CC0"),
    ("cc-by-4.0", "CC BY"), ("cc-by-sa-4.0", "CC BY-SA"),
    ("cc-by-nc-4.0", "CC BY-NC"), ("cdla-permissive-2.0", "CDLA"), ("odc-by", "ODC-By"), ("apache-2.0", "Apache"), ("mit", "MIT"),
    ("openrail", "OpenRAIL"),
)  # fmt: skip
"""Words of the front matter that are offered; any SPDX id may stand there."""
Faults = (kit.Invalid, kit.TooLarge, kit.Conflict, HeadMoved, kit.NotAllowed, kit.Unavailable)


@dataclass(frozen=True, slots=True)
class At:
    """A branch that the actor may write, at its head."""

    seen: Seen
    branch: str
    path: str


def _at(session: Session, actor: kit.Actor, *, request: Request) -> At:
    seen, path = seen_of(request, session, actor)
    catalog.check_changeable(session, seen.place.asset, by=actor)
    ref = queries.find_ref(session, seen.place, seen.revision)
    if ref is None or ref.kind != "branch":
        raise NotABranch(revision=seen.revision[:120])
    return At(seen, seen.revision, path)


async def _commit(
    request: Request, at: At, changes: Sequence[Change], sent: Sequence[Bytes], *, title: str, to: str, parent: str = ""
) -> Response:
    """The changes are a commit on the branch, and the answer leads to ``to``. With ``parent``, only if the branch is still there."""
    desk = desk_of(request)
    if parent and at.seen.commit.id != parent:
        raise HeadMoved(branch=at.branch, expected=parent[:40], found=at.seen.commit.id)
    prepared = await run_in_threadpool(_prepared, desk, at.seen.commit, changes, sent, title)

    def door(_request: Request, session: Session, actor: kit.Actor) -> Response:
        place = _at(session, actor, request=request).seen.place
        actions.commit(session, place, at.branch, prepared, by=actor)
        return web.see_other(to)

    return await web.perform(request, door, writes=True)


def _prepared(desk: Desk, head: Commit, changes: Sequence[Change], sent: Sequence[Bytes], title: str) -> Prepared:
    return preparing.prepare(desk, head, changes, title=title, sent={each.sha256: each for each in sent})


def _title(given: Mapping[str, str], default: str) -> str:
    return " ".join(given.get("message", "").split())[:LONGEST_TITLE] or default[:LONGEST_TITLE]


def _kind(request: Request) -> str:
    return "model" if request.url.path.startswith("/models") else "dataset"


def new_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The form for a new dataset or model."""
    return _new(request, session, actor, {}, {}, 200)


def _new(
    request: Request, session: Session, actor: kit.Actor, values: Mapping[str, str], faults: Mapping[str, str], status: int
) -> Response:
    access.check(actor, "registration", "see")
    names = tuple(catalog.namespaces_of(session, actor))
    return web.render(request, "hub/new.html", NewPage(_kind(request), names, values, faults, bool(names)), status=status)


def create_repository(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The repository stands, empty; or the form again with what is to be mended."""
    form, kind = web.form(request), _kind(request)
    given = {name: form[name].strip() for name in ("namespace", "name", "exposure")}
    try:
        if given["exposure"] not in catalog.EXPOSURES:
            raise web.ForgedForm
        with session.begin_nested():
            place = actions.create(
                session, desk_of(request).store, kind=kind, namespace=given["namespace"], name=given["name"], exposure=given["exposure"],
                by=actor,
            )  # fmt: skip
    except (kit.Invalid, kit.Conflict, kit.NotAllowed) as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        field = refusal.field if refusal.field in given else "namespace"
        status = 403 if isinstance(refusal, kit.NotAllowed) else 422
        return _new(request, session, actor, given, {field: refusal.sentence(web.translate)}, status)
    return web.see_other(presenting.base_of(place))


async def new_file(request: Request) -> Response:
    """The form for a file."""
    at = await web.reading(request, partial(_at, request=request))
    return await _upload(request, at, {}, "", 200)


async def _upload(request: Request, at: At, given: Mapping[str, str], fault: str, status: int) -> Response:
    head = presenting.head_of(at.seen)
    here = f"{head.base}/upload/{head.at}" + (f"/{quote(at.path)}" if at.path else "")
    most = min(MOST_BYTES, desk_of(request).limits().file)
    page = UploadPage(head, given.get("folder", at.path), here, most, given.get("message", ""), fault)
    return await web.perform(
        request, lambda asked, _session, _actor: web.render(asked, "hub/upload.html", page, status=status), writes=False
    )


async def create_file(request: Request) -> Response:
    """The file stands in the folder, in a commit of its own; or the form again."""
    at = await web.reading(request, partial(_at, request=request))
    desk = desk_of(request)
    upload = await web.read_upload(request, limit=min(MOST_BYTES, desk.limits().file) + FORM_ROOM, setting=SETTING)
    await web.confirm(request)
    given = {name: value for name, value in upload.fields.items() if isinstance(value, str)}
    try:
        if upload.file is None or not upload.file_name:
            raise NothingChosen(field="file")
        folder = given.get("folder", "").strip().strip("/")
        name = upload.file_name.replace("\\", "/").rpartition("/")[2]
        path = rules.check_path(f"{folder}/{name}" if folder else name)
        sent = await run_in_threadpool(preparing.kept, desk, path, upload.file)
        change = Change(path, storage.Entry(path, storage.Mode.FILE, sent.size, sent.sha256))
        head = presenting.head_of(at.seen)
        to = f"{head.base}/blob/{head.at}/{quote(path, errors='replace')}"
        return await _commit(request, at, [change], [sent], title=_title(given, f"Upload {path}"), to=to)
    except Faults as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        status = 403 if isinstance(refusal, kit.NotAllowed) else 422
        return await _upload(request, at, given, refusal.sentence(web.translate), status)


async def delete_file(request: Request) -> Response:
    """The file, or the folder with all in it, stands no more; the commits before still have it."""
    await web.read_upload(request, limit=FORM_ROOM, setting="1 MiB")
    await web.confirm(request)
    at = await web.reading(request, partial(_at, request=request))
    store, head = desk_of(request).store, presenting.head_of(at.seen)
    is_file = store.find_entry(at.seen.commit.tree, at.path) is not None
    if not is_file:
        await run_in_threadpool(contents.entries_of, store, at.seen.commit, at.path)  # NoSuchEntry where there is no folder either
    folder = at.path.rpartition("/")[0]
    to = f"{head.base}/tree/{head.at}"
    return await _commit(
        request,
        at,
        [Change(at.path, None, is_folder=not is_file)],
        [],
        title=f"Delete {at.path}",
        to=to + f"/{quote(folder)}" * bool(folder),
    )


async def edit_card(request: Request) -> Response:
    """The card's text, to be written anew."""
    at = await web.reading(request, partial(_at, request=request))
    card = await run_in_threadpool(contents.card_of, desk_of(request).store, at.seen.commit.tree)
    return await _edit(request, at, {"text": card.readme, "parent": at.seen.commit.id}, "", 200, is_shown=False)


async def _edit(request: Request, at: At, given: Mapping[str, str], fault: str, status: int, *, is_shown: bool) -> Response:
    head, text = presenting.head_of(at.seen), given.get("text", "")
    card = cards.read(text)
    page = EditPage(
        head=head,
        here=f"{head.base}/card/{head.at}",
        text=text,
        parent=given.get("parent", at.seen.commit.id),
        message=given.get("message", ""),
        shown=rendered(card.text, base=head.base) if is_shown else None,
        fault=fault or (card.fault if is_shown else ""),
        licences=LICENCES,
    )
    return await web.perform(request, lambda asked, _session, _actor: web.render(asked, "hub/edit.html", page, status=status), writes=False)


async def save_card(request: Request) -> Response:
    """How the card will look; or it is saved, if nobody committed meanwhile and its front matter can be read."""
    upload = await web.read_upload(request, limit=cards.LONGEST_CARD + FORM_ROOM, setting="1 MiB")
    await web.confirm(request)
    at = await web.reading(request, partial(_at, request=request))
    given = {name: value.replace("\r\n", "\n") for name, value in upload.fields.items() if isinstance(value, str)}
    if given.get("deed") != "save":
        return await _edit(request, at, given, "", 200, is_shown=True)
    desk = desk_of(request)
    try:
        cards.check(given.get("text", ""))
        sent = await run_in_threadpool(preparing.kept, desk, cards.README, io.BytesIO(given.get("text", "").encode("utf-8", "replace")))
        change = Change(cards.README, storage.Entry(cards.README, storage.Mode.FILE, sent.size, sent.sha256))
        head = presenting.head_of(at.seen)
        to = head.base if at.branch == rules.MAIN else f"{head.base}/blob/{head.at}/{cards.README}"
        return await _commit(request, at, [change], [sent], title=_title(given, "Edit the card"), to=to, parent=given.get("parent", ""))
    except Faults as refusal:
        if isinstance(refusal, web.ForgedForm):
            raise
        status = 403 if isinstance(refusal, kit.NotAllowed) else 409 if isinstance(refusal, HeadMoved) else 422
        return await _edit(request, at, given, refusal.sentence(web.translate), status, is_shown=False)


routes = [
    *(web.page(f"{word}/new", new_repository) for word in ("/datasets", "/models")),
    *(web.page(word, create_repository, methods=("POST",)) for word in ("/datasets", "/models")),
    *(
        Route(f"{base}{path}", door, methods=[method], name=f"{__name__}.{door.__name__}")
        for base in FIRST.values()
        for path, door, method in (
            ("/upload/{rest:path}", new_file, "GET"),
            ("/upload/{rest:path}", create_file, "POST"),
            ("/deletion/{rest:path}", delete_file, "POST"),
            ("/card/{rest:path}", edit_card, "GET"),
            ("/card/{rest:path}", save_card, "POST"),
        )
    ),
]
