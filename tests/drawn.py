# SPDX-License-Identifier: Apache-2.0
"""Pictures drawn by rule: faces, people, and things that are neither. What detectors make of them is measured, not claimed of the world."""

import random
from typing import Any

import cv2
import numpy

Picture = Any


def _ground(dice: random.Random, width: int, height: int) -> Picture:
    """A soft ground with a few dull shapes."""
    low, high = dice.randint(90, 130), dice.randint(150, 210)
    column = numpy.linspace(low, high, height)[:, None]
    made = numpy.repeat(numpy.repeat(column, width, axis=1)[:, :, None], 3, axis=2)
    noise = numpy.random.default_rng(dice.randint(0, 1 << 30)).normal(0, 3, (height, width, 1))
    return numpy.clip(made + noise, 0, 255).astype(numpy.uint8)


def face(seed: int) -> tuple[Picture, tuple[int, int, int, int]]:
    """A frontal face with its box: skin, hair, brows, eyes, a nose's shade, a mouth."""
    dice = random.Random(seed)
    picture = _ground(dice, 320, 320)
    size = dice.randint(56, 84)
    x, y = dice.randint(110, 210), dice.randint(120, 200)
    skin = dice.choice([(170, 190, 225), (150, 175, 210), (120, 150, 190), (140, 160, 205)])
    dark = tuple(int(each * 0.55) for each in skin)
    cv2.ellipse(picture, (x, y - size // 5), (int(size * 0.86), int(size * 1.05)), 0, 0, 360, (40, 45, 55), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y), (int(size * 0.74), size), 0, 0, 360, skin, -1, cv2.LINE_AA)
    for side in (-1, 1):
        eye = (x + side * int(size * 0.31), y - int(size * 0.16))
        cv2.ellipse(picture, eye, (int(size * 0.20), int(size * 0.13)), 0, 0, 360, dark, -1, cv2.LINE_AA)
        cv2.ellipse(picture, eye, (int(size * 0.15), int(size * 0.08)), 0, 0, 360, (235, 235, 235), -1, cv2.LINE_AA)
        cv2.circle(picture, eye, max(2, int(size * 0.08)), (30, 30, 35), -1, cv2.LINE_AA)
        brow = (eye[0], eye[1] - int(size * 0.2))
        cv2.ellipse(picture, brow, (int(size * 0.22), int(size * 0.06)), 0, 180, 360, (45, 50, 60), -1, cv2.LINE_AA)
    cv2.ellipse(picture, (x, y + int(size * 0.22)), (int(size * 0.10), int(size * 0.05)), 0, 0, 360, dark, -1, cv2.LINE_AA)
    light = tuple(min(255, int(each * 1.08)) for each in skin)
    cv2.line(picture, (x, y - int(size * 0.1)), (x, y + int(size * 0.16)), light, max(2, int(size * 0.1)), cv2.LINE_AA)
    cv2.ellipse(picture, (x, y + int(size * 0.52)), (int(size * 0.28), int(size * 0.08)), 0, 0, 360, (70, 70, 140), -1, cv2.LINE_AA)
    picture = cv2.GaussianBlur(picture, (0, 0), size / 28)
    return picture, (x - int(size * 0.74), y - size, int(size * 1.48), 2 * size)


def person(seed: int) -> tuple[Picture, tuple[int, int, int, int]]:
    """Somebody who stands, with their box: head, trunk, arms, legs apart."""
    dice = random.Random(seed)
    picture = _ground(dice, 256, 384)
    high = dice.randint(220, 280)
    x, top = dice.randint(100, 156), dice.randint(40, 384 - high - 30)
    part = high / 8
    cloth = dice.choice([(40, 40, 50), (60, 40, 30), (30, 50, 40), (50, 30, 60)])
    legs = tuple(int(each * 0.8) for each in cloth)
    cv2.ellipse(picture, (x, int(top + part * 0.55)), (int(part * 0.42), int(part * 0.55)), 0, 0, 360, (110, 140, 180), -1, cv2.LINE_AA)
    trunk = numpy.array(
        [
            (x - part * 0.95, top + part * 1.4),
            (x + part * 0.95, top + part * 1.4),
            (x + part * 0.7, top + part * 4.2),
            (x - part * 0.7, top + part * 4.2),
        ]
    )
    cv2.fillPoly(picture, [trunk.astype(numpy.int32)], cloth, cv2.LINE_AA)
    apart = dice.uniform(0.35, 0.7)
    for side in (-1, 1):
        hand = (int(x + side * part * dice.uniform(1.1, 1.4)), int(top + part * 4.3))
        cv2.line(picture, (int(x + side * part * 0.85), int(top + part * 1.6)), hand, cloth, int(part * 0.42), cv2.LINE_AA)
        foot = (int(x + side * part * apart), int(top + part * 7.8))
        cv2.line(picture, (int(x + side * part * 0.36), int(top + part * 4.1)), foot, legs, int(part * 0.6), cv2.LINE_AA)
        cv2.line(picture, foot, (foot[0] + int(side * part * 0.3), foot[1]), (20, 20, 20), int(part * 0.3), cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.0), (int(x - part * 1.4), top, int(part * 2.8), high)


def neither(seed: int) -> Picture:
    """Boxes, discs and strokes: nobody."""
    dice = random.Random(seed)
    picture = _ground(dice, 320, 384)
    for _ in range(dice.randint(4, 12)):
        colour = tuple(dice.randint(20, 235) for _ in range(3))
        a, b = (dice.randint(0, 320), dice.randint(0, 384)), (dice.randint(0, 320), dice.randint(0, 384))
        shape = dice.choice(["box", "disc", "stroke"])
        if shape == "box":
            cv2.rectangle(picture, a, b, colour, dice.choice([-1, 3]))
        elif shape == "disc":
            cv2.circle(picture, a, dice.randint(8, 70), colour, dice.choice([-1, 4]), cv2.LINE_AA)
        else:
            cv2.line(picture, a, b, colour, dice.randint(2, 20), cv2.LINE_AA)
    return cv2.GaussianBlur(picture, (0, 0), 1.0)


def png(picture: Picture) -> bytes:
    """The picture's bytes."""
    return bytes(cv2.imencode(".png", picture)[1])


def overlap(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> float:
    """The part that two boxes share of what they cover together."""
    left, top = max(one[0], other[0]), max(one[1], other[1])
    right, bottom = min(one[0] + one[2], other[0] + other[2]), min(one[1] + one[3], other[1] + other[3])
    shared = max(0, right - left) * max(0, bottom - top)
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
