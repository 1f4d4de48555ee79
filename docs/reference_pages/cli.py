# SPDX-License-Identifier: Apache-2.0
"""Every command with its own help."""

from collections.abc import Iterator

import click

from madang.cli import commands

INTRODUCTION = """# Commands

Written by `make docs` from the command line itself; a test keeps it true. From a checkout, `madang` is `.venv/bin/madang`. Exit codes: 0
done; 2 wrong use or a refusal, said in one sentence; 3 done, but something needs attention; 70 a fault of Madang's own; 130 stopped by
hand.
"""


def walk(command: click.Command, above: click.Context | None, name: str) -> Iterator[tuple[str, str]]:
    """Every command below this one, itself first, as its full name and its help."""
    context = click.Context(command, parent=above, info_name=name, terminal_width=100, max_content_width=100, color=False)
    yield context.command_path, command.get_help(context)
    if isinstance(command, click.Group):
        for inner in command.list_commands(context):
            found = command.get_command(context, inner)
            if found and not found.hidden:
                yield from walk(found, context, inner)


def page() -> str:
    """The whole page."""
    lines = [INTRODUCTION]
    for path, words in walk(commands, None, "madang"):
        lines += [f"## `{path}`\n", "```text", words.strip(), "```\n"]
    return "\n".join(line.rstrip() for line in "\n".join(lines).splitlines()) + "\n"
