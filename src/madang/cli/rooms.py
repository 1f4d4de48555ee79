# SPDX-License-Identifier: Apache-2.0
"""The commands that rooms bring, given what they need."""

import importlib
from pathlib import Path
from typing import Any

import click

from madang import logs, settings
from madang.cli import place

FACTORIES = {
    "token": ("madang.people.cli", "token_group"),
    "user": ("madang.people.cli", "user_group"),
    "link": ("madang.people.cli", "link_command"),
    "ledger": ("madang.audit.cli", "ledger_group"),
}


def command(name: str) -> click.Command:
    """The command of that name, made by its room and given what opens the platform's rows."""
    if name == "scan":
        return _scan()
    module, factory = FACTORIES[name]
    made: click.Command = getattr(importlib.import_module(module), factory)(open_house)
    return made


def open_house() -> Any:
    """The platform's rows and objects, as its processes see them; beside a running platform or without one."""
    chosen = place.read_beside()
    logs.set_up(level="warning", form=chosen.log_format, process="cli")
    from madang import app  # noqa: PLC0415 (rows and objects: only for commands that touch them)

    return app.open_house(chosen)


def _scan() -> click.Command:
    scan = importlib.import_module("madang.scan.cli")
    forges = importlib.import_module("madang.forges")
    archives = importlib.import_module("madang.archives")

    def open_source(source: str, workdir: Path) -> Any:
        """The person acts with their own rights: any folder, archive or address that they can reach. The limits are the settings'."""
        if Path(source).is_absolute() and not Path(source).exists():
            raise forges.SourceMissing(source=archives.shown(source))
        chosen = settings.read()
        limits = chosen.fill("forges", forges.Limits, files=chosen.fill("archives", archives.Limits))
        opened = forges.open_source(source, workdir, guard=forges.Guard(trusting=True), limits=limits)
        return scan.OpenedSource(opened.root, opened.name)

    made: click.Command = scan.command(open_source)
    return made
