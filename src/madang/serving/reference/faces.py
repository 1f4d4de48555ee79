# SPDX-License-Identifier: Apache-2.0
"""Frontal faces by OpenCV's own cascade, whose data come with the package."""

from functools import cache
from pathlib import Path
from typing import Any, TypedDict

import cv2
import numpy

CASCADES = Path(cv2.__file__).parent / "data"
MOST_PIXELS = 25_000_000


class Box(TypedDict):
    """A face's place in pixels, from the upper left corner."""

    x: int
    y: int
    width: int
    height: int


class Found(TypedDict):
    """The faces."""

    faces: list[Box]


class Blurred(TypedDict):
    """The faces, and the picture with them blurred (PNG)."""

    faces: list[Box]
    image: bytes


@cache
def _cascade() -> Any:
    cv2.setNumThreads(1)
    return cv2.CascadeClassifier(str(CASCADES / "haarcascade_frontalface_default.xml"))


def warm_up() -> None:
    """The cascade is read."""
    _cascade()


def _picture(image: bytes) -> Any:
    if not image:
        raise ValueError("there is no picture")
    try:
        made = cv2.imdecode(numpy.frombuffer(image, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        made = None
    if made is None:
        raise ValueError("this is no picture that can be read (PNG, JPEG, WebP, BMP)")
    if made.shape[0] * made.shape[1] > MOST_PIXELS:
        raise ValueError(f"the picture has more than {MOST_PIXELS} pixels")
    return made


def _boxes(picture: Any) -> list[Box]:
    gray = cv2.equalizeHist(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    found = _cascade().detectMultiScale(gray, scaleFactor=1.1, minNeighbors=6, minSize=(28, 28))
    boxes: list[Box] = [{"x": int(x), "y": int(y), "width": int(width), "height": int(height)} for x, y, width, height in found]
    return sorted(boxes, key=lambda box: (box["y"], box["x"]))


def detect(image: bytes) -> Found:
    """Where faces are."""
    return {"faces": _boxes(_picture(image))}


def blur(image: bytes) -> Blurred:
    """The picture with every face that was found blurred past recognition."""
    picture = _picture(image)
    boxes = _boxes(picture)
    for box in boxes:
        x, y, width, height = box["x"], box["y"], box["width"], box["height"]
        margin = width // 6
        part = picture[max(0, y - margin) : y + height + margin, max(0, x - margin) : x + width + margin]
        small = cv2.resize(part, (6, 6), interpolation=cv2.INTER_AREA)  # six by six pixels are left of it
        part[:] = cv2.GaussianBlur(cv2.resize(small, (part.shape[1], part.shape[0])), (0, 0), max(1.0, width / 12))
    return {"faces": boxes, "image": cv2.imencode(".png", picture)[1].tobytes()}
