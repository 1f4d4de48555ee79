# SPDX-License-Identifier: Apache-2.0
"""How a value that came from a form or as JSON becomes what a row keeps. A reader raises ``WrongValue`` and says what is taken."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from madang.institute.errors import WrongValue
from madang.institute.values import Banner, Words
from madang.kit import _

Reader = Callable[[str, object], Any]
_SIZE = re.compile(r"(\d{1,15})\s*(?:([KMGT])(?:i?B)?|B)?", re.IGNORECASE)
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_DOMAIN = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_LANGUAGES = ("ko", "en")


def line(most: int) -> Reader:
    """One line of text."""

    def read(name: str, given: object) -> str:
        text = given.strip() if isinstance(given, str) else None
        if text is None or len(text) > most or not text.isprintable():
            raise WrongValue(_("one line of at most %(most)s characters"), field=name, places={"most": most})
        return text

    return read


def words(most: int) -> Reader:
    """A text in both languages, as ``{"ko": …, "en": …}``."""

    def read(name: str, given: object) -> dict[str, str]:
        if not isinstance(given, Mapping) or set(given) - set(_LANGUAGES):
            raise WrongValue(_("a text in Korean and one in English"), field=name)
        return {language: _text(f"{name}_{language}", given.get(language) or "", most) for language in _LANGUAGES}

    return read


def _text(name: str, given: object, most: int) -> str:
    text = given.replace("\r\n", "\n").strip() if isinstance(given, str) else None
    if text is None or len(text) > most or not all(c.isprintable() or c in "\n\t" for c in text):
        raise WrongValue(_("a text of at most %(most)s characters"), field=name, places={"most": most})
    return text


def choice(*options: str) -> Reader:
    """One of some words."""

    def read(name: str, given: object) -> str:
        if not isinstance(given, str) or given not in options:
            raise WrongValue("%(options)s", field=name, places={"options": " / ".join(options)})
        return given

    return read


def flag(name: str, given: object) -> bool:
    """Yes or no."""
    answers = {True: True, False: False, "yes": True, "no": False, "": False}
    if not isinstance(given, bool | str) or given not in answers:
        raise WrongValue(_("yes or no"), field=name)
    return answers[given]


def whole(least: int, most: int) -> Reader:
    """A whole number within bounds."""

    def read(name: str, given: object) -> int:
        text = given.replace(",", "").strip() if isinstance(given, str) else given
        number = int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 16 else text
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            raise WrongValue(
                _("a whole number from %(least)s to %(most)s"), field=name, places={"least": f"{least:,}", "most": f"{most:,}"}
            )
        return number

    return read


def size(least: int, most: int) -> Reader:
    """A number of bytes, also as 64M or 2 GiB."""

    def read(name: str, given: object) -> int:
        match = _SIZE.fullmatch(given.replace(",", "").strip()) if isinstance(given, str) and given.isascii() else None
        number = int(match[1]) << _UNITS[(match[2] or "").upper()] if match else given
        if not isinstance(number, int) or isinstance(number, bool) or not least <= number <= most:
            places = {"least": shown_size(least), "most": shown_size(most)}
            raise WrongValue(_("a size from %(least)s to %(most)s, such as 64 MiB or 2 GiB"), field=name, places=places)
        return number

    return read


def shown_size(number: int) -> str:
    """A size as it can be given back: exact, in the largest unit that divides it."""
    for unit, power in (("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if number and number % (1 << power) == 0:
            return f"{number >> power} {unit}"
    return f"{number} B"


def domains(name: str, given: object) -> list[str]:
    """Domains of e-mail addresses, as a list or parted by commas, blanks or lines."""
    parts = re.split(r"[\s,]+", given) if isinstance(given, str) else given
    if not isinstance(parts, list | tuple) or len(parts) > 200 or not all(isinstance(part, str) for part in parts):
        raise WrongValue(_("domains such as institute.example, parted by commas"), field=name)
    found = [part.strip().lower().removeprefix("@") for part in parts if part.strip()]
    if not all(_DOMAIN.fullmatch(part) for part in found):
        raise WrongValue(_("domains such as institute.example, parted by commas"), field=name)
    return sorted(set(found))


def banner(name: str, given: object) -> dict[str, Any]:
    """``{"ko", "en", "from", "until", "read_only"}``; the times as ISO 8601 with a zone, or nothing."""
    if not isinstance(given, Mapping) or set(given) - {"ko", "en", "from", "until", "read_only"}:
        raise WrongValue(_("a text in Korean and one in English, a beginning and an end"), field=name)
    told: dict[str, Any] = words(500)(name, {language: given.get(language, "") for language in _LANGUAGES})
    begins, ends = _moment(f"{name}_from", given.get("from")), _moment(f"{name}_until", given.get("until"))
    if begins and ends and ends <= begins:
        raise WrongValue(_("an end after its beginning"), field=f"{name}_until")
    times = {"from": begins.isoformat() if begins else None, "until": ends.isoformat() if ends else None}
    return told | times | {"read_only": flag(f"{name}_read_only", given.get("read_only", False))}


def _moment(name: str, given: object) -> datetime | None:
    if given in (None, ""):
        return None
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
        if at is not None and at.tzinfo is not None:
            return at.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise WrongValue(_("a day and a time of day"), field=name)


def made_words(kept: Any) -> Words:
    """What a row keeps of a text in both languages, as rooms read it."""
    return Words(kept["ko"], kept["en"])


def made_banner(kept: Any) -> Banner:
    """What a row keeps of the banner, as rooms read it."""
    begins, ends = (datetime.fromisoformat(kept[each]) if kept[each] else None for each in ("from", "until"))
    return Banner(made_words(kept), begins, ends, kept["read_only"])
