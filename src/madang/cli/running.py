# SPDX-License-Identifier: Apache-2.0
"""``madang up``, ``web`` and ``jobs``: the processes of the platform."""

import contextlib
import subprocess
import sys
from pathlib import Path

import click

from madang import doctor, logs, settings, supervisor
from madang.cli.loading import loading
from madang.cli.words import translator
from madang.kit import _

ENGINES_LOCK = "engines.lock"
READY = _("Madang is ready at %(url)s")
SIGN_IN = _("Sign in as operator with this link. It works once, for %(hours)s hours:")
NEW_LINK = _("Sign in with your password. A new one-time link: madang link")
NEXT = (
    _("1. Open the address. Madang registers itself and scans itself in the background: your first asset is already there."),
    _("2. Choose “Register” and give a Git address, or drop an archive on the page."),
    _("3. Or without any page: madang scan FOLDER. Ctrl-C stops Madang; what is unfinished goes on at the next start."),
)


def command(name: str) -> click.Command:
    """The command of that name."""
    return {"up": up, "web": web, "jobs": jobs, "engines": engines, "prepare": prepare}[name]


def say_ready(chosen: settings.Settings, secret: str | None) -> None:
    """The operator reads on standard output that all is ready, how to sign in, and three lines on what to do next."""
    translate = translator(chosen.language)
    lines = ["", translate(READY) % {"url": chosen.url}, ""]
    if secret:
        lines += [translate(SIGN_IN) % {"hours": chosen.link_hours}, f"  {chosen.url}/link/{secret}"]
    else:
        lines.append(translate(NEW_LINK))
    click.echo("\n".join([*lines, "", *[translate(line) for line in NEXT], ""]))


@click.command()
@click.option("--home", type=click.Path(file_okay=False, path_type=Path), help="The folder of everything that Madang keeps.")
@click.option("--host", help="The address to listen on; 127.0.0.1 unless set.")
@click.option("--port", type=int, help="The port to listen on; 8000 unless set.")
def up(home: Path | None, host: str | None, port: int | None) -> int:
    """Start the platform on this machine and keep it up until Ctrl-C."""
    chosen = settings.read(home=home, host=host, port=port)
    logs.set_up(level=chosen.log_level, form=chosen.log_format, process="up")
    return supervisor.up(chosen, prepare=prepare_apart, say=say_ready)


def prepare_apart(chosen: settings.Settings) -> str | None:
    """The rows are ready, made so by a process of its own: this one stays small for as long as the platform is up."""
    command = [sys.executable, "-m", "madang", "prepare"]
    done = subprocess.run(command, env=supervisor.environment(chosen), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.returncode)
    return done.stdout.strip() or None


@click.command(hidden=True)
def prepare() -> None:
    """Make the rows ready and print a one-time link's secret, if one is due."""
    chosen = _begin("up", None)
    with loading():
        from madang import app  # noqa: PLC0415 (the whole platform: only where it runs)

    click.echo(app.prepare(chosen) or "")


@click.command()
@click.option("--parent", type=int, hidden=True)
def web(parent: int | None) -> None:
    """Run only a web process; `madang up` runs it and the jobs process."""
    chosen = _begin("web", parent)
    with loading():
        from madang import app  # noqa: PLC0415 (the whole platform: only where it runs)

    app.run_web(chosen)


@click.command()
@click.option("--parent", type=int, hidden=True)
def jobs(parent: int | None) -> None:
    """Run only a jobs process; one at a time on SQLite, as many as wanted on PostgreSQL."""
    chosen = _begin("jobs", parent)
    supervisor.make_home(chosen.home)
    (chosen.home / supervisor.JOBS_LOCK).touch()
    alone = supervisor.locked(chosen.home / supervisor.JOBS_LOCK, wait=30.0)
    with alone if chosen.is_sqlite else contextlib.nullcontext():
        with loading():
            from madang import app  # noqa: PLC0415 (the whole platform: only where it runs)

        app.run_jobs(chosen)


@click.command()
@click.option("--parent", type=int, hidden=True)
def engines(parent: int | None) -> None:
    """Run only the process that starts and ends services' processes; one for each home folder."""
    chosen = _begin("engines", parent)
    supervisor.make_home(chosen.home)
    with supervisor.locked(chosen.home / ENGINES_LOCK, wait=30.0):
        with loading():
            from madang import app  # noqa: PLC0415 (the whole platform: only where it runs)

        app.run_engines(chosen)


def _begin(process: str, parent: int | None) -> settings.Settings:
    if parent is not None:
        supervisor.end_with_parent(parent)
    chosen = settings.read()
    logs.set_up(level=chosen.log_level, form=chosen.log_format, process=process)
    doctor.check_database(chosen)
    return chosen
