# SPDX-License-Identifier: Apache-2.0
"""``madang backup``, ``restore`` and ``upgrade``: what an operator does so that nothing is ever lost."""

import dataclasses
import sys
import time
from pathlib import Path
from typing import Any

import click

from madang import doctor, keeping, logs, settings
from madang.cli import place
from madang.cli.words import translator
from madang.kit import Conflict, _

MADE = _("%(path)s: revision %(revision)s, %(tables)s tables with %(rows)s rows, %(objects)s objects, %(size)s MiB")
APART = _("The key file stands apart: %(path)s. Keep it elsewhere than the backup; nobody can sign in without it.")
INSIDE = _("The key file is sealed inside. Without the passphrase nobody can sign in after a restore.")
LEFT_OUT = _("Not kept: %(names)s")
DAMAGED = _("%(count)s objects are damaged on the disk and are not in the backup, for example %(first)s.")
RESTORED = _("Restored %(home)s from a backup of %(made_at)s (Madang %(version)s, revision %(revision)s).")
SAME = _("%(tables)s tables with %(rows)s rows and %(objects)s objects are as they were: every hash was compared.")
LEDGER = _("The ledger has %(lines)s lines, and is whole.")
LEDGER_NOT = _("The ledger is not whole: `madang ledger verify` says where.")
ENDED = _("Nobody is signed in: %(sessions)s sessions, %(links)s links and %(invitations)s invitations of the backup are over.")
TOKENS = _(
    "%(tokens)s tokens and %(feeds)s feeds are over too, for a backup cannot know which were ended since. With --keep-tokens they stay."
)
KEPT = _("Tokens and feeds answer as they did then, also those that were ended since the backup: look through them.")
AS_THEN = _("Passwords and second factors are as they were then. `madang link` prints a link to sign in with.")
START = _("Start it with: MADANG_HOME=%(home)s madang up")
START_SO = _("Start it with %(names)s as now, else it is another platform: MADANG_HOME=%(home)s madang up")
NOTHING = _("Nothing to do: the database is at revision %(current)s, which is this release's.")
TO_DO = _("The database is at revision %(current)s (Madang %(release)s); this release wants %(newest)s:")
UPGRADED = _("The database is at revision %(newest)s; %(rows)s rows.")
BACK = _("To go back: install Madang %(release)s, and with an empty home and database: madang restore %(path)s")
NO_BACK = _("No backup was made, so there is no way back but one of your own.")
ATTENTION = 3
EVERY_SECONDS = 0.5


class KeyTwice(Conflict):
    """Both a key file and a passphrase."""

    code = "key-twice"
    message = _("The key goes into a file of its own or is sealed with a passphrase, not both.")


def command(name: str) -> click.Command:
    """The command of that name."""
    return {"backup": backup, "restore": restore, "upgrade": upgrade}[name]


class Progress:
    """How far it is, on standard error: in one line on a terminal, else once for each part."""

    def __init__(self) -> None:
        self.part, self.told_at = "", 0.0
        self.is_terminal = sys.stderr.isatty()

    def __call__(self, part: str, done: int, total: int) -> None:
        """Say it, not more than twice a second."""
        if not self.is_terminal:
            if part != self.part:
                click.echo(f"madang: {part}", err=True)
                self.part = part
        elif time.monotonic() - self.told_at > EVERY_SECONDS:
            self.told_at = time.monotonic()
            click.echo(f"\r\x1b[Kmadang: {part} {done:,}" + (f" / {total:,}" if total else ""), err=True, nl=False)

    def end(self) -> None:
        """The line of the terminal is free again."""
        if self.is_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="Where the key file goes; FILE.key unless set.")
@click.option("--passphrase-file", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="Seal the key inside with this.")
@click.option("--passphrase", "asks", is_flag=True, help="Ask for a passphrase and seal the key inside with it.")
def backup(file: Path, key: Path | None, passphrase_file: Path | None, asks: bool) -> int:
    """Write everything that the platform keeps into the new file FILE, while it runs or stands."""
    if key and (passphrase_file or asks):
        raise KeyTwice
    chosen = place.read_beside()
    logs.set_up(level="warning", form=chosen.log_format, process="cli")
    phrase = _passphrase(passphrase_file) or (
        click.prompt("Passphrase", hide_input=True, confirmation_prompt=True, err=True) if asks else None
    )
    progress = Progress()
    made = keeping.back_up(chosen, file, key=key, passphrase=phrase, progress=progress)
    progress.end()
    _say_made(made, translator(chosen.language))
    return ATTENTION if made.damaged else 0


def _say_made(made: keeping.Made, translate: Any) -> None:
    told = {
        "path": made.path,
        "revision": made.revision,
        "tables": len(made.tables),
        "rows": sum(each.rows for each in made.tables.values()),
        "objects": made.objects["count"],
        "size": f"{made.bytes / (1 << 20):.1f}",
    }
    click.echo(translate(MADE) % told)
    click.echo(translate(APART) % {"path": made.key} if made.key else translate(INSIDE))
    click.echo(translate(LEFT_OUT) % {"names": ", ".join(sorted(made.left_out)) or "-"})
    if made.damaged:
        click.echo("madang: " + translate(DAMAGED) % {"count": len(made.damaged), "first": made.damaged[0]}, err=True)


