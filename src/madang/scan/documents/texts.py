# SPDX-License-Identifier: Apache-2.0
"""From a document's bytes to its letters, and from its values to words that can be kept."""

import codecs
import re
from collections.abc import Mapping
from typing import Any

from madang.scan.documents.errors import WrongEncoding
from madang.scan.reading import clean

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_BARE = ((b"\0\0\0", "utf-32-be"), (b"\0", "utf-16-be"))
_DIGEST = re.compile(r"[0-9a-f]+")
DIGITS = {"md5": 32, "sha1": 40, "sha256": 64, "sha512": 128}
Item = Mapping[str, Any]


class Deep(ValueError):
    """An entry nests deeper than entries do."""


def decoded(raw: bytes, name: str) -> str:
    """The letters of a document: in UTF-8, or in UTF-16 or UTF-32 where it begins so. ``WrongEncoding`` when they are none."""
    encoding, start = "utf-8", 0
    for mark, told in _MARKS:
        if raw.startswith(mark):
            encoding, start = told, len(mark)
            break
    else:
        encoding = next((told for mark, told in _BARE if raw.startswith(mark)), "utf-16-le" if raw[1:2] == b"\0" else encoding)
    try:
        return raw[start:].decode(encoding)
    except UnicodeDecodeError as error:
        raise WrongEncoding(name=name) from error


def word(value: Any) -> str:
    """``value`` as one that can be kept and shown, "" where it is no text."""
    return letters(value).strip() if isinstance(value, str) else ""


def letters(value: str) -> str:
    """``value`` without what is no text. Most of it is plain, and then nothing is done."""
    return value if value.isascii() and "\0" not in value else str(clean(value))


def words(value: Any) -> tuple[str, ...]:
    """The texts in a list; a lone text is one."""
    if isinstance(value, str):
        value = [value]
    return tuple(found for each in value if (found := word(each))) if isinstance(value, list) else ()


def items(value: Any) -> list[Item]:
    """The objects in a list, or nothing."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def item(value: Any) -> Item:
    """The object, or one without members."""
    return value if isinstance(value, dict) else {}


def digest(algorithm: str, value: Any) -> str | None:
    """A digest in small hexadecimal letters, or None when it is not one of that algorithm (``md5 sha1 sha256 sha512``)."""
    found = word(value).lower()
    return found if len(found) == DIGITS[algorithm] and _DIGEST.fullmatch(found) else None


def kept(value: Any, depth: int) -> Any:
    """``value`` so that it can be kept; ``Deep`` where it nests deeper than ``depth``."""
    if depth < 0:
        raise Deep
    if isinstance(value, str):
        return letters(value)
    if isinstance(value, dict):
        return {letters(name): kept(each, depth - 1) for name, each in value.items()}
    if isinstance(value, list):
        return [kept(each, depth - 1) for each in value]
    return value


def path(value: Any) -> str | None:
    """A path below the root with ``/``; None when it leads out of it or names nothing. A leading ``/`` or ``./`` is not part of it."""
    raw = letters(value) if isinstance(value, str) else ""
    parts = [part for part in raw.split("/") if part not in ("", ".")]
    leads_out = any(".." in part.split("\\") for part in parts)
    return None if leads_out or not parts else "/".join(parts)
