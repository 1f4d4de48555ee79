# SPDX-License-Identifier: Apache-2.0
"""The few shapes of answers that doors give."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, BinaryIO
from urllib.parse import quote

from fastapi.encoders import jsonable_encoder
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

WHOLE = "madang.whole"
"""The extension of a request's scope by which an answer leaves in one write: ``(status, fixed, headers, body)``, False where it did not.
``fixed`` are lines that ``lines_of`` made; the body's length is added."""
CHUNK = 1 << 18
"""Bytes. Pieces of this size are compressed in a thread and not on the event loop."""


def lines_of(headers: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """The headers as lines of a head; None where one of them would end its line, or the head."""
    lines, count = b"".join([b"%b: %b\r\n" % each for each in headers]), len(headers)
    return lines if lines.count(b"\n") == count == lines.count(b"\r") and b"\0" not in lines else None


def see_other(address: str) -> Response:
    """Look at ``address`` now: the answer to every form that did its deed."""
    return RedirectResponse(address, status_code=303)


def json_answer(value: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """``value`` (models, dataclasses, dictionaries) as JSON; moments end in Z, whichever of them holds them."""
    return JSONResponse(jsonable_encoder(value, custom_encoder={datetime: _moment}), status_code=status, headers=headers)


def _moment(at: datetime) -> str:
    return at.isoformat().replace("+00:00", "Z")


def no_content() -> Response:
    """Done, and there is nothing to say."""
    return Response(status_code=204)


def attachment(body: bytes | str | BinaryIO, *, name: str, media_type: str) -> Response:
    """Bytes to keep as a file called ``name``; an open stream is closed at its end.

    They can come from users, so a browser must never run or draw them (RFC 6266, RFC 8187).
    """
    plain = "".join(c if c.isascii() and (c.isalnum() or c in "._- ") else "_" for c in name)
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='', errors='replace')}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
    }
    if isinstance(body, bytes | str):
        return Response(body, media_type=media_type, headers=headers)
    return StreamingResponse(_chunks(body), media_type=media_type, headers=headers)


def streamed(pieces: Iterator[str], *, name: str, media_type: str) -> Response:
    """A file called ``name`` that is written while it is sent, so its length does not count."""
    encoded = (piece.encode() for piece in pieces)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Content-Security-Policy": "sandbox; default-src 'none'"}
    return StreamingResponse(encoded, media_type=media_type, headers=headers)


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    with stream:
        while chunk := stream.read(CHUNK):
            yield chunk
