# SPDX-License-Identifier: Apache-2.0
"""The web process: every room's doors behind one gate."""

import gc
import socket
import tempfile
import threading
import time
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.routing import BaseRoute

from madang import (
    __version__,
    audit,
    catalog,
    compliance,
    db,
    gateway,
    hub,
    inbox,
    institute,
    kit,
    operations,
    people,
    portal,
    provenance,
    serving,
    tables,
    usage,
    web,
)
from madang.app import measuring
from madang.app.calls import call_path
from madang.app.connections import Watch, raise_descriptors, watched
from madang.app.house import House, desk_of, open_house, traced
from madang.settings import Settings

SOURCE = Path(__file__).parent.parent
ROOMS_WITH_TEMPLATES = (
    "people", "audit", "inbox", "catalog", "usage", "provenance", "compliance", "portal", "operations", "gateway", "hub",
)  # fmt: skip
AS_ONESELF = ("/conditions", "/api/v1/conditions", "/sign-out")
IMPRINT_SECONDS = 15
USES_SECONDS = 300
SHUTDOWN_SECONDS = 5
WEB_CONNECTIONS = db.Connections(kept=5, most=20, statement_seconds=30)


def web_application(house: House) -> FastAPI:
    """The web process: pages, JSON doors and the gate round them."""
    db.subscribe(web.PreferenceChosen, people.keep_preference)
    return web.application(
        web.Composition(
            database=house.database,
            authenticate=lambda session, request: authenticate(session, request, house),
            csrf_key=house.keys.derive("csrf"),
            version=__version__,
            pages=_pages(),
            routers=[
                *people.api.routers,
                audit.router,
                inbox.router,
                catalog.router,
                provenance.router,
                *usage.routers,
                *serving.routers,
                compliance.router,
                compliance.registrations_router,
                compliance.licences_router,
                *operations.routers,
                *hub.routers,
            ],
            templates=[SOURCE / room / "templates" for room in ROOMS_WITH_TEMPLATES],
            state=state_of(house),
            masthead=lambda: masthead_of(house.institute),
            waiting=lambda session, actor: inbox.count_waiting(session, viewer=actor),
            language=house.settings.language,
            zone=house.settings.time_zone,
            host=house.settings.url.partition("://")[2].partition("/")[0],
            is_secure=house.is_secure,
            debts={"conditions": web.Debt("/conditions", people.ConditionsNotAccepted)},
            imprint=ImprintReader(house.database),
            limits=house.settings.fill("web", web.Limits),
            exposition=measuring.exposition_of(house),
        )
    )


def _pages() -> list[BaseRoute]:
    """Every room's pages and wires. The hub comes last: a model's page stands under any namespace."""
    return [
        *portal.routes,
        *people.web.routes,
        *audit.routes,
        *inbox.routes,
        *catalog.routes,
        *usage.routes,
        *provenance.routes,
        *gateway.routes,
        *compliance.list_routes,
        *compliance.routes,
        *compliance.licence_routes,
        *operations.routes,
        *hub.routes,
    ]


def state_of(house: House) -> dict[str, object]:
    """What doors find in the application's state."""
    return {
        "intake": intake_of(house),
        "hub": hub.Desk(
            house.store,
            house.xorbs,
            house.keys.derive("hub"),
            lambda: house.limits("hub", hub.Limits),
            lambda: house.limits("tables", tables.Limits),
        ),
        "desk": desk_of(house),
        "workplace": workplace_of(house),
        "sign_up": lambda: sign_up_of(house.institute),
        "conditions": lambda: conditions_of(house.institute),
    }


def intake_of(house: House) -> compliance.Intake:
    """What takes in new versions, within the limits that hold when they come."""

    def limits() -> compliance.Limits:
        now = house.institute
        return compliance.Limits(max_upload_bytes=now.max_upload_bytes, max_waiting=now.max_waiting)

    return compliance.Intake(house.store, lambda: house.guard, limits, house.scratch, lambda: house.archive_limits, hub.check_open)


