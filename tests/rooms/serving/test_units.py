# SPDX-License-Identifier: Apache-2.0
"""Counting in a service's own unit."""

import base64
import io
import wave
from collections.abc import Mapping

import pytest

from madang.serving.units import count


def wav(seconds: float, rate: int = 16_000) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(int(seconds * rate) * 2))
    return file.getvalue()


@pytest.mark.parametrize(
    ("unit", "counts", "inputs", "units"),
    [
        ("call", "", {}, 1),
        ("call", "", b"x" * 999, 1),
        ("character", "text", {"text": "안녕하세요"}, 5),
        ("character", "texts", {"texts": ["가나", "다"]}, 3),
        ("character", "text", {"text": ""}, 1),
        ("character", "", {"a": "ab", "b": ["c", 1, None]}, 3),
        ("audio-second", "audio", {"audio": wav(2.5)}, 3),
        ("audio-second", "audio", wav(2.5, rate=8000), 3),
        ("audio-second", "audio", {"audio": base64.b64encode(bytes(32_000 * 4)).decode()}, 4),
        ("audio-second", "audio", {"audio": "not base64!"}, 1),
        ("audio-second", "audio", {"audio": None}, 1),
        ("image", "images", {"images": ["", "", ""]}, 3),
        ("image", "image", {"image": "aGk="}, 1),
        ("token", "", {"messages": [{"role": "user", "content": "abc"}], "max_tokens": 10}, 26),
        ("token", "", {"input": ["ab", "cd"]}, 5),
        ("token", "", {"prompt": "ab", "max_tokens": True}, 4098),
    ],
)
def test_units_are_counted_from_what_was_sent(unit: str, counts: str, inputs: Mapping[str, object] | bytes, units: int) -> None:
    assert count(unit, counts, inputs) == units
