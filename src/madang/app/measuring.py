# SPDX-License-Identifier: Apache-2.0
"""Figures for a collector: what each process counts, and how the platform does."""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from prometheus_client import CollectorRegistry, Gauge
from sqlalchemy import text
from sqlalchemy.orm import Session

from madang import audit, compliance, jobs, kit, mail, scan, serving, usage, web
from madang.app.house import House

FOLDER = "figures"
LEAVE_SECONDS = 5
LOCAL = ("http://127.0.0.1:", "http://localhost:", "http://[::1]:")


def exposition_of(house: House, process: str = "web") -> web.Exposition:
    """How this process tells its figures. Where people come from other machines, a collector needs the token or an operator's."""
    given = house.settings
    is_local = given.url.startswith(LOCAL) and given.host in ("127.0.0.1", "localhost", "::1")
    folder = house.home / FOLDER
    return web.Exposition(f"{process}-{os.getpid()}", folder, given.metrics_token, is_local=is_local, figures=lambda s: figures(house, s))


def figures(house: House, session: Session) -> Iterator[web.Figure]:
    """How the platform does now."""
    counted = jobs.counts(session)
    yield _figure("madang_jobs", "Tasks by lane and state.", ("lane", "state"), counted.items())
    yield _single("madang_jobs_oldest_waiting_seconds", "How long the task that waits longest has waited.", jobs.longest_wait(session))
    yield _single("madang_ledger_unsealed_lines", "Lines of the ledger that wait for the sealer.", audit.count_unsealed(session))
    seal = audit.latest_seal(session)
    if seal:
        age = (kit.now() - seal.sealed_at).total_seconds()
        yield _single("madang_ledger_seal_age_seconds", "How long ago the ledger was last sealed.", age)
    yield _single("madang_mail_waiting", "Letters that have not left.", mail.count_waiting(session))
    yield _single("madang_mail_failed", "Letters that were given up.", mail.count_failed(session))
    yield from _sampled(session)
    yield from _used(house, session)
    yield from _processes(house, session)
    yield _single("madang_database_bytes", "The database's size.", _database_bytes(session))
    yield _single("madang_objects_free_bytes", "What the objects' disk can still take.", house.store.free_bytes())


def _sampled(session: Session) -> Iterator[web.Figure]:
    """What samples of the newest engine say of the fast scan."""
    newest = next(iter(compliance.sample_figures(session)), None)
    if newest is not None:
        counts = [((word,), float(getattr(newest, word))) for word in compliance.RESULTS]
        seconds = [(("fast",), newest.fast_seconds), (("thorough",), newest.thorough_seconds)]
        yield _figure("madang_scan_samples", "Contents looked at both ways, by what came of it, of the newest engine.", ("result",), counts)
        yield _figure("madang_scan_sample_cpu_seconds", "Processor time that either way took of them.", ("way",), seconds)


def _used(house: House, session: Session) -> Iterator[web.Figure]:
    """What services were used since the month began, as far as the logs are drained, and how much of the logs is not."""
    today = kit.now().astimezone(ZoneInfo(house.settings.time_zone)).date()
    sums = usage.month_sums(session, today)
    calls = [((service, "answered"), float(used.calls)) for service, _unit, used in sums]
    calls += [((service, "failed"), float(used.failed)) for service, _unit, used in sums]
    yield _figure("madang_service_month_calls", "Calls of a service since the month began.", ("service", "outcome"), _summed(calls))
    units = [((service, unit), float(used.units)) for service, unit, used in sums]
    yield _figure("madang_service_month_units", "Units of a service that were used since the month began.", ("service", "unit"), units)
    waiting = sum(_size(path) for path in house.usage_logs.glob("*")) if house.usage_logs.is_dir() else 0
    yield _single("madang_usage_log_bytes", "What the usage logs of this machine take on its disk.", waiting)


def _summed(rows: Iterable[tuple[tuple[str, ...], float]]) -> list[tuple[tuple[str, ...], float]]:
    """One value for each set of labels: a service that has changed its unit is one service."""
    sums: dict[tuple[str, ...], float] = {}
    for labels, value in rows:
        sums[labels] = sums.get(labels, 0.0) + value
    return list(sums.items())


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:  # drained meanwhile
        return 0


def _processes(house: House, session: Session) -> Iterator[web.Figure]:
    """How the processes of services fare, as their keeper last said."""
    states = serving.read_states(house.home / serving.FOLDER)
    rows = [
        (standing.offer.full_name, route.version, states[route.id])
        for standing in serving.standing(session)
        for route in standing.routes
        if route.id in states
    ]
    up = [((service, version, str(told.get("state", ""))), 1.0) for service, version, told in rows]
    yield _figure("madang_service_process", "Whether a service's process runs, is idle or is down.", ("service", "version", "state"), up)
    held = [((service, version), float(told.get("memory_bytes", 0))) for service, version, told in rows]
    yield _figure("madang_service_process_memory_bytes", "Memory of a service's process.", ("service", "version"), held)
    starts = [((service, version), float(told.get("starts", 0))) for service, version, told in rows]
    yield _figure("madang_service_process_starts", "How often a service's process was started.", ("service", "version"), starts)


def leave_until(ended: threading.Event, leave: Callable[[], None]) -> None:
    """This process's figures stand where the others find them, every few seconds, until ``ended``."""
    leave()
    while not ended.wait(LEAVE_SECONDS):
        leave()


class JobsFigures:
    """What the jobs process counts: its scan pool, and how much the objects take, which is slow to learn."""

    def __init__(self, house: House, pool: scan.Pool) -> None:
        self.house, self.pool = house, pool
        self.given = exposition_of(house, "jobs")
        self.registry = CollectorRegistry()
        self.is_up = Gauge("madang_scan_pool_up", "Whether the scan pool has its index loaded.", ("process",), registry=self.registry)
        self.workers = Gauge("madang_scan_pool_workers", "Workers that the scan pool may run.", ("process",), registry=self.registry)
        self.count = Gauge("madang_objects", "Objects that are kept.", ("process",), registry=self.registry)
        self.bytes = Gauge("madang_objects_bytes", "What the objects take.", ("process",), registry=self.registry)

    def __call__(self) -> None:
        """The figures stand where the web process finds them."""
        process = self.given.process
        self.is_up.labels(process).set(self.pool.server_pid is not None)
        self.workers.labels(process).set(self.pool.limits.workers)
        web.leave(self.given, self.registry)

    def measure(self) -> None:
        """What the objects take is known anew. Walks all of them."""
        usage = self.house.store.usage()
        self.count.labels(self.given.process).set(usage.count)
        self.bytes.labels(self.given.process).set(usage.bytes)


def _database_bytes(session: Session) -> int:
    if session.get_bind().dialect.name == "sqlite":
        pages, size = (session.execute(text(f"PRAGMA {name}")).scalar() or 0 for name in ("page_count", "page_size"))
        return int(pages) * int(size)
    return int(session.execute(text("SELECT pg_database_size(current_database())")).scalar() or 0)


def _figure(name: str, meaning: str, labels: tuple[str, ...], values: Iterable[tuple[tuple[str, ...], float]]) -> web.Figure:
    return web.Figure(name, meaning, labels, tuple(values))


def _single(name: str, meaning: str, value: float) -> web.Figure:
    return web.Figure(name, meaning, (), (((), value),))
