# SPDX-License-Identifier: Apache-2.0
"""``madang scan SOURCE``: the scan without any server.

Folders and files are opened here; whoever composes the command line hands in an opener that also knows archives and Git addresses.
With ``--from`` the source is a document that holds findings already; without it, it is a file like any other.
Exit status: 0 done, 1 both ways of looking differ (only with ``--compare``), 2 wrong use or an unreadable source, 3 done but something
could not be read, 70 the engine failed, 130 interrupted.
"""

import io
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, TextIO

import click

from madang.kit import Refusal, Unavailable, _
from madang.scan import cli_comparing, cli_documents
from madang.scan import formats as _formats
from madang.scan.cache import LocalCache
from madang.scan.comparing import compare
from madang.scan.formats.table import plain
from madang.scan.limits import Limits
from madang.scan.looking import Options
from madang.scan.placing import replacing
from madang.scan.pool import Pool
from madang.scan.progress import Progress
from madang.scan.report import Report, Unread
from madang.scan.scanning import scan_tree
from madang.scan.tree import SourceUnreadable, shown
from madang.scan.writing import FORMATS, write

assert _formats

_WRONG, _PARTLY, _FAULT, _INTERRUPTED, _NO_READER = 2, 3, 70, 130, 141
_NAMED_AT_MOST = 50


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """A source that lies on disk now: where, what its root folder is called, and what to do when it is no longer needed."""

    root: Path
    name: str
    cleanup: Callable[[], None] = lambda: None


Translate = Callable[[str], str]
INTERRUPTED = _("Interrupted. What was found is remembered: the same command goes on from here.")
UNWRITTEN = _("The result cannot be written: %(reason)s.")
UNWRITTEN_THERE = _("“%(path)s” cannot be written: %(reason)s. What was found is remembered; try another place.")
COMPARED_SO = _("A comparison is printed as a table or as json; choose one of them with --format.")
NOT_READ = _("Not read: %(path)s: %(reason)s")
WHY = {
    "too-large": _("It is larger than files that are looked into."),
    "changed": _("It changed while it was looked at."),
    "deadline": _("It was not done in the time that one file has."),
    "memory": _("It needs more memory than one file has."),
    "died": _("The process that looked at it died."),
    "unreadable": _("It cannot be opened or read."),
    "engine": _("The engine failed on it."),
    "entry": _("This entry of the document could not be taken over as it stands."),
    "licence-unclear": _("What stands there as its licence is no SPDX expression; which licence it is, is not known."),
}
MORE_NOT_READ = _("Not read: %(count)s more; the result names them all.")
STAGES = {"listing": _("Listing"), "scanning": _("Scanning"), "finishing": _("Finishing"), "done": _("Done")}
STANDING = _("%(stage)s: %(done)s of %(total)s files, %(rate)s a second")
STANDING_LEFT = _("%(stage)s: %(done)s of %(total)s files, %(rate)s a second, about %(seconds)s s left")

Opener = Callable[[str, Path], OpenedSource]
"""Opens a source as it stands on the command line; may put things into the given empty folder. Raises a ``Refusal``."""


def open_path(source: str, _workdir: Path) -> OpenedSource:
    """A folder or file of this machine, as it lies there. ``SourceUnreadable`` when there is none."""
    path = Path(source)
    try:
        resolved = path.resolve(strict=True)
    except (OSError, RuntimeError) as error:
        raise SourceUnreadable(path=shown(source), reason=getattr(error, "strerror", None) or str(error)) from error
    return OpenedSource(resolved, resolved.name or "root")


def command(open_source: Opener = open_path, *, translate: Translate = str) -> click.Command:
    """The command ``scan``, opening its source with ``open_source`` and speaking as ``translate`` does."""

    @click.command("scan")
    @click.argument("source")
    @click.option("--format", "form", type=click.Choice(list(FORMATS)), default="table", show_default=True, help="The form of the result.")
    @click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file and not to standard output.")
    @click.option("--jobs", type=click.IntRange(1, 256), default=Limits().workers, show_default=True, help="Files looked at at once.")
    @click.option(
        "--from",
        "family",
        type=click.Choice(cli_documents.CHOICES),
        help="SOURCE is a document of another engine; its findings are read, and no file is looked at.",
    )
    @click.option(
        "--thorough", is_flag=True, help="Look at every file with ScanCode's own code alone, which costs about ten times as much."
    )
    @click.option("--compare", "both", is_flag=True, help="Look at every file both ways, and print whether they say the same.")
    def scan(source: str, form: str, output: Path | None, jobs: int, family: str | None, thorough: bool, both: bool) -> None:
        """Find licences, copyrights and packages in SOURCE.

        SOURCE is a folder, a file, an archive or the address of a Git repository. Nothing is written into it. What was found is remembered
        under $XDG_CACHE_HOME/madang, so that the next scan looks at changed files only.

        With --from, SOURCE is a document that holds findings: ScanCode or Provenant JSON, SPDX, CycloneDX, or our own JSON; auto tells
        which by its content. The result says where the findings are from and what the document leaves open.

        Exit status: 0 done; 2 wrong use, or SOURCE cannot be read; 3 done, but some files could not be read (they are named). With
        --compare: 0 both ways are equal; 1 they differ; 3 some files could not be compared.
        """
        try:
            if family and (both or thorough):
                _end(_WRONG, translate(cli_documents.NOT_BOTH))
            if both:
                _compare(open_source, source, Limits(workers=jobs), form, output, translate)
            if family:
                report = _read(source, family, translate)
            else:
                report = _scanned(open_source, source, Limits(workers=jobs), Options(thorough=thorough), translate)
            _put(lambda stream: write(report, form, stream), output, translate)
        except KeyboardInterrupt:
            _end(_INTERRUPTED, translate(INTERRUPTED))
        if not family and (hint := cli_documents.hint(source, translate)):
            click.echo(hint, err=True)
        _tell_unread(report, translate)

    return scan


