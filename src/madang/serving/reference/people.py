# SPDX-License-Identifier: Apache-2.0
"""People who stand, by OpenCV's own detector of histograms of gradients, whose weights come with the package."""

from functools import cache
from typing import Any, TypedDict

import cv2
import numpy

MOST_PIXELS = 25_000_000
WIDEST = 1280


class Person(TypedDict):
    """A person's place in pixels, from the upper left corner, and the detector's score."""

    x: int
    y: int
    width: int
    height: int
    score: float


@cache
def _detector() -> Any:
    cv2.setNumThreads(1)
    made = cv2.HOGDescriptor()
    weights = cv2.HOGDescriptor_getDefaultPeopleDetector()  # type: ignore[attr-defined]  # its stubs leave it out
    made.setSVMDetector(weights)
    return made


def warm_up() -> None:
    """The detector is made."""
    _detector()


def detect(image: bytes) -> list[Person]:
    """Where people stand."""
    if not image:
        raise ValueError("there is no picture")
    try:
        picture = cv2.imdecode(numpy.frombuffer(image, dtype=numpy.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        picture = None
    if picture is None:
        raise ValueError("this is no picture that can be read (PNG, JPEG, WebP, BMP)")
    height, width = picture.shape[:2]
    if width * height > MOST_PIXELS:
        raise ValueError(f"the picture has more than {MOST_PIXELS} pixels")
    if width < 64 or height < 128:
        return []
    scale = min(1.0, WIDEST / max(width, height))
    if scale < 1:
        picture = cv2.resize(picture, (max(64, round(width * scale)), max(128, round(height * scale))))
    boxes, weights = _detector().detectMultiScale(picture, winStride=(8, 8), padding=(8, 8), scale=1.05)
    scores = [float(each) for each in numpy.ravel(weights)]
    kept = cv2.dnn.NMSBoxes([tuple(map(int, box)) for box in boxes], scores, 0.3, 0.4) if len(boxes) else []
    found: list[Person] = []
    for place in sorted(int(each) for each in numpy.ravel(kept)):
        x, y, wide, high = (round(float(each) / scale) for each in boxes[place])
        found.append({"x": x, "y": y, "width": wide, "height": high, "score": round(scores[place], 3)})
    return found
