# SPDX-License-Identifier: Apache-2.0
"""Real processes, killed at any time: what was acknowledged is counted, once, and no quota is overshot."""

import contextlib
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import func, select

from madang import kit, usage
from madang.usage.models import Context, Day, Event
from madang.usage.rules import amount_of
from rooms.usage.conftest import Place

PATIENCE = 300.0


@dataclass
class Workers:
    """Workers on one home."""

    home: Path
    nursery: subprocess.Popen[str]
    pids: dict[int, int] = field(default_factory=dict)

    def start(self, number: int, calls: int = 0, *, rest: int = 0) -> None:
        assert self.nursery.stdin is not None
        assert self.nursery.stdout is not None
        self.nursery.stdin.write(f"{number} {calls} {rest}\n")
        self.nursery.stdin.flush()
        self.pids[number] = int(self.nursery.stdout.readline())

    def kill(self, number: int) -> None:
        os.kill(self.pids.pop(number), signal.SIGKILL)

    def lines(self, number: int) -> list[str]:
        path = self.home / f"acks-{number}"
        return path.read_text().split("\n")[:-1] if path.exists() else []

    def size(self, number: int) -> int:
        path = self.home / f"acks-{number}"
        return path.stat().st_size if path.exists() else 0

    def wait_for(self, number: int, size: int) -> None:
        """Until the worker has noted so much more."""
        until = time.monotonic() + PATIENCE
        while self.size(number) < size:
            assert time.monotonic() < until, f"worker {number} notes nothing"
            time.sleep(0.01)

    def acknowledged(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for path in self.home.glob("acks-*"):
            for line in path.read_text().split("\n")[:-1]:
                if line != "refused":
                    id_, units = line.split()
                    assert id_ not in found
                    found[id_] = int(units)
        return found


@pytest.fixture
def workers(place: Place) -> Iterator[Workers]:
    with place.house.database.writing() as session:
        plan = usage.set_plan(session, "counted", given="at-once", by=kit.SYSTEM)
        usage.set_price(session, plan, unit="character", amount="0.3", per=10, by=kit.SYSTEM)
    secret, service = place.key("counted"), place.service(unit="character")
    url = place.house.database.url.render_as_string(hide_password=False)
    program = Path(__file__).with_name("workers.py")
    command = [sys.executable, str(program), str(place.house.home), url, secret, service.id, service.name, service.unit]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as nursery:
        found = Workers(place.house.home, nursery)
        yield found
        for pid in found.pids.values():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        nursery.kill()


def check_sums(place: Place, workers: Workers) -> tuple[int, int]:
    """Log, rows, sums and invoice say the same, and everything acknowledged is among it; calls recorded and acknowledged."""
    place.drain()
    acknowledged = workers.acknowledged()
    with place.house.database.writing() as session:
        rows = {row[0]: row[1] for row in session.execute(select(Event.id, Event.units))}
        assert acknowledged.keys() <= rows.keys()
        assert all(rows[id_] == units for id_, units in acknowledged.items())
        total = sum(rows.values())
        assert session.execute(select(func.sum(Day.calls), func.sum(Day.units))).one() == (len(rows), total)
        month = f"{session.scalar(select(func.max(Day.day))):%Y-%m}"
        drafts = usage.draft_invoices(session, month, by=kit.SYSTEM)
        lines = [line for draft in drafts for line in usage.invoice_lines(session, draft)]
        assert (sum(line.calls for line in lines), sum(line.units for line in lines)) == (len(rows), total)
        assert sum((line.amount for line in lines), Decimal(0)) == amount_of(total, Decimal("0.3"), 10)
        assert session.scalar(select(func.count()).select_from(Context)) == 1
    return len(rows), len(acknowledged)


@contextlib.contextmanager
def drained(place: Place) -> Iterator[None]:
    """Somebody drains all the time, as the jobs process does."""
    over = threading.Event()

    def work() -> None:
        drainer = usage.Drainer(place.house.database, place.folder)
        while not over.is_set():
            time.sleep(1.0)
            drainer.beat()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def kill_often(workers: Workers, kills: int, *, count: int, bytes_each: int, rest: int = 0) -> None:
    """Workers are killed at moments of chance and started again."""
    chance = random.Random(20_261_130)
    for number in range(count):
        workers.start(number, rest=rest)
    for _ in range(kills):
        number = chance.randrange(count)
        workers.wait_for(number, workers.size(number) + chance.randint(1, bytes_each))
        workers.kill(number)
        workers.start(number, rest=rest)
    for number in range(count):
        workers.wait_for(number, workers.size(number) + 1)
        workers.kill(number)


def test_what_was_acknowledged_is_counted_once_whatever_is_killed(place: Place, workers: Workers) -> None:
    kill_often(workers, 5, count=2, bytes_each=20_000)
    recorded, acknowledged = check_sums(place, workers)
    assert recorded >= acknowledged > 100


def test_killed_workers_do_not_overshoot_a_quota_and_leave_nothing_of_it_behind(place: Place, workers: Workers) -> None:
    place.quota("counted", 3000, unit="character")
    chance = random.Random(7)
    for number in range(3):
        workers.start(number)
    for _ in range(4):
        number = chance.randrange(3)
        workers.wait_for(number, workers.size(number) + chance.randint(1, 400))
        workers.kill(number)
        workers.start(number)
    until = time.monotonic() + PATIENCE
    while (used := sum(row.units for row in place.sums())) <= 3000 - 20 and time.monotonic() < until:
        place.drain()
        time.sleep(0.1)
    assert 3000 - 20 < used <= 3000  # a call asks for 20, so less than that may be left
    for number in range(3):
        workers.kill(number)
    assert check_sums(place, workers)[0] > 0


@pytest.mark.soak
def test_two_hundred_kills_and_a_million_calls_lose_nothing(place: Place, workers: Workers) -> None:
    kills, calls = int(os.environ.get("SOAK_KILLS", "200")), int(os.environ.get("SOAK_CALLS", "1000000"))
    began = time.process_time()
    with drained(place):
        kill_often(workers, kills, count=8, bytes_each=5_000, rest=100)
    killed = check_sums(place, workers)
    print(f"\n{kills} kills of 8 workers: {killed[0]} recorded, {killed[1]} acknowledged", flush=True)
    left = max(0, calls - killed[0])
    for number in range(8):
        workers.start(number, left // 8 + 1)
    until = time.monotonic() + 3600
    with drained(place):
        while sum(len(workers.lines(number)) for number in range(8)) < killed[1] + 8 * (left // 8 + 1) and time.monotonic() < until:
            time.sleep(2)
    recorded, acknowledged = check_sums(place, workers)
    print(f"\n{kills} kills: {killed[0]} recorded, {killed[1]} acknowledged; then {recorded} recorded, {acknowledged} acknowledged")
    print(f"lost 0, twice 0; {time.process_time() - began:.0f} s of this process's CPU")
    assert recorded >= calls


@pytest.mark.soak
def test_eight_workers_and_restarts_never_overshoot(place: Place, workers: Workers) -> None:
    place.quota("counted", 400_000, unit="character")
    with drained(place):
        kill_often(workers, 40, count=8, bytes_each=4000)
    for number in range(8):
        workers.start(number)
    until = time.monotonic() + 600
    while (used := sum(row.units for row in place.sums())) <= 400_000 - 20 and time.monotonic() < until:
        place.drain()
        time.sleep(0.5)
    for number in range(8):
        workers.kill(number)
    recorded, _acknowledged = check_sums(place, workers)
    used = sum(row.units for row in place.sums())
    print(f"\nquota 400000, used {used} in {recorded} calls, overshoot {max(0, used - 400_000)}")
    assert 400_000 - 20 < used <= 400_000
