# SPDX-License-Identifier: Apache-2.0
"""In which language a text is written, by lingua."""

from functools import cache
from typing import Any, TypedDict

from lingua import Language, LanguageDetectorBuilder

LONGEST = 100_000
KNOWN = [
    "KOREAN",
    "ENGLISH",
    "JAPANESE",
    "CHINESE",
    "FRENCH",
    "GERMAN",
    "SPANISH",
    "PORTUGUESE",
    "ITALIAN",
    "DUTCH",
    "RUSSIAN",
    "UKRAINIAN",
    "POLISH",
    "CZECH",
    "TURKISH",
    "ARABIC",
    "PERSIAN",
    "HINDI",
    "THAI",
    "VIETNAMESE",
    "INDONESIAN",
    "SWEDISH",
    "FINNISH",
    "GREEK",
]


class Likely(TypedDict):
    """One language by its ISO 639-1 code, and how likely it is among those that are known."""

    language: str
    name: str
    confidence: float


class Answer(TypedDict):
    """The likeliest language, "" for none, and the likeliest five."""

    language: str
    likely: list[Likely]


@cache
def _detector() -> Any:
    return LanguageDetectorBuilder.from_languages(*(getattr(Language, name) for name in KNOWN)).with_low_accuracy_mode().build()


def warm_up() -> None:
    """The models are read, so that the first call does not wait for them."""
    _detector().compute_language_confidence_values("가나다 the quick brown fox")


def identify(text: str) -> Answer:
    """The language of the text."""
    if len(text) > LONGEST:
        raise ValueError(f"the text has more than {LONGEST} characters")
    found = _detector().compute_language_confidence_values(text.encode("utf-8", "ignore").decode())[:5]
    likely: list[Likely] = [
        {"language": each.language.iso_code_639_1.name.lower(), "name": each.language.name.capitalize(), "confidence": round(each.value, 4)}
        for each in found
        if each.value > 0
    ]
    is_told = any(character.isalpha() for character in text) and bool(likely)
    return {"language": likely[0]["language"] if is_told else "", "likely": likely if is_told else []}
