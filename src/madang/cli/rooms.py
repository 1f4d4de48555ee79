# SPDX-License-Identifier: Apache-2.0
"""The commands that rooms bring, given what they need."""

import importlib
from pathlib import Path
from typing import Any

import click

from madang import doctor, logs, settings
from madang.cli import place
from madang.cli.loading import loading
from madang.cli.words import translator
from madang.kit import Invalid, _

ARCHIVE_ENDINGS = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst", ".tzst")
FACTORIES = {
    "token": ("madang.people.cli", "token_group"),
    "user": ("madang.people.cli", "user_group"),
    "organisation": ("madang.people.cli", "organisation_group"),
    "link": ("madang.people.cli", "link_command"),
    "ledger": ("madang.audit.cli", "ledger_group"),
    "key": ("madang.usage.cli", "key_group"),
    "plan": ("madang.usage.cli", "plan_group"),
    "usage": ("madang.usage.cli", "usage_command"),
    "invoice": ("madang.usage.cli", "invoice_group"),
    "register": ("madang.compliance.cli", "register_command"),
    "service": ("madang.serving.cli", "service_group"),
    "hub": ("madang.hub.cli", "hub_group"),
}
CORES = {"terms": "madang.terms.cli", "licence": "madang.licensing.cli", "privacy": "madang.privacy.cli", "model": "madang.weights.cli"}
"""Commands that need no platform."""


class NoArchiveInside(Invalid):
    """A file is named like an archive and is none, so that scanning it as one plain file would say nothing of what was meant."""

    code = "no-archive-inside"
    message = _(
        "“%(source)s” is named like an archive, and its content is none (accepted: %(accepted)s). Fetch or make it again; a plain file is "
        "scanned under a name without that ending."
    )


def command(name: str) -> click.Command:
    """The command of that name, made by its room and given what opens the platform's rows."""
    if name == "scan":
        return _scan()
    if name in CORES:
        made: click.Command = importlib.import_module(CORES[name]).group(translator())
        return made
    module, factory = FACTORIES[name]
    opened: click.Command = getattr(importlib.import_module(module), factory)(open_house, translator())
    return opened


def open_house() -> Any:
    """The platform's rows and objects, as its processes see them; beside a running platform or without one."""
    chosen = place.read_beside()
    logs.set_up(level="warning", form=chosen.log_format, process="cli")
    doctor.check_database(chosen)
    with loading():
        from madang import app  # noqa: PLC0415 (rows and objects: only for commands that touch them)

    return app.open_house(chosen)


def _check_archive(path: Path, archives: Any) -> None:
    try:
        archives.kind_of(path)
    except archives.NotAnArchive as error:
        raise NoArchiveInside(source=archives.shown(path.name), accepted=archives.ACCEPTED) from error


def _scan() -> click.Command:
    scan = importlib.import_module("madang.scan.cli")
    forges = importlib.import_module("madang.forges")
    archives = importlib.import_module("madang.archives")

    def open_source(source: str, workdir: Path) -> Any:
        """The person acts with their own rights: any folder, archive or address that they can reach. The limits are the settings'."""
        chosen = settings.read()
        path = Path(source)
        if path.is_absolute() and not path.exists():
            raise forges.SourceMissing(source=archives.shown(source))
        if path.is_file() and path.name.lower().endswith(ARCHIVE_ENDINGS):
            _check_archive(path, archives)
        limits = chosen.fill("forges", forges.Limits, files=chosen.fill("archives", archives.Limits))
        opened = forges.open_source(source, workdir, guard=forges.Guard(trusting=True), limits=limits)
        return scan.OpenedSource(opened.root, opened.name)

    made: click.Command = scan.command(open_source, translate=translator())
    return made