def _read(source: str, family: str, translate: Translate) -> Report:
    """The findings that a document holds."""
    try:
        return cli_documents.read(source, family)
    except Unavailable as error:
        _end(_FAULT, _sentence(error, translate))
    except Refusal as error:
        _end(_WRONG, _sentence(error, translate))


def _scanned(open_source: Opener, source: str, limits: Limits, options: Options, translate: Translate) -> Report:
    with _opened(open_source, source, translate) as opened, Pool(limits) as pool, _progress(translate) as progress:
        trusting = replace(options, trusts_git=opened.root.resolve() == Path(source).resolve())
        return scan_tree(opened.root, name=opened.name, pool=pool, cache=LocalCache(), progress=progress, options=trusting)


def _compare(open_source: Opener, source: str, limits: Limits, form: str, output: Path | None, translate: Translate) -> NoReturn:
    """Print whether both ways of looking say the same of the source, and end."""
    if form not in ("table", "json"):
        _end(_WRONG, translate(COMPARED_SO))
    with _opened(open_source, source, translate) as opened, Pool(limits) as pool:
        pairs = list(compare(opened.root, name=opened.name, pool=pool))
    text = cli_comparing.text(pairs, form, translate)
    _put(lambda stream: stream.write(f"{text}\n"), output, translate)
    sys.exit(cli_comparing.status(pairs))


@contextmanager
def _opened(open_source: Opener, source: str, translate: Translate) -> Iterator[OpenedSource]:
    """The source lies on disk within the block; what goes wrong with it or with the engine ends the command."""
    with tempfile.TemporaryDirectory(prefix="madang-source-") as folder:
        try:
            opened = open_source(source, Path(folder))
        except (Refusal, OSError) as error:
            _end(_WRONG, _sentence(error, translate))
        try:
            yield opened
        except Unavailable as error:
            _end(_FAULT, _sentence(error, translate))
        except Refusal as error:
            _end(_WRONG, _sentence(error, translate))
        finally:
            opened.cleanup()


def _sentence(error: Exception, translate: Translate) -> str:
    return error.sentence(translate) if isinstance(error, Refusal) else str(error)


@contextmanager
def _progress(translate: Translate) -> Iterator[Callable[[Progress], None] | None]:
    """Shows where the scan stands, on standard error and only where somebody looks at it."""
    stream = sys.stderr
    if not stream.isatty():
        yield None
        return
    try:
        yield lambda progress: _show(stream, progress, translate)
    finally:
        stream.write("\r\x1b[K")
        stream.flush()


def _show(stream: TextIO, progress: Progress, translate: Translate) -> None:
    told: dict[str, object] = {"stage": translate(STAGES.get(progress.stage, progress.stage)), "rate": f"{progress.rate:.1f}"}
    told |= {"done": progress.files_done, "total": progress.files_total, "seconds": f"{progress.seconds_left or 0:.0f}"}
    stream.write("\r\x1b[K" + translate(STANDING if progress.seconds_left is None else STANDING_LEFT) % told)
    stream.flush()


def _put(write_to: Callable[[TextIO], object], output: Path | None, translate: Translate) -> None:
    if output is None:
        try:
            plainly = io.TextIOWrapper(sys.stdout.buffer, encoding="utf-8", errors="backslashreplace")
            write_to(plainly)
            plainly.flush()
            plainly.detach()
        except BrokenPipeError:
            # Whoever read has read enough. Python would complain once more when it closes the stream.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(_NO_READER)
        except OSError as error:
            _end(_WRONG, translate(UNWRITTEN) % {"reason": error.strerror or error})
        return
    try:
        with replacing(output) as stream:
            write_to(stream)
    except OSError as error:
        _end(_WRONG, translate(UNWRITTEN_THERE) % {"path": shown(str(output)), "reason": error.strerror or error})


def _tell_unread(report: Report, translate: Translate) -> None:
    if not report.unread and not report.errors:
        return
    for each in report.unread[:_NAMED_AT_MOST]:
        click.echo(translate(NOT_READ) % {"path": plain(each.path), "reason": plain(_why(each, translate))}, err=True)
    if len(report.unread) > _NAMED_AT_MOST:
        click.echo(translate(MORE_NOT_READ) % {"count": len(report.unread) - _NAMED_AT_MOST}, err=True)
    for error in report.errors:
        click.echo(plain(error), err=True)
    sys.exit(_PARTLY)


def _why(unread: Unread, translate: Translate) -> str:
    """The reason in the reader's language; in English the report's own sentence, which says more."""
    short = WHY.get(unread.reason, "")
    told = translate(short) if short else short
    return unread.message if told == short else told


def _end(status: int, message: str) -> NoReturn:
    click.echo(f"madang scan: {plain(message)}", err=True)
    sys.exit(status)