def _start(chosen: settings.Settings, home: Path, translate: Any) -> str:
    """How the restored platform starts: rows and objects that lie elsewhere are found through the same variables."""
    elsewhere = {"MADANG_DATABASE_URL": not chosen.is_sqlite, "MADANG_OBJECTS_URL": bool(chosen.objects_url)}
    names = ", ".join(name for name, is_so in elsewhere.items() if is_so)
    return str(translate(START_SO if names else START) % {"home": home, "names": names})


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, exists=True, path_type=Path))
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The empty folder to restore into.")
@click.option("--key", type=click.Path(dir_okay=False, path_type=Path), help="The key file of the backup; FILE.key unless set.")
@click.option(
    "--passphrase-file", type=click.Path(dir_okay=False, exists=True, path_type=Path), help="Opens the key that is sealed inside."
)
@click.option("--keep-tokens", is_flag=True, help="Tokens and feeds answer as they did then, also those ended since.")
def restore(file: Path, home: Path | None, key: Path | None, passphrase_file: Path | None, keep_tokens: bool) -> int:
    """Make a platform of the backup FILE, in an empty home (and an empty database, where one is set)."""
    chosen = settings.read(home=home)
    logs.set_up(level="warning", form=chosen.log_format, process="cli")
    translate = translator(chosen.language)
    opening = keeping.Opening(key, _passphrase(passphrase_file))
    progress = Progress()
    try:
        done = keeping.restore(chosen, file, opening, keeps_tokens=keep_tokens, progress=progress)
    except keeping.SealedKey:
        if not sys.stdin.isatty():
            raise
        asked = click.prompt("Passphrase", hide_input=True, err=True)
        done = keeping.restore(chosen, file, keeping.Opening(key, asked), keeps_tokens=keep_tokens, progress=progress)
    progress.end()
    for name, digest in sorted(done.tables.items()):
        click.echo(f"{digest.hash[:16]} {digest.rows:>10,} {name}")
    click.echo(f"{str(done.objects['hash'])[:16]} {int(done.objects['count']):>10,} objects")
    told = {"home": done.home, "made_at": done.made_at, "version": done.version, "revision": done.revision}
    click.echo(translate(RESTORED) % told)
    counted = {"tables": len(done.tables), "rows": sum(each.rows for each in done.tables.values()), "objects": done.objects["count"]}
    click.echo(translate(SAME) % counted)
    _say_ledger(done.ledger.lines, done.ledger.is_whole, translate)
    _say_ended(done, keep_tokens, translate)
    click.echo(_start(chosen, done.home, translate))
    return 0 if done.ledger.is_whole else ATTENTION


def _say_ended(done: keeping.Restored, keep_tokens: bool, translate: Any) -> None:
    told = dataclasses.asdict(done.ended) | {"feeds": done.feeds}
    for sentence in (ENDED, KEPT if keep_tokens else TOKENS, AS_THEN):
        click.echo(translate(sentence) % told)


def _say_ledger(lines: int, is_whole: bool, translate: Any) -> None:
    click.echo(translate(LEDGER) % {"lines": lines} if is_whole else translate(LEDGER_NOT))


@click.command()
@click.option("--check", is_flag=True, help="Only say what would be done: exit code 0 for nothing, 1 for something.")
@click.option("--backup", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where the backup from before goes.")
@click.option("--no-backup", is_flag=True, help="Make none: you have one.")
def upgrade(check: bool, file: Path | None, no_backup: bool) -> int:
    """Bring the database of an older Madang to this one, after a backup. The platform must not be up."""
    chosen = place.read_beside()
    logs.set_up(level="warning", form=chosen.log_format, process="cli")
    doctor.check_database(chosen)
    translate = translator(chosen.language)
    plan = keeping.plan(chosen)
    told = {"current": plan.current, "newest": plan.newest, "release": plan.release}
    if not plan.steps:
        click.echo(translate(NOTHING) % told)
        return 0
    click.echo(translate(TO_DO) % told)
    for number, words in plan.steps:
        click.echo(f"  {number} {words}")
    if check:
        return 1
    if file is None and not no_backup:
        raise keeping.NoWayBack
    progress = Progress()
    done = keeping.upgrade(chosen, plan, backup=file, progress=progress)
    progress.end()
    click.echo(translate(UPGRADED) % {**told, "rows": done.rows})
    _say_ledger(done.ledger.lines, done.ledger.is_whole, translate)
    if done.backup:
        _say_made(done.backup, translate)
    click.echo(translate(BACK) % {**told, "path": done.backup.path} if done.backup else translate(NO_BACK))
    return 0 if done.ledger.is_whole else ATTENTION


def _passphrase(file: Path | None) -> str | None:
    return file.read_text(encoding="utf-8").rstrip("\r\n") if file else None
