# SPDX-License-Identifier: Apache-2.0
"""The composition: every room gets what it needs from the settings, and nothing imports this but the command line."""

import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import __version__, archives, audit, catalog, compliance, db, forges, jobs, kit, people, portal, scan, storage, supervisor, web
from madang.settings import Settings

SOURCE = Path(__file__).parent
CHECKOUT = SOURCE.parent.parent
ROOMS_WITH_TEMPLATES = ("people", "catalog", "compliance", "portal")
SEAL_SECONDS = 60
SWEEP_SECONDS = 24 * 3600
IMPRINT_SECONDS = 15
USES_SECONDS = 300
SHUTDOWN_SECONDS = 5


@dataclass
class House:
    """One home, opened: what doors and jobs work with."""

    settings: Settings
    database: db.Database
    keys: people.Keys

    @property
    def home(self) -> Path:
        """The folder of everything that Madang keeps."""
        return self.settings.home

    @property
    def url(self) -> str:
        """The address printed on pages."""
        return self.settings.url

    @property
    def ledger_key(self) -> bytes:
        """What the ledger's heads are signed with."""
        return self.keys.derive("ledger")

    @cached_property
    def store(self) -> storage.Store:
        """Objects and trees."""
        return storage.Store(self.home / "store")

    @property
    def scratch(self) -> Path:
        """Where versions are unpacked while they are worked on."""
        folder = self.home / "scratch"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    @property
    def guard(self) -> forges.Guard:
        """Which addresses may be fetched from."""
        given = self.settings
        return forges.Guard(allowed_hosts=given.allowed_hosts, allow_file=given.allow_file, allow_http=given.allow_http)

    @property
    def archive_limits(self) -> archives.Limits:
        """How far an archive is opened."""
        return self.settings.fill("archives", archives.Limits)

    @property
    def is_secure(self) -> bool:
        """Whether pages are served over https, so that cookies may say so."""
        return self.settings.url.startswith("https:")

    def close(self) -> None:
        """Give the database back."""
        self.database.close()


def open_house(settings: Settings) -> House:
    """The home is there and opened, its tables are of this release, and the operator's account exists."""
    settings.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    keys = people.keys.load(settings.home)
    people.use(keys, settings.fill("people", people.Limits))
    house = House(settings, db.Database(settings.database_url), keys)
    db.migrate(house.database)
    jobs.migrate(house.database)
    with house.database.reading() as session:
        known = people.find_account(session, people.OPERATOR)
    if known is None:
        with house.database.writing() as session:
            people.ensure_operator(session, by=kit.SYSTEM)
    return house


def prepare(settings: Settings) -> str | None:
    """Everything is ready for ``web`` and ``jobs`` to start. A one-time link's secret for the operator while they have no password."""
    house = open_house(settings)
    try:
        with house.database.writing() as session, web.use_language(settings.language):
            operator = people.ensure_operator(session, by=kit.SYSTEM)
            if settings.register_itself:
                portal.register_itself(session, label=__version__, by=kit.SYSTEM)
            return None if operator.has_password else people.create_link(session, operator, by=kit.SYSTEM)
    finally:
        house.close()


def web_application(house: House) -> FastAPI:
    """The web process: pages, JSON doors and the gate round them."""
    uploads = house.settings.max_upload_bytes
    limits = compliance.Limits(max_upload_bytes=uploads, max_waiting=house.settings.max_waiting)
    return web.application(
        web.Composition(
            database=house.database,
            authenticate=lambda session, request: authenticate(session, request, is_secure=house.is_secure),
            csrf_key=house.keys.derive("csrf"),
            version=__version__,
            pages=[*portal.routes, *people.web.routes, *catalog.routes, *compliance.routes],
            routers=[people.api.router, catalog.router, compliance.router],
            templates=[SOURCE / room / "templates" for room in ROOMS_WITH_TEMPLATES],
            state={"intake": compliance.Intake(house.store, house.guard, limits, house.scratch, house.archive_limits)},
            institute=house.settings.institute,
            language=house.settings.language,
            host=house.settings.url.partition("://")[2].partition("/")[0],
            is_secure=house.is_secure,
            imprint=ImprintReader(house.database),
            limits=house.settings.fill("web", web.Limits),
        )
    )


