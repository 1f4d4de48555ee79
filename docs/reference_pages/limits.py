# SPDX-License-Identifier: Apache-2.0
"""Every limit that the operator can move, by the room that holds it."""

from itertools import groupby

from madang.settings import variable
from reference_pages.settings import default, rows

INTRODUCTION = """# Limits

Written by `make docs` from `madang.settings`; a test keeps it true. What is over a limit is refused with a sentence that names the limit's
setting, and leaves nothing behind. Each room holds its own limits; the [settings](settings.md) fill them.
"""


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    for room, group in groupby(rows(limits=True), key=lambda each: str(each.metadata["fills"]).partition(".")[0]):
        lines += [f"## {room}\n", "| variable | default | |", "| --- | --- | --- |"]
        lines += [f"| `{variable(each)}` | {default(each)} | {each.metadata['help']} |" for each in group]
        lines.append("")
    return "\n".join(lines)