def workplace_of(house: House) -> serving.Workplace:
    """What services are published with, within the limits that hold when they come."""
    return serving.Workplace(
        house.store, house.home / serving.FOLDER, house.scratch, lambda: house.guard, lambda: house.serving_limits,
        lambda: house.archive_limits, lambda: house.institute.max_upload_bytes, allow_pickle=house.settings.allow_pickle,
    )  # fmt: skip


def masthead_of(now: institute.Institute) -> web.Masthead:
    """What stands at the head of every page."""
    at = kit.now()
    banner = now.banner if now.banner.stands(at) else institute.Banner()
    return web.Masthead(
        {language: now.name.said_in(language) for language in web.LANGUAGES},
        {language: banner.words.said_in(language) for language in web.LANGUAGES},
        is_read_only=banner.shuts(at),
        ends_at=banner.ends_at,
        contact=now.contact,
    )


def sign_up_of(now: institute.Institute) -> people.SignUpPolicy:
    """Who may make an account, as the institute has it. Where only some domains may, the address is proved: else anybody could type one."""
    proves = now.proves_email or bool(now.email_domains)
    role, reach = kit.Role.named(now.default_role), kit.Reach.named(now.default_reach)
    return people.SignUpPolicy(now.sign_up, now.email_domains, role, reach, proves_email=proves)


def conditions_of(now: institute.Institute) -> people.Conditions:
    """The conditions of use, as the institute has them."""
    return people.Conditions(now.conditions_version, {"ko": now.conditions.ko, "en": now.conditions.en})


def authenticate(session: Session, request: Request, house: House) -> kit.Actor:
    """Who asks, by the session's cookie or the token in the header. Who has not accepted the conditions of use is a visitor but there."""
    cookie = request.cookies.get(people.cookie_name(house.is_secure))
    version = house.institute.conditions_version
    actor = people.authenticate(session, cookie=cookie, authorization=request.headers.get("authorization"), conditions=version)
    return actor.as_visitor() if actor.owes and not request.url.path.startswith(AS_ONESELF) else actor


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


def keep_what_stands() -> None:
    """What a process has loaded stays for good, so the collector need not walk it again and again, a tenth of a second each time."""
    gc.collect()
    gc.freeze()


def run_web(settings: Settings) -> None:
    """Serve until told to end."""
    house = open_house(settings, connections=WEB_CONNECTIONS)
    pages = web_application(house)
    path = call_path(house, pages, lambda session, request: authenticate(session, request, house))
    most = raise_descriptors()
    tempfile.tempdir = str(house.scratch)  # uploads wait on the store's disk, not in a small /tmp
    config = uvicorn.Config(
        path,
        http=watched(Watch(most=most), path.takes),
        lifespan="on",
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        timeout_keep_alive=30,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
    )
    with house.database.reading() as session:
        catalog.find(session, catalog.Filter(), viewer=kit.anonymous())  # the first visitor does not wait for the search
    keep_what_stands()
    ended = threading.Event()
    threading.Thread(target=_write_uses, args=(house, ended), name="uses", daemon=True).start()
    leave = pages.state.meter.leave
    threading.Thread(target=measuring.leave_until, args=(ended, leave), name="figures", daemon=True).start()
    end_traces = traced(settings, "web")
    try:
        uvicorn.Server(config).run(sockets=[_shared_socket(config)] if settings.web_processes > 1 else None)
    finally:
        ended.set()
        end_traces()
        people.write_uses(house.database)
        hub.write_downloads(house.database)
        house.close()


def _shared_socket(config: uvicorn.Config) -> socket.socket:
    """A socket on the port that other web processes of the same user listen on too: the system gives each connection to one of them."""
    family, kind, _number, _name, address = socket.getaddrinfo(config.host, config.port, type=socket.SOCK_STREAM)[0]
    shared = socket.socket(family, kind)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    shared.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    shared.bind(address)
    return shared


def _write_uses(house: House, ended: threading.Event) -> None:
    """When sessions and tokens were last used, and how often files were taken, is written every few minutes, until ``ended``."""
    while not ended.wait(USES_SECONDS):
        people.write_uses(house.database)
        hub.write_downloads(house.database)
