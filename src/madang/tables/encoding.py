# SPDX-License-Identifier: Apache-2.0
"""Which encoding a text is in, and the same text in UTF-8. Told by the bytes alone: what fits none of the three is refused, not guessed."""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path

from madang.tables.errors import MixedText

CHUNK = 1 << 20
_HANGUL = re.compile(rb"[\xe1\xe3-\xed][\x80-\xbf]{2}")
"""Three bytes as UTF-8 has Hangul, kana and hanja; CP949 has such runs by rare accident only."""


def settle(path: Path, into: Path) -> tuple[Path, str]:
    """A file with the text in UTF-8, and the encoding that it came in: ``path`` itself where that is UTF-8. ``MixedText`` otherwise."""
    with path.open("rb") as file:
        head = file.read(4096)
    marked = _marked(head)
    if marked:
        return _written(path, into, marked), marked
    fault = _first_fault(path, "utf-8")
    if fault is None:
        return (path, "utf-8") if not head.startswith(codecs.BOM_UTF8) else (_written(path, into, "utf-8-sig"), "utf-8")
    line, before = fault
    if len(_HANGUL.findall(before)) >= 3:
        raise MixedText(line=line)
    fault = _first_fault(path, "cp949")
    if fault is not None:
        raise MixedText(line=fault[0])
    return _written(path, into, "cp949"), "cp949"


def beginning(path: Path, into: Path, form: str, *, most: int) -> tuple[Path, str]:
    """A file with the records in UTF-8 that are whole in the first ``most`` bytes of ``path``, and the encoding that they came in."""
    with path.open("rb") as file:
        head = file.read(most)
    if len(head) < most:
        return settle(path, into)
    for encoding in (_marked(head[:4096]) or "utf-8-sig", "cp949"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head, final=False)
        except UnicodeDecodeError:
            continue
        whole = _items(text) if form == "JSON" and text.lstrip().startswith("[") else _whole(text, is_quoted=form != "JSON")
        into.write_text(whole, encoding="utf-8", errors="replace", newline="")
        return into, encoding.removesuffix("-sig")
    raise MixedText(line=1)


def _whole(text: str, *, is_quoted: bool) -> str:
    """Up to the last line end that is within no quotes."""
    at = text.rfind("\n")
    while is_quoted and at > 0 and text.count('"', 0, at) % 2:
        at = text.rfind("\n", 0, at)
    return text[: at + 1]


def _items(text: str) -> str:
    """The whole values of an array that is cut, a line each."""
    decoder, at, found = json.JSONDecoder(), text.index("[") + 1, list[str]()
    while True:
        at = next((place for place in range(at, len(text)) if text[place] not in " \t\r\n,"), len(text))
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return "".join(f"{each}\n" for each in found)
        found.append(json.dumps(value, ensure_ascii=False))


def _marked(head: bytes) -> str:
    """UTF-16 by its mark, or by every other byte of its first lines being zero; "" otherwise."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = head[0:400:2].count(0), head[1:400:2].count(0)
    half = len(head[:400]) // 2
    if half >= 2 and odd > half * 0.4 and even < odd * 0.3:  # a letter such as U+AC00 has its zero on the other side
        return "utf-16-le"
    return "utf-16-be" if half >= 2 and even > half * 0.4 and odd < even * 0.3 else ""


def _first_fault(path: Path, encoding: str) -> tuple[int, bytes] | None:
    """The line of the first byte that does not fit, with up to a chunk of what came before it; None where all fits."""
    decoder, lines, earlier = codecs.getincrementaldecoder(encoding)(), 1, b""
    for chunk in _with_end(path):
        held = len(decoder.getstate()[0])
        try:
            decoder.decode(chunk, final=not chunk)
        except UnicodeDecodeError as error:
            at = max(0, min(len(chunk), error.start - held))
            return lines + chunk[:at].count(b"\n"), (earlier + chunk[:at])[-CHUNK:]
        lines += chunk.count(b"\n")
        earlier = chunk
    return None


def _with_end(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
    yield b""


def _written(path: Path, into: Path, encoding: str) -> Path:
    decoder, lines = codecs.getincrementaldecoder(encoding)(), 1
    with into.open("wb") as file:
        for chunk in _with_end(path):
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise MixedText(line=lines) from error
            lines += text.count("\n")
            file.write(text.encode("utf-8", "replace"))
    return into
