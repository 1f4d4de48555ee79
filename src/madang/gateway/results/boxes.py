# SPDX-License-Identifier: Apache-2.0
"""What was found in a picture: the picture that came back, and the boxes on it."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from madang.gateway.results.shown import Shown
from madang.kit import _
from madang.web import pictures

LISTS = ("faces", "people", "boxes", "detections", "objects")
SIGNS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"RIFF", "image/webp"))
MOST_BYTES = 6 << 20
FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
"""Markers of a JPEG that stand before its size."""


@dataclass(frozen=True, slots=True)
class Boxed:
    """A picture as an address that carries it, its size, and the boxes drawn over it; ``is_changed`` when it is what came back."""

    address: str
    width: int
    height: int
    drawing: pictures.Drawing
    is_changed: bool


def draw(inputs: Mapping[str, object] | bytes, outputs: Any, media_type: str) -> Shown | None:
    """The picture of ``{"width", "height", "faces": [{"x", "y", "width", "height"}], "image": base64}``, the places counted in pixels."""
    if isinstance(outputs, bytes | bytearray):
        return _whole(bytes(outputs)) if media_type.startswith("image/") else None
    told = outputs if isinstance(outputs, Mapping) else {"boxes": outputs}
    found = next((told[name] for name in LISTS if isinstance(told.get(name), list)), None)
    if found is None or not all({"x", "y", "width", "height"} <= set(each) for each in found):
        return None
    back = _bytes_of(told.get("image"))
    given = (
        inputs
        if isinstance(inputs, bytes)
        else _bytes_of(next((value for value in inputs.values() if isinstance(value, str | bytes)), None))
    )
    image = back or given or b""
    if not image:
        return None
    width, height = _size(image)
    marks = tuple(mark for number, each in enumerate(found, 1) for mark in _box(number, each, width))
    value = Boxed(_address(image), width, height, pictures.Drawing(width, height, marks), bool(back))
    rows = tuple(
        (str(number), f"{each['x']}, {each['y']}", f"{each['width']} × {each['height']}", _score(each))
        for number, each in enumerate(found, 1)
    )
    heads = (_("Number"), _("Place"), _("Size"), _("Confidence"))
    return Shown("gateway/_boxes.html", value, ((_("found"), len(found)),), heads, rows)


def _whole(image: bytes) -> Shown | None:
    address = _address(image)
    return Shown("gateway/_boxes.html", Boxed(address, 0, 0, pictures.Drawing(0, 0, ()), is_changed=True)) if address else None


def _box(number: int, each: Mapping[str, Any], width: int) -> tuple[pictures.Rect, pictures.Text]:
    x, y = float(each["x"]), float(each["y"])
    return (
        pictures.Rect(x, y, float(each["width"]), float(each["height"]), "frame", str(number)),
        pictures.Text(min(x + 4, width - 12), y + 15, str(number), "halo"),
    )


def _score(each: Mapping[str, Any]) -> str:
    score = each.get("score", each.get("confidence"))
    return f"{score:.2f}" if isinstance(score, int | float) else "–"


def _size(image: bytes) -> tuple[int, int]:
    """Width and height as the picture's own head says them (PNG, JPEG); ``ValueError`` for other kinds."""
    if image.startswith(SIGNS[0][0]):
        return int.from_bytes(image[16:20], "big"), int.from_bytes(image[20:24], "big")
    place = 2
    while image.startswith(SIGNS[1][0]) and place + 9 < len(image) and image[place] == 0xFF:
        if image[place + 1] in FRAMES:
            return int.from_bytes(image[place + 7 : place + 9], "big"), int.from_bytes(image[place + 5 : place + 7], "big")
        place += 2 + int.from_bytes(image[place + 2 : place + 4], "big")
    raise ValueError("no size")


def _bytes_of(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return base64.b64decode(value.partition(",")[2] or value, validate=True) if isinstance(value, str) else b""


def _address(image: bytes) -> str:
    """A picture inside its own address. Only kinds that a browser draws and never runs."""
    kind = next((kind for sign, kind in SIGNS if image.startswith(sign)), "")
    return f"data:{kind};base64,{base64.b64encode(image).decode()}" if kind and len(image) <= MOST_BYTES else ""