def authenticate(session: Session, request: Request, *, is_secure: bool) -> kit.Actor:
    """Who asks, by the session's cookie or the token in the header."""
    cookie = request.cookies.get(people.cookie_name(is_secure))
    return people.authenticate(session, cookie=cookie, authorization=request.headers.get("authorization"))


class ImprintReader:
    """What the foot of pages says, read again every few seconds at most."""

    def __init__(self, database: db.Database) -> None:
        self.database = database
        self.read_at = float("-inf")
        self.known = web.Imprint()

    def __call__(self) -> web.Imprint:
        """The imprint, at most ``IMPRINT_SECONDS`` old."""
        if time.monotonic() - self.read_at > IMPRINT_SECONDS:
            with self.database.reading() as session:
                seal, data = audit.latest_seal(session), compliance.licence_data(session)
            self.known = web.Imprint(data, seal.hash[:12] if seal else None, seal.sealed_at if seal else None)
            self.read_at = time.monotonic()
        return self.known


def run_web(settings: Settings) -> None:
    """Serve until told to end."""
    house = open_house(settings)
    application = web_application(house)
    tempfile.tempdir = str(house.scratch)  # uploads wait on the store's disk, not in a small /tmp
    config = uvicorn.Config(
        application,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=30,
    )
    ended = threading.Event()
    threading.Thread(target=_write_uses, args=(house, ended), name="uses", daemon=True).start()
    try:
        uvicorn.Server(config).run()
    finally:
        ended.set()
        people.write_uses(house.database)
        house.close()


def _write_uses(house: House, ended: threading.Event) -> None:
    """When sessions and tokens were last used is written every few minutes, until ``ended``."""
    while not ended.wait(USES_SECONDS):
        people.write_uses(house.database)


def verifier_of(house: House, pool: scan.Pool) -> compliance.Verifier:
    """What does the work behind versions."""
    return compliance.Verifier(
        database=house.database,
        store=house.store,
        pool=pool,
        guard=house.guard,
        scratch=house.scratch,
        archive_limits=house.archive_limits,
        fetch_limits=house.settings.fill("forges", forges.Limits, files=house.archive_limits),
        folders={portal.ITSELF: CHECKOUT if (CHECKOUT / ".git").exists() else SOURCE, portal.EXAMPLE: example_folder()},
    )


def example_folder() -> Path:
    """The example's folder: in a checkout beside the source, in an installation inside it."""
    installed = SOURCE / "_examples" / portal.EXAMPLE
    return installed if installed.is_dir() else CHECKOUT / "examples" / portal.EXAMPLE


def seal_ledger(house: House) -> None:
    """Every ledger line is numbered and chained, and the head is signed, in the database and beside it."""
    audit.seal(house.database)
    audit.sign_head(house.database, heads_file=house.home / audit.HEADS_FILE, key=house.ledger_key)


def run_jobs(settings: Settings) -> None:
    """Do durable work until told to end. Work that does not end in time goes on at the next start."""
    house = open_house(settings)
    with scan.Pool(settings.fill("scan", scan.Limits)) as pool:
        verifier = verifier_of(house, pool)
        verifier.clear()
        runner = jobs.Runner(
            house.database,
            jobs=verifier.tasks(),
            beats=[
                jobs.Beat("seal", SEAL_SECONDS, lambda: seal_ledger(house)),
                jobs.Beat("sweep", SWEEP_SECONDS, lambda: sweep(house)),
            ],
            limits=settings.fill("jobs", jobs.Limits),
        )
        runner.start()
        supervisor.wait_for_end()
        ended = runner.stop(SHUTDOWN_SECONDS)
    seal_ledger(house)
    house.close()
    if not ended:
        os._exit(0)


def sweep(house: House) -> None:
    """What killed processes left behind and what is over is gone."""
    people.sweep(house.database)
    compliance.forget(house.database)
    forges.sweep(house.home / "forges")
    archives.sweep(house.scratch)
    for left in house.scratch.glob("upload-*"):
        if time.time() - left.stat().st_mtime > SWEEP_SECONDS:
            left.unlink(missing_ok=True)
    for left in house.scratch.glob("door-*"):
        if time.time() - left.stat().st_mtime > SWEEP_SECONDS:
            shutil.rmtree(left, ignore_errors=True)
