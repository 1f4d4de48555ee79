# SPDX-License-Identifier: Apache-2.0
"""``madang ledger verify``."""

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

import click

from madang.audit import headfile
from madang.audit.verification import MESSAGES, verify
from madang.db import Database
from madang.kit import _

NOT_WHOLE = 3
COUNTED = _("%(lines)s lines sealed, %(unsealed)s waiting, %(heads)s signed heads")
UNREADABLE = _("%(count)s lines of the file of heads cannot be read")
WHOLE = _("The ledger is whole.")


class House(Protocol):
    """What the command needs of the running place."""

    @property
    def database(self) -> Database:
        """The database."""
        ...

    @property
    def home(self) -> Path:
        """The folder of everything that is kept."""
        ...

    @property
    def ledger_key(self) -> bytes:
        """The key that signs heads."""
        ...


def ledger_group(open_house: Callable[[], House], translate: Callable[[str], str] = str) -> click.Group:
    """The commands on the ledger, for the house that ``open_house`` opens, speaking as ``translate`` does."""
    group = click.Group("ledger", help="The ledger of all deeds.")

    @group.command("verify")
    @click.option("--heads", type=click.Path(path_type=Path, dir_okay=False), help="A copy of the file of heads kept elsewhere.")
    def verify_ledger(heads: Path | None) -> None:
        """Say whether the ledger is whole: nothing changed, taken out, reordered or cut off."""
        house = open_house()
        found = verify(house.database, heads_file=heads or house.home / headfile.NAME, key=house.ledger_key)
        click.echo(translate(COUNTED) % {"lines": found.lines, "unsealed": found.unsealed, "heads": found.heads})
        if found.unreadable:
            click.echo(translate(UNREADABLE) % {"count": found.unreadable}, err=True)
        for problem in found.problems:
            click.echo(translate(MESSAGES[problem.kind]) % {"sequence": problem.sequence}, err=True)
        if not found.is_whole:
            raise click.exceptions.Exit(NOT_WHOLE)
        click.echo(translate(WHOLE))

    return group
