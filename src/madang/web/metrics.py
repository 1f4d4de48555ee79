# SPDX-License-Identifier: Apache-2.0
"""What this process counts, in Prometheus' text form, together with what the other processes of the same home count.

A scrape of a shared port meets any of the web processes, so each leaves its figures in a folder and whoever is asked tells all of them,
with a label ``process``. Figures of the whole platform come from the composition and have no such label.
"""

import hmac
import ipaddress
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from madang import access, kit
from madang.db import Database

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
FRESH_SECONDS = 60.0
AGAIN_SECONDS = 5.0
Label = tuple[str, ...]
disable_created_metrics()  # type: ignore[no-untyped-call]


class OperatorsOnly(kit.NotAllowed):
    """Somebody else asks for the figures."""

    code = "operators-only"
    message = kit.marked("Figures are for operators. A collector sends the token that MADANG_METRICS_TOKEN sets.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the whole platform: a name, what it means, and a value for each set of labels."""

    name: str
    meaning: str
    labels: Label
    values: Sequence[tuple[Label, float]]


@dataclass
class Exposition:
    """What the composition gives: where processes leave their figures, how those of the platform are got, and who may ask.

    ``is_local`` says that the platform's own address is this machine's, so that who asks from this machine is its operator.
    """

    process: str = "web"
    folder: Path | None = None
    token: str = field(default="", repr=False)
    is_local: bool = False
    figures: Callable[[Session], Iterable[Figure]] = lambda _session: ()


class Meter:
    """The counts of one process."""

    def __init__(self, given: Exposition, database: Database) -> None:
        self.given, self.database = given, database
        self.registry = CollectorRegistry()
        kept = self.registry
        labels = ("process", "method", "route")
        self.requests = Counter("madang_http_requests", "Requests answered.", (*labels, "status"), registry=kept)
        self.seconds = Histogram("madang_http_request_seconds", "How long an answer took.", labels, buckets=SECONDS, registry=kept)
        flying = Gauge("madang_http_requests_in_flight", "Requests under way.", ("process",), registry=kept)
        self.flying = flying.labels(given.process)
        self.paths: dict[object, str] = {}
        self._known: list[Figure] = []
        self._known_at = float("-inf")

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """One more request was answered."""
        word = method if method in METHODS else "other"
        self.requests.labels(self.given.process, word, route, str(status)).inc()
        self.seconds.labels(self.given.process, word, route).observe(seconds)

    def route_of(self, scope: Scope) -> str:
        """The template of the address that answers, as registered; ``-`` when none does."""
        found: str = getattr(scope.get("route"), "path", "") or self.paths.get(scope.get("endpoint"), "-")
        return found

    def leave(self) -> None:
        """The other processes of this home can tell what this one has counted."""
        leave(self.given, self.registry)

    def told(self) -> bytes:
        """Everything, in the text form."""
        merged = CollectorRegistry()
        merged.register(Merged(generate_latest(self.registry).decode(), self.given, self.figures()))
        return generate_latest(merged)

    def figures(self) -> list[Figure]:
        """The platform's figures, at most ``AGAIN_SECONDS`` old."""
        if time.monotonic() - self._known_at > AGAIN_SECONDS:
            with self.database.reading() as session:
                self._known = list(self.given.figures(session))
            self._known_at = time.monotonic()
        return self._known


def leave(given: Exposition, registry: CollectorRegistry) -> None:
    """The registry's figures stand in the folder under the process's name; older processes' are gone."""
    if given.folder is None:
        return
    given.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = given.folder / f".{given.process}.{os.getpid()}"
    draft.write_bytes(generate_latest(registry))
    draft.replace(given.folder / f"{given.process}.prom")
    for old in given.folder.glob("*.prom"):
        with suppress(FileNotFoundError):
            if time.time() - old.stat().st_mtime > FRESH_SECONDS:
                old.unlink()


class Merged(Collector):
    """Own figures, those that other processes left, and the platform's, each family once."""

    def __init__(self, own: str, given: Exposition, figures: Iterable[Figure]) -> None:
        self.own, self.given, self.platform = own, given, figures

    def collect(self) -> Iterable[Metric]:
        """The families, in the order of their names."""
        families: dict[str, Metric] = {}
        for told in (self.own, *self._others()):
            for family in text_string_to_metric_families(told):
                found = families.setdefault(family.name, family)
                if found is not family:
                    found.samples.extend(family.samples)
        for each in self.platform:
            gauge = GaugeMetricFamily(each.name, each.meaning, labels=each.labels)
            for labels, value in each.values:
                gauge.add_metric(labels, value)
            families[each.name] = gauge
        return [families[name] for name in sorted(families)]

    def _others(self) -> Iterable[str]:
        if self.given.folder is None:
            return
        for path in sorted(self.given.folder.glob("*.prom")):
            with suppress(FileNotFoundError):
                if path.stem != self.given.process and time.time() - path.stat().st_mtime < FRESH_SECONDS:
                    yield path.read_text(encoding="utf-8")


class Measured:
    """ASGI: each request is counted, and is a span for whoever collects traces."""

    def __init__(self, app: ASGIApp, *, meter: Meter) -> None:
        self.app, self.meter = app, meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on and write down how it went."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        parent = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"traceparent"), "")
        self.meter.flying.inc()
        with kit.span(scope["method"], parent=parent) as span:
            scope["state"]["trace_id"] = span.trace_id
            try:
                await self.app(scope, receive, noting)
            finally:
                self.meter.flying.dec()
                route = self.meter.route_of(scope)
                self.meter.count(scope["method"], route, status, time.perf_counter() - began)
                facts = {"http.request.method": scope["method"], "http.route": route, "http.response.status_code": status}
                span.note(f"{scope['method']} {route}", **facts, request_id=scope["state"]["request_id"])


def route(meter: Meter) -> Route:
    """``GET /metrics``."""

    async def show_metrics(request: Request) -> Response:
        return Response(
            await run_in_threadpool(_told, meter, request), media_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"}
        )

    return Route("/metrics", show_metrics)


def _told(meter: Meter, request: Request) -> bytes:
    if not _is_known(meter.given, request):
        gate = request.app.state.gate
        with gate.database.reading() as session:
            actor: kit.Actor = gate.authenticate(session, request)
        if not actor.is_signed_in:
            raise kit.NotSignedIn
        if not access.allows(actor, "figures", "see"):
            raise OperatorsOnly
    return meter.told()


def _is_known(given: Exposition, request: Request) -> bool:
    """Whether the collector's token came, or, where there is none, somebody at the machine of a platform that only it reaches asks."""
    if given.token:
        return hmac.compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {given.token}".encode())
    try:
        return given.is_local and request.client is not None and ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
