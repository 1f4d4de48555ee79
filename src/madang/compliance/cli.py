# SPDX-License-Identifier: Apache-2.0
"""``madang register``: one address or archive, or a whole list, beside the running platform, whose jobs process does the work."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import Protocol

import click
from sqlalchemy.orm import Session

from madang import archives, catalog, forges, jobs, kit, people, sheets, storage
from madang.compliance import actions as verifying
from madang.compliance import cli_words, queries
from madang.compliance.documents import taking
from madang.compliance.intake import is_public, shown_name
from madang.compliance.limits import Limits
from madang.compliance.many import actions, planning
from madang.compliance.many import queries as lists
from madang.compliance.many.models import ENDED, READY, Registration
from madang.compliance.models import FINAL
from madang.db import Database
from madang.kit import _

NOT_ALL = 3
ASK_SECONDS = 0.5
Translate = Callable[[str], str]
NOBODY_WORKS = _("No jobs process runs; the work begins when the platform is up.")
GOES_ON = _("The work goes on without this command: %(address)s")
QUESTION = _("Register %(count)s rows?")


class OneOrAList(kit.Invalid):
    """Neither a source nor a list, or both."""

    code = "one-or-a-list"
    message = _("Give either one address or archive, or a list with --list FILE; --name, --kind, --title and --label are for one alone.")


class FolderGiven(kit.Invalid):
    """A folder cannot be registered."""

    code = "folder-given"
    message = _("“%(path)s” is a folder. Make an archive of it, or give the address of its repository.")


class AccountShut(kit.NotAllowed):
    """The account that is named is shut."""

    code = "account-shut"
    message = _("The account “%(name)s” is shut. Open it first: madang user enable %(name)s")


class Now(Protocol):
    """The limits as they hold now."""

    @property
    def max_upload_bytes(self) -> int:
        """One archive."""
        ...

    @property
    def max_waiting(self) -> int:
        """Versions of one account that wait."""
        ...


class House(Protocol):
    """What the command needs of the place."""

    @property
    def database(self) -> Database:
        """The rows."""
        ...

    @property
    def store(self) -> storage.Store:
        """The objects."""
        ...

    @property
    def guard(self) -> forges.Guard:
        """Which addresses may be fetched from."""
        ...

    @property
    def url(self) -> str:
        """The address of the pages."""
        ...

    @property
    def now(self) -> Now:
        """The limits."""
        ...


def register_command(open_house: Callable[[], House], translate: Translate = str) -> click.Command:
    """``madang register``, for the house that ``open_house`` opens, speaking as ``translate`` does."""

    @click.command("register", help="Register one address or archive, or with --list many, and wait until they are verified.")
    @click.argument("source", default="")
    @click.option("--list", "file", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A CSV or Excel list of addresses.")
    @click.option("--as", "name_of", default=people.OPERATOR, show_default=True, help="Whose registration it is.")
    @click.option("--namespace", default="", help="Where it belongs; the account's own when left out.")
    @click.option("--name", default="", help="The asset's name; made from the source when left out.")
    @click.option("--kind", default="", help="What it is; software when left out.")
    @click.option("--title", default="", help="What it is called in a sentence.")
    @click.option("--exposure", default="", help="Who may see it; private when left out.")
    @click.option("--label", default="", help="The version's label.")
    @click.option("--ref", default="", help="Branch, tag or commit of the address.")
    @click.option("--yes", is_flag=True, help="Do not ask.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON; of a list without --yes only what would happen.")
    def register(source: str, file: Path | None, name_of: str, yes: bool, as_json: bool, **given: str) -> None:
        only_one = [given[each] for each in ("name", "kind", "title", "label", "ref")]
        if bool(source) == (file is not None) or (file is not None and any(only_one)):
            raise OneOrAList
        with _opened(open_house) as house:
            speaking = cli_words.Speaking(translate, house.url, as_json=as_json)
            if file is None:
                is_well = _one(house, source, name_of, given, speaking)
            else:
                is_well = _many(house, file, name_of, given, speaking, yes=yes)
        if not is_well:
            raise click.exceptions.Exit(NOT_ALL)

    return register


def _one(house: House, source: str, name_of: str, given: dict[str, str], speaking: cli_words.Speaking) -> bool:
    came = _source(house, source, given["ref"])
    cells = planning.resolved({**given, "source": source}, namespace=given["namespace"] or name_of, exposure="private")
    now = house.now
    with house.database.writing() as session:
        by = _actor(session, name_of)
        names = {name: cells[name] for name in ("kind", "namespace", "name")}
        asset = catalog.find_asset(session, **names, viewer=by)
        if asset is None:
            asset = catalog.register(session, **names, title=cells["title"], exposure=cells["exposure"], by=by)
        limits = Limits(now.max_waiting, now.max_upload_bytes)
        made = verifying.submit(session, asset, source=came, label=cells["label"], limits=limits, by=by)
        task = made.task_id
    speaking.begun(_subject(house, task))
    _wait(house, speaking, lambda session: _far(queries.get_task(session, task, viewer=kit.SYSTEM)), _subject(house, task).address)
    return speaking.ended(_subject(house, task))


def _far(subject: queries.Subject) -> tuple[int, int, str]:
    return int(subject.verification.is_final), 1, subject.verification.state


def _subject(house: House, task: str) -> queries.Subject:
    with house.database.reading() as session:
        return queries.get_task(session, task, viewer=kit.SYSTEM)


def _source(house: House, source: str, ref: str) -> catalog.Source:
    path = Path(source)
    if path.is_dir():
        raise FolderGiven(path=archives.shown(source))
    if path.is_file():
        if taking.is_document(path):
            return taking.keep(path, shown_name(path.name), house.store)[0]
        stored = house.store.put_file(path, max_bytes=house.now.max_upload_bytes)
        return catalog.Source("archive", shown_name(path.name), None, stored.sha256)
    forges.check_ref(ref) if ref else None
    guard = house.guard
    target = guard.parse(source)
    return catalog.Source("git", target.url, ref or None, is_public=is_public(target, guard))


def _many(house: House, file: Path, name_of: str, given: dict[str, str], speaking: cli_words.Speaking, *, yes: bool) -> bool:
    name = shown_name(file.name)
    rows = planning.read(sheets.read(file, name=name))
    with house.database.writing() as session:
        more = {"namespace": given["namespace"], "exposure": given["exposure"]}
        list_id = actions.draft(session, rows, house.guard, name=name, **more, by=_actor(session, name_of)).id
    goes_on = yes or not speaking.as_json
    is_confirmed = False
    try:
        ready = _preview(house, list_id, speaking, goes_on=goes_on)
        if ready and goes_on:
            if not yes:
                click.confirm(speaking.say(QUESTION, count=ready), abort=True, err=True)
            with house.database.writing() as session:
                actions.confirm(session, _list(session, list_id), house.guard, by=_actor(session, name_of))
            is_confirmed = True
    finally:
        if not is_confirmed:
            _discard(house, list_id)
    if not is_confirmed:
        return _is_clean(house, list_id)
    _wait(house, speaking, lambda session: _far_of_list(session, _list(session, list_id)), f"/register/list/{list_id}")
    return _told(house, list_id, speaking)


def _discard(house: House, list_id: str) -> None:
    with house.database.writing() as session:
        actions.cancel(session, _list(session, list_id), by=kit.SYSTEM)


def _preview(house: House, list_id: str, speaking: cli_words.Speaking, *, goes_on: bool) -> int:
    """What will happen is shown; how many rows can be registered."""
    with house.database.reading() as session:
        made = _list(session, list_id)
        ready = lists.counts(session, made)[READY]
        speaking.rows(made, lists.rows(session, made, limit=actions.MOST_ROWS), {}, is_last=not (goes_on and ready))
        return ready


def _told(house: House, list_id: str, speaking: cli_words.Speaking) -> bool:
    with house.database.reading() as session:
        made = _list(session, list_id)
        rows = lists.rows(session, made, limit=actions.MOST_ROWS)
        return speaking.rows(made, rows, lists.verifications_of(session, rows), is_last=True)


def _is_clean(house: House, list_id: str) -> bool:
    with house.database.reading() as session:
        return not lists.counts(session, _list(session, list_id))["refused"]


def _far_of_list(session: Session, made: Registration) -> tuple[int, int, str]:
    counts, progress = lists.counts(session, made), lists.progress(session, made)
    total = counts[READY] + counts["made"]
    done = total if made.state == ENDED else sum(count for state, count in progress.items() if state in FINAL)
    return (done if made.state == ENDED else min(done, total - 1)), total, ""


def _wait(house: House, speaking: cli_words.Speaking, far: Callable[[Session], tuple[int, int, str]], address: str) -> None:
    """Until all have ended. Ctrl-C ends only the waiting."""
    is_warned = False
    try:
        while True:
            with house.database.reading() as session:
                done, total, state = far(session)
                is_alive = bool(jobs.living(session))
            speaking.progress(done, total, state)
            if done >= total:
                return
            if not is_alive and not is_warned:
                click.echo("madang: " + speaking.say(NOBODY_WORKS), err=True)
                is_warned = True
            sleep(ASK_SECONDS)
    except KeyboardInterrupt:
        click.echo("\nmadang: " + speaking.say(GOES_ON, address=house.url + address), err=True)
        raise
    finally:
        speaking.end_progress()


def _list(session: Session, list_id: str) -> Registration:
    return lists.get_list(session, list_id, viewer=kit.SYSTEM)


def _actor(session: Session, name: str) -> kit.Actor:
    account = people.get_account(session, name, viewer=kit.SYSTEM)
    if account.disabled_at is not None:
        raise AccountShut(name=account.name)
    return people.actor_of(session, account, via="cli")


@contextmanager
def _opened(open_house: Callable[[], House]) -> Iterator[House]:
    house = open_house()
    try:
        yield house
    finally:
        house.database.close()
