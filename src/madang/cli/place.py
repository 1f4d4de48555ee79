# SPDX-License-Identifier: Apache-2.0
"""Which folder a command means, where nobody has said: the platform that runs, else the one that was here, else the usual place.

``madang up`` without ``make`` keeps to the documented default. Every other command is meant beside a platform; most often that is the one
that ``make run`` began in ``.madang`` beside the Makefile, and a token made anywhere else would open nothing.
"""

import dataclasses
import os
from pathlib import Path

import click

from madang import settings, supervisor
from madang.cli.words import translator
from madang.kit import _

CHECKOUT = Path(__file__).resolve().parents[3]
GUESSED = _("MADANG_HOME is not set, so this is about the Madang in %(home)s.")
NOBODY = _(
    "No Madang was ever started in %(home)s, so this counts only once one starts there. If yours keeps its things elsewhere (`make run`: "
    "in .madang beside the Makefile), name that folder with MADANG_HOME and do this again."
)


def read() -> settings.Settings:
    """The settings, with the home of the platform that is meant. Nothing is printed and nothing made."""
    chosen = settings.read()
    if os.environ.get("MADANG_HOME"):
        return chosen
    return settings.read(home=guessed(chosen.home))


def read_beside() -> settings.Settings:
    """The settings for a command beside a platform. Standard error says which home was guessed, and that nobody was ever there.

    The address is the one that the running platform printed, unless ``MADANG_URL`` names another.
    """
    chosen = read()
    translate = translator(chosen.language)
    told = {"home": chosen.home}
    if not os.environ.get("MADANG_HOME") and in_checkout() is not None:
        click.echo("madang: " + translate(GUESSED) % told, err=True)
    if not supervisor.was_up(chosen.home):
        click.echo("madang: " + translate(NOBODY) % told, err=True)
    running = supervisor.running(chosen.home)
    if running is None or os.environ.get("MADANG_URL"):
        return chosen
    return dataclasses.replace(chosen, host=running.host, port=running.port, url=running.url)


def guessed(usual: Path) -> Path:
    """The first home where a platform runs; else the first that one has used; else the usual one. The checkout's comes first."""
    own = in_checkout()
    if own is None:
        return usual
    homes = (own, usual)
    used = (home for home in homes if supervisor.was_up(home) or os.access(home / "madang.db", os.F_OK))
    return next((home for home in homes if supervisor.is_up(home)), None) or next(used, usual)


def in_checkout() -> Path | None:
    """The home that ``make run`` uses, when this Madang runs from a checkout."""
    is_checkout = (CHECKOUT / "Makefile").is_file() and (CHECKOUT / "src" / "madang").is_dir()
    return CHECKOUT / ".madang" if is_checkout else None
