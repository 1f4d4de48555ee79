# SPDX-License-Identifier: Apache-2.0
"""Every setting: its variable, what it accepts, its default and what it does."""

from dataclasses import Field, fields
from typing import Any

from madang.settings import Settings, shown_default, variable

INTRODUCTION = """# Settings

Written by `make docs` from `madang.settings`; a test keeps it true. A setting is a variable of the environment, read once when Madang
starts. A variable that begins with `MADANG_` and is not on this page is an error, so a slip of the pen does not pass for a setting; an
empty one counts as not set. `madang up` takes `--home`, `--host` and `--port` too, and `madang settings` prints what holds, with secrets
covered. Sizes may be written with a unit (`2G`, `500M`), durations are in the unit that the name says.
"""


def rows(*, limits: bool) -> list["Field[Any]"]:
    """The settings that are limits, or those that are not."""
    return [each for each in fields(Settings) if bool(each.metadata["fills"]) is limits]


def size(text: str) -> str:
    """A whole number of bytes as people read it, anything else unchanged."""
    if not text.isdigit():
        return text
    for unit, factor in (("GiB", 1 << 30), ("MiB", 1 << 20)):
        if int(text) >= factor and int(text) % factor == 0:
            return f"{int(text) // factor} {unit}"
    return f"{int(text):,}"


def default(each: "Field[Any]") -> str:
    """The default as the page shows it."""
    shown = shown_default(each)
    return size(shown) if variable(each).endswith("_BYTES") else shown or "—"


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION, "| variable | takes | default | |", "| --- | --- | --- | --- |"]
    for each in rows(limits=False):
        accepted = each.metadata["accepts"].accepted
        lines.append(f"| `{variable(each)}` | {accepted} | {default(each)} | {each.metadata['help']} |")
    lines.append("\nThe limits are settings too; they stand on [a page of their own](limits.md).")
    return "\n".join(lines) + "\n"
