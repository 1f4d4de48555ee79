# SPDX-License-Identifier: Apache-2.0
"""Forms with files, read from a body that is already within its bounds."""

from dataclasses import dataclass, field

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from madang import kit
from madang.gateway.errors import NotJson

MOST_PARTS = 50
UNREADABLE = kit.marked("it is no form with parts (multipart/form-data)")


@dataclass
class _Part:
    headers: dict[bytes, bytes] = field(default_factory=dict)
    body: bytearray = field(default_factory=bytearray)


class _Reading:
    """Collects parts as the parser finds them."""

    def __init__(self) -> None:
        self.parts: list[_Part] = []
        self.name, self.value = bytearray(), bytearray()
        self.is_whole = False

    def begin(self) -> None:
        if len(self.parts) >= MOST_PARTS:
            raise NotJson(reason=UNREADABLE)
        self.parts.append(_Part())

    def field(self, data: bytes, start: int, end: int) -> None:
        self.name += data[start:end]

    def text(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header(self) -> None:
        self.parts[-1].headers[bytes(self.name).lower()] = bytes(self.value)
        self.name, self.value = bytearray(), bytearray()

    def data(self, data: bytes, start: int, end: int) -> None:
        self.parts[-1].body += data[start:end]

    def end(self) -> None:
        self.is_whole = True


def read_parts(body: bytes, content_type: bytes) -> dict[str, str | bytes]:
    """The parts by name: files as bytes, fields as text. Of a name that comes twice the last counts. ``NotJson`` otherwise."""
    boundary = parse_options_header(content_type)[1].get(b"boundary")
    if not boundary:
        raise NotJson(reason=UNREADABLE)
    reading = _Reading()
    callbacks = {
        "on_part_begin": reading.begin, "on_header_field": reading.field, "on_header_value": reading.text, "on_header_end": reading.header,
        "on_part_data": reading.data, "on_end": reading.end,
    }  # fmt: skip
    try:
        parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # it types its callbacks as one dict of options
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise NotJson(reason=UNREADABLE) from None
    if not reading.is_whole:
        raise NotJson(reason=UNREADABLE)
    return dict(_named(part) for part in reading.parts)


def _named(part: _Part) -> tuple[str, str | bytes]:
    options = parse_options_header(part.headers.get(b"content-disposition", b""))[1]
    name = options.get(b"name")
    if name is None:
        raise NotJson(reason=UNREADABLE)
    value = bytes(part.body)
    if b"filename" in options:
        return name.decode("utf-8", "replace"), value
    try:
        return name.decode("utf-8", "replace"), value.decode()
    except UnicodeDecodeError:
        raise NotJson(reason=UNREADABLE) from None
