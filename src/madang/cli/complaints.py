# SPDX-License-Identifier: Apache-2.0
"""Wrong use, told in whole sentences of one language. Click's own words are English, so they are said anew by what is wrong."""

from collections.abc import Callable
from typing import Any

import click

from madang.kit import _
from madang.settings import readers

NO_COMMAND = _("There is no command “%(name)s”.")
NO_OPTION = _("There is no option %(name)s.")
NEAREST = _("Did you mean %(nearest)s?")
MISSING = _("%(name)s is missing.")
TAKES = _("%(name)s takes %(accepted)s.")
TAKES_VALUE = _("%(name)s needs a value after it.")
TAKES_NO_VALUE = _("%(name)s takes no value.")
TOO_MUCH = _("More is written than the command takes.")
UNCLEAR = _("The command is not written as it should be.")
HELP = _("How it is used: %(command)s --help")


def complaint(error: click.ClickException, translate: Callable[[str], str]) -> str:
    """What is wrong with a command line and where its help is, in one or two lines."""
    message, values = _what(error, translate)
    lines = [translate(message) % values if values else translate(message)]
    nearest = list(getattr(error, "possibilities", None) or ())[:1]
    if nearest:
        lines[0] += " " + translate(NEAREST) % {"nearest": nearest[0]}
    context = getattr(error, "ctx", None)
    if context is not None:
        lines.append(translate(HELP) % {"command": context.command_path})
    return "\n".join(lines)


def _what(error: click.ClickException, translate: Callable[[str], str]) -> tuple[str, dict[str, str]]:
    if isinstance(error, click.NoSuchOption):
        return NO_OPTION, {"name": error.option_name}
    if name := getattr(error, "command_name", ""):  # click.NoSuchCommand, which older ones do not have
        return NO_COMMAND, {"name": str(name)}
    if isinstance(error, click.MissingParameter):
        return MISSING, {"name": _name(error.param)}
    if isinstance(error, click.BadParameter):
        accepted = _accepted(error.param.type if error.param else None)
        return (TAKES, {"name": _name(error.param), "accepted": accepted.told(translate)}) if accepted else (UNCLEAR, {})
    if isinstance(error, click.BadOptionUsage):
        # Click has one class for both and names no parameter, so its own words tell them apart.
        return TAKES_NO_VALUE if "not take a value" in error.message else TAKES_VALUE, {"name": error.option_name}
    return (TOO_MUCH if "extra argument" in error.message else UNCLEAR), {}


def _name(param: click.Parameter | None) -> str:
    if param is None:
        return "?"
    return param.opts[0] if isinstance(param, click.Option) else str(param.human_readable_name)


def _accepted(kind: click.ParamType[Any] | None) -> readers.Reader | None:
    """What a parameter of this kind takes, in the words of the settings."""
    if isinstance(kind, click.Choice):
        return readers.choice(*map(str, kind.choices))
    if isinstance(kind, click.IntRange) and kind.min is not None:
        return readers.whole(int(kind.min), None if kind.max is None else int(kind.max))
    if isinstance(kind, click.Path):
        return readers.folder if kind.dir_okay else readers.file
    return readers.number if kind is click.INT else None
