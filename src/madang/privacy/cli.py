# SPDX-License-Identifier: Apache-2.0
"""``madang privacy``: look through a text, or take out what was found. No platform is needed."""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from madang.kit import Invalid, _
from madang.privacy.detecting import LEAST, MOST_CHARACTERS, detect
from madang.privacy.errors import NotText, TextTooLong
from madang.privacy.findings import KINDS, Found
from madang.privacy.replacing import METHODS, apply

NOTHING = _("Nothing was found. Names and postal addresses are not looked for.")
FOUND = 3


class NoText(Invalid):
    """The file is not there or cannot be read."""

    code = "no-text"
    message = _("There is no file “%(path)s” that can be read. Give the path of a text, or - for standard input.")


def group(translate: Callable[[str], str]) -> click.Group:
    """The commands, speaking through ``translate``."""

    @click.group(name="privacy")
    def privacy() -> None:
        """Find personal data in Korean and English text, and take it out."""

    privacy.add_command(_scan(translate))
    privacy.add_command(_apply())
    return privacy


def _scan(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="scan")
    @click.argument("file")
    @click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; give it again for more.")
    @click.option("--least", type=click.FloatRange(0, 1), default=LEAST, show_default=True, help="How sure a finding must be.")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", help="For eyes, or for machines.")
    def command(file: str, kinds: tuple[str, ...], least: float, form: str) -> int:
        """Print what is found in FILE (- for standard input), with its place and the reason. Exit 0 nothing found, 3 something."""
        text = _read(file)
        found = detect(text, kinds=kinds or None, least=least)
        if form == "json":
            click.echo(json.dumps({"findings": [_row(each) for each in found]}, ensure_ascii=False, indent=1))
        elif not found:
            click.echo(translate(NOTHING))
        else:
            for each in found:
                line = text.count("\n", 0, each.start) + 1
                column = each.start - (text.rfind("\n", 0, each.start) + 1) + 1
                told = f"{translate(KINDS[each.kind].title)} · {each.confidence:.2f} · {translate(each.reason)}"
                click.echo(f"{line}:{column}: {each.text} · {told}")
        return FOUND if found else 0

    return command


def _apply() -> click.Command:
    @click.command(name="apply")
    @click.argument("file")
    @click.option("--method", type=click.Choice(METHODS), default="mask", show_default=True, help="What is put in its place.")
    @click.option("--kind", "kinds", multiple=True, type=click.Choice(list(KINDS)), help="Only this kind; give it again for more.")
    @click.option("--least", type=click.FloatRange(0, 1), default=LEAST, show_default=True, help="How sure a finding must be.")
    @click.option("--key-file", type=click.Path(dir_okay=False), help="The secret that pseudonyms are made with.")
    def command(file: str, method: str, kinds: tuple[str, ...], least: float, key_file: str | None) -> int:
        """Print FILE (- for standard input) without what was found."""
        text = _read(file)
        key = _bytes(key_file).strip() if key_file else b""
        made = apply(text, detect(text, kinds=kinds or None, least=least), method=method, key=key)
        click.echo(made.text, nl=False)
        return 0

    return command


def _row(found: Found) -> dict[str, object]:
    return {
        "kind": found.kind,
        "start": found.start,
        "end": found.end,
        "text": found.text,
        "confidence": found.confidence,
        "reason": found.reason,
    }


def _read(path: str) -> str:
    data = _bytes(path)
    if len(data) > 4 * MOST_CHARACTERS:
        raise TextTooLong(limit=MOST_CHARACTERS)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NotText(name=path) from error


def _bytes(path: str) -> bytes:
    """At most a little more than the longest text; a longer file is refused by its length."""
    most = 4 * MOST_CHARACTERS + 1
    if path == "-":
        return sys.stdin.buffer.read(most)
    try:
        with Path(path).open("rb") as file:
            return file.read(most)
    except (OSError, ValueError) as error:
        raise NoText(path=path) from error
