# SPDX-License-Identifier: Apache-2.0
"""Korean first, English beside it: which of the two this request reads, and the words in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations, NullTranslations, translation
from pathlib import Path

LANGUAGES = ("ko", "en")
LOCALE = Path(__file__).parent.parent / "locale"
_current: ContextVar[str] = ContextVar("language", default="ko")


@cache
def _translations(language: str) -> NullTranslations | GNUTranslations:
    return translation("madang", LOCALE, languages=[language], fallback=True)


def current_language() -> str:
    """``ko`` or ``en``, as this request reads."""
    return _current.get()


@contextmanager
def use_language(language: str) -> Iterator[None]:
    """Within the block words are given in ``language``."""
    token = _current.set(language)
    try:
        yield
    finally:
        _current.reset(token)


def set_language(language: str) -> None:
    """From here on this request reads ``language``."""
    _current.set(language)


def translate(message: str) -> str:
    """``message`` in the language of this request."""
    return _translations(_current.get()).gettext(message) if message else ""


def in_each_language(message: str) -> tuple[str, ...]:
    """``message`` in every language, for readers of whom none is known."""
    return tuple(_translations(language).gettext(message) for language in LANGUAGES)


def translate_plural(one: str, many: str, count: int) -> str:
    """``one`` or ``many``, as ``count`` asks for, in the language of this request."""
    return _translations(_current.get()).ngettext(one, many, count)


def translate_in_context(context: str, message: str) -> str:
    """``message`` as it is meant in ``context``."""
    return _translations(_current.get()).pgettext(context, message)


def preferred(accept: str, default: str) -> str:
    """The first of our languages by weight in an ``Accept-Language`` header (RFC 9110, 12.5.4), else ``default``."""
    weighed: list[tuple[float, int, str]] = []
    for place, part in enumerate(accept[:500].split(",")):
        tag, _semicolon, parameter = part.strip().partition(";")
        language = tag.split("-")[0].lower()
        if language in LANGUAGES:
            weighed.append((-_weight(parameter), place, language))
    return min(weighed)[2] if weighed else default


def _weight(parameter: str) -> float:
    name, _equals, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
