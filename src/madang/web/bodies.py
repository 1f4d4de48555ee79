# SPDX-License-Identifier: Apache-2.0
"""What comes in a request's body: forms, JSON and one uploaded file, each within its limit, counted as it comes."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang import kit

JSON, FORM, ENCODED = "application/json", "multipart/form-data", "application/x-www-form-urlencoded"


class BodyTooLarge(kit.TooLarge):
    """More came than this address takes."""

    code = "body-too-large"
    message = kit.marked(
        "This is larger than the limit of %(limit)s bytes (%(setting)s). Send less, or ask the operator to raise the limit."
    )


class UnreadableBody(kit.Invalid):
    """The body does not have the form that its type promises."""

    code = "unreadable-body"
    message = kit.marked("The body cannot be read as %(type)s.")


class SeveralFiles(kit.Invalid):
    """More files came than one."""

    code = "several-files"
    message = kit.marked("Give one file, in one part called “file”.")


class UnsupportedBody(kit.Invalid):
    """The body is of a type that this address does not take."""

    code = "unsupported-body"
    message = kit.marked("This address takes %(accepted)s; this is %(type)s. Say in Content-Type what you send.")


@dataclass
class _Bound:
    limit: int
    setting: str
    seen: int = 0
    forms: list[FormData] = field(default_factory=list)


class BodyLimit:
    """ASGI: counts a body as it comes and refuses it when it passes the limit; a door may lift the limit before it reads."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with a counting ``receive``."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        bound = scope["madang.bound"] = _Bound(self.limit, "MADANG_MAX_BODY_BYTES")

        async def counting() -> Message:
            message = await receive()
            bound.seen += len(message.get("body", b""))
            if bound.seen > bound.limit:
                raise BodyTooLarge(limit=bound.limit, setting=bound.setting)
            return message

        try:
            await self.app(scope, counting, send)
        finally:
            for form in bound.forms:
                await form.close()


def allow_body(request: Request, limit: int, *, setting: str) -> None:
    """This request's body may have ``limit`` bytes; a declared length over it is refused at once."""
    bound: _Bound = request.scope["madang.bound"]
    bound.limit, bound.setting = limit, setting
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge(limit=limit, setting=setting)


def form(request: Request) -> Mapping[str, str]:
    """The text fields of the form that came with this request; a field that is missing reads as ``""``."""
    fields: Mapping[str, str] = getattr(request.state, "form", _Fields())
    return fields


class _Fields(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""


@dataclass
class Upload:
    """What came: the text fields or JSON members, and the file if there was one."""

    fields: dict[str, Any] = field(default_factory=dict)
    file: BinaryIO | None = None
    file_name: str = ""
    is_form: bool = False


async def read_form(request: Request) -> Upload:
    """The fields of a form; one file at most. The file lies in a temporary file that goes when the request ends."""
    kind = _kind(request)
    if kind and kind not in (FORM, ENCODED):
        raise UnsupportedBody(accepted=f"{ENCODED}, {FORM}", type=kind[:80])
    try:
        parsed = await request.form(max_files=1, max_fields=100, max_part_size=256 * 1024)
    except (MultiPartException, HTTPException, ValueError) as fault:
        if "Too many files" in f"{fault}{fault.__cause__}{getattr(fault, 'detail', '')}{getattr(fault, 'message', '')}":
            raise SeveralFiles(field="file") from fault
        raise UnreadableBody(type="multipart/form-data") from fault
    request.scope["madang.bound"].forms.append(parsed)
    upload = Upload(fields=_Fields(), is_form=True)
    for name, value in parsed.multi_items():
        if isinstance(value, UploadFile):
            if value.filename:
                upload.file, upload.file_name = value.file, value.filename
        elif "\0" in value:
            raise kit.Invalid(kit.marked("A field holds a character that no text has (U+0000)."), field=name)
        else:
            upload.fields[name] = value
    request.state.form = upload.fields
    return upload


async def read_upload(request: Request, *, limit: int, setting: str) -> Upload:
    """JSON, or a form with at most one file of up to ``limit`` bytes."""
    kind = _kind(request)
    if kind in (FORM, ENCODED):
        allow_body(request, limit, setting=setting)
        return await read_form(request)
    if kind == JSON:
        return Upload(fields=_object(await request.body()))
    raise UnsupportedBody(accepted=f"{JSON}, {FORM}", type=kind[:80] or "?")


def _kind(request: Request) -> str:
    """The media type that the body is said to be, without its parameters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_json(request: Request) -> None:
    """``UnsupportedBody`` for a body that is not said to be JSON (RFC 6839's ``+json`` counts too). No body at all is judged elsewhere."""
    kind = _kind(request)
    is_json = kind == JSON or (kind.startswith("application/") and kind.endswith("+json"))
    has_body = request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers
    if not is_json and (kind or has_body):
        raise UnsupportedBody(accepted=JSON, type=kind[:80] or "?")


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as fault:
        raise UnreadableBody(type="application/json") from fault
    if not isinstance(value, dict):
        raise UnreadableBody(type="a JSON object")
    return value
