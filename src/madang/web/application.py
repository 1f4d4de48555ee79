# SPDX-License-Identifier: Apache-2.0
"""The web application, put together from what the composition hands in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from madang import kit
from madang.db import Database, revision
from madang.web import metrics, openapi, preferences, problems
from madang.web.assets import of_release
from madang.web.bodies import BodyLimit
from madang.web.gate import Debt, Gate
from madang.web.limits import Limits
from madang.web.masthead import Masthead
from madang.web.metrics import Exposition, Measured, Meter
from madang.web.middleware import Envelope
from madang.web.routers import ApiRouter
from madang.web.templating import environment

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class Imprint:
    """The foot of every sheet: which data the page rests on, and how far the ledger is sealed."""

    licence_data: str | None = None
    ledger_seal: str | None = None
    ledger_sealed_at: datetime | None = None


@dataclass
class Composition:
    """What the house hands to the gate."""

    database: Database
    authenticate: Callable[[Session, Request], kit.Actor]
    csrf_key: bytes
    version: str
    pages: Sequence[BaseRoute] = ()
    routers: Sequence[ApiRouter] = ()
    templates: Sequence[Path] = ()
    state: dict[str, object] = field(default_factory=dict)
    masthead: Callable[[], Masthead] = Masthead
    language: str = "ko"
    zone: str = "Asia/Seoul"
    host: str = ""
    is_secure: bool = False
    debts: Mapping[str, Debt] = field(default_factory=dict)
    imprint: Callable[[], Imprint] = Imprint
    waiting: Callable[[Session, kit.Actor], int] = lambda _session, _actor: 0
    """How many things wait for whoever asks, for the head of pages."""
    limits: Limits = field(default_factory=Limits)
    exposition: Exposition = field(default_factory=Exposition)


def application(composition: Composition) -> FastAPI:
    """The ASGI application: pages, JSON doors, files, health, and the gate round them."""
    app = FastAPI(
        title="Madang",
        version=composition.version,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
        redirect_slashes=False,
    )
    assets = of_release()
    app.state.gate = Gate(
        database=composition.database,
        authenticate=composition.authenticate,
        templates=environment([TEMPLATES, *composition.templates], zone=composition.zone),
        assets=assets,
        csrf_key=composition.csrf_key,
        limits=composition.limits,
        version=composition.version,
        masthead=composition.masthead,
        imprint=composition.imprint,
        waiting=composition.waiting,
        zone=composition.zone,
        is_secure=composition.is_secure,
        host=composition.host,
        debts=composition.debts,
    )
    meter = app.state.meter = Meter(composition.exposition, composition.database)
    for name, value in composition.state.items():
        setattr(app.state, name, value)
    for router in composition.routers:
        app.include_router(router)
    health = [Route("/healthz", show_health), Route("/readyz", show_readiness), metrics.route(meter)]
    app.router.routes.extend([*composition.pages, preferences.route, assets.route(), *health])
    # Pages' routes do not tell themselves to whoever measures, as those of the JSON doors do.
    meter.paths = {each.endpoint: each.path for each in app.routes if isinstance(each, Route)}
    openapi.describe(app)
    app.add_exception_handler(kit.Refusal, problems.on_refusal)
    app.add_exception_handler(HTTPException, problems.on_http_exception)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_middleware(problems.FaultBoundary)
    app.add_middleware(BodyLimit, limit=composition.limits.body)
    app.add_middleware(GZipMiddleware, minimum_size=1024, compresslevel=5)
    app.add_middleware(Measured, meter=meter)
    app.add_middleware(Envelope, language=composition.language, is_secure=composition.is_secure)
    return app


async def show_health(request: Request) -> Response:
    """The process answers."""
    return JSONResponse({"status": "ok", "version": request.app.state.gate.version})


def show_readiness(request: Request) -> Response:
    """The database answers and has its tables: pages can be served."""
    try:
        with request.app.state.gate.database.reading() as session:
            session.execute(text("SELECT 1"))
            found = revision(session)
    except SQLAlchemyError:
        found = None
    ready = found is not None
    return JSONResponse({"status": "ready" if ready else "not ready", "revision": found}, status_code=200 if ready else 503)
