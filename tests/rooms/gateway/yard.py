# SPDX-License-Identifier: Apache-2.0
"""The path of calls as the web process serves it: real keys, real counting on a real log and database, small services behind it."""

import http.client
import json
import socket
import threading
import time
from pathlib import Path
from typing import Any

import uvicorn

import databases
from madang import app, gateway, kit, people, settings, usage
from madang.app import serving
from madang.app.connections import Watch, watched
from rooms.gateway import engines

LIMITS = gateway.Limits(body=1 << 20)
PLENTY = 1 << 50
UNITS = ("call", "character", "audio-second", "token")


class Yard:
    """A house with the path of calls in front of its pages, served to this machine by a thread."""

    def __init__(self, home: Path) -> None:
        given = settings.read({"MADANG_HOME": str(home), "MADANG_LANGUAGE": "en", **databases.furnished(home)})
        self.house = app.open_house(given)
        pages = app.web_application(self.house)
        self.meter = usage.Meter(self.house.database, self.house.usage_logs, node="test", limits=usage.Limits(refresh_seconds=0.05))
        guests = gateway.Guests(pages, lambda session, request: serving.authenticate(session, request, self.house))
        self.switchboard = engines.switchboard()
        admission = gateway.Admission(self.meter, self.switchboard, LIMITS, gateway.Retries(self.house.database), guests)
        self.path = gateway.CallPath(pages, admission, gateway.all_wires(), language="en")
        listening = socket.create_server(("127.0.0.1", 0), backlog=2048)
        self.port: int = listening.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        http = watched(Watch(), self.path.takes)
        config = uvicorn.Config(self.path, http=http, log_config=None, access_log=False, server_header=False, lifespan="on")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [listening]})
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
            time.sleep(0.01)
        self.made = 0

    def close(self) -> None:
        self.server.should_exit = True
        self.thread.join(60)
        self.house.close()

    def key(self, *, units: int = PLENTY, **options: Any) -> str:
        """A new key on a plan of its own with so many units of every kind a month; known to the server when this returns."""
        self.made += 1
        with self.house.database.writing() as session:
            plan = usage.set_plan(session, f"plan-{self.made}", given="at-once", by=kit.SYSTEM)
            for unit in UNITS:
                usage.set_quota(session, plan, unit=unit, every="month", amount=units, scope="key", is_each=False, by=kit.SYSTEM)
            account = people.find_account(session, "caller") or people.create_account(
                session, name="caller", role=kit.Role.MEMBER, by=kit.SYSTEM
            )  # fmt: skip
            made = usage.create_key(session, account=account, plan=plan.name, limits=usage.Limits(keys=10_000), by=kit.SYSTEM, **options)
        until = time.monotonic() + 60
        while True:
            try:
                self.meter.recognise(made.secret)
            except usage.UnknownKey:
                assert time.monotonic() < until
                time.sleep(0.01)
            else:
                return made.secret

    def id_of(self, key: str) -> str:
        return self.meter.recognise(key).key_id

    def counted(self, key: str) -> tuple[int, int] | None:
        """How many calls and units stand in the rows for this key; None for no row."""
        usage.drain(self.house.database, self.house.usage_logs)
        with self.house.database.reading() as session:
            rows = list(usage.sums(session, usage.Asked(key=self.id_of(key)), viewer=kit.SYSTEM))
        return (sum(row.calls for row in rows), sum(row.units for row in rows)) if rows else None


def post(yard: Yard, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], Any]:
    """Status, headers and body of the answer; JSON is read. Underscores in the headers' names stand for hyphens."""
    connection = http.client.HTTPConnection("127.0.0.1", yard.port, timeout=60)
    try:
        connection.request("POST", path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        content = answer.read()
    finally:
        connection.close()
    told = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, told, json.loads(content) if "json" in told.get("content-type", "") else content


def bearer(key: str) -> dict[str, str]:
    """The header that carries a key on all wires but ETRI's."""
    return {"Authorization": f"Bearer {key}"}
