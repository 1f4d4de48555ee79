# SPDX-License-Identifier: Apache-2.0
"""What came: one request on the path of calls, its head read once and its body within bounds."""

import os
import zlib
from collections.abc import Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qs

import msgspec
from starlette.types import Receive, Scope

from madang import kit
from madang.gateway.errors import CallTooLarge, Gone, NotJson

_decode = msgspec.json.Decoder().decode
WINDOW = {b"gzip": 31, b"deflate": 15}
_GIVEN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")


_numbers = count(int.from_bytes(os.urandom(8)))
_run = os.urandom(5).hex().encode()


def new_id() -> bytes:
    """A request's own id: what tells this process from others, and a number that no other request of it has."""
    return b"%b%016x" % (_run, next(_numbers) & 0xFFFF_FFFF_FFFF_FFFF)


class Asked:
    """One request. ``headers`` are by lower-case name; of one that came twice the last counts. ``told`` are headers that every answer to
    it carries, filled on the way."""

    __slots__ = (
        "_declared",
        "given",
        "headers",
        "is_counted",
        "is_read",
        "method",
        "path",
        "receive",
        "request_id",
        "retry",
        "scope",
        "told",
    )

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope, self.receive = scope, receive
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id")
        self.request_id = given if given and 8 <= len(given) <= 64 and _GIVEN.issuperset(given) else new_id()
        self.told: list[tuple[bytes, bytes]] = []
        self.given = b""
        self.is_read = self.is_counted = False
        self._declared = -1
        self.retry: tuple[str, str] | None = None

    def header(self, name: bytes) -> str:
        """The header's text, "" when it did not come."""
        return self.headers.get(name, b"").decode("latin-1")

    @property
    def media_type(self) -> str:
        """What the body is said to be, without parameters, in lower case; "" when nothing is said."""
        return self.header(b"content-type").partition(";")[0].strip().lower()

    @property
    def query(self) -> Mapping[str, str]:
        """The address's parameters; of one that came twice the last counts."""
        text = self.scope["query_string"]
        return {name: values[-1] for name, values in parse_qs(text.decode("latin-1"), max_num_fields=50).items()} if text else {}

    @property
    def bearer(self) -> str:
        """The key in ``Authorization: Bearer KEY``; "" when none came, or came in another scheme."""
        given = self.headers.get(b"authorization", b"")
        return given[7:].strip().decode("latin-1") if given[:7].lower() == b"bearer " else ""

    def check_size(self, limit: int) -> None:
        """``CallTooLarge`` for a body that says of itself that it is more than ``limit`` bytes."""
        if self._declared < 0:
            declared = self.headers.get(b"content-length", b"0")
            self._declared = int(declared) if declared.isdigit() and len(declared) <= 18 else 10**18
        if self._declared > limit:
            raise CallTooLarge(limit=limit)

    async def body(self, limit: int) -> bytes:
        """The whole body, unpacked where it came packed; ``CallTooLarge`` as soon as it is known to be more than ``limit`` bytes."""
        self.check_size(limit)
        message = await self.receive()
        if message["type"] == "http.disconnect":
            raise Gone
        found: bytes = message.get("body", b"")
        if message.get("more_body", False):
            found = await self._rest(found, limit)
        self.is_read, self.given = True, found
        if len(found) > limit:
            raise CallTooLarge(limit=limit)
        packing = self.headers.get(b"content-encoding")
        return found if packing is None or packing == b"identity" else unpack(found, packing.lower(), limit)

    async def _rest(self, first: bytes, limit: int) -> bytes:
        parts, size, more = [first], len(first), True
        while more:
            message = await self.receive()
            if message["type"] == "http.disconnect":
                raise Gone
            part = message.get("body", b"")
            parts.append(part)
            size += len(part)
            if size > limit:
                raise CallTooLarge(limit=limit)
            more = message.get("more_body", False)
        return b"".join(parts)


def unpack(packed: bytes, packing: bytes, limit: int) -> bytes:
    """What ``packed`` holds, at most ``limit`` bytes of it ever made."""
    window = WINDOW.get(packing)
    if window is None:
        raise NotJson(reason=kit.marked("its Content-Encoding is not gzip or deflate"))
    machine = zlib.decompressobj(window)
    try:
        made = machine.decompress(packed, limit + 1)
    except zlib.error:
        raise NotJson(reason=kit.marked("it is not packed as its Content-Encoding says")) from None
    if len(made) > limit:
        raise CallTooLarge(limit=limit)
    if not machine.eof:
        raise NotJson(reason=kit.marked("it is not packed as its Content-Encoding says"))
    return made


def json_value(body: bytes | memoryview) -> Any:
    """The JSON that ``body`` is; ``NotJson`` otherwise."""
    if not body:
        raise NotJson(reason=kit.marked("it is empty"))
    try:
        return _decode(body)
    except msgspec.DecodeError:
        raise NotJson(reason=kit.marked("it is no JSON in UTF-8")) from None
    except RecursionError:
        raise NotJson(reason=kit.marked("its values stand too deep in one another")) from None


def json_object(body: bytes | memoryview) -> dict[str, Any]:
    """The JSON object that ``body`` is; ``NotJson`` otherwise."""
    value = json_value(body)
    if type(value) is not dict:
        raise NotJson(reason=kit.marked("it is no JSON object"))
    return value
