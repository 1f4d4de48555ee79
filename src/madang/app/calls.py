# SPDX-License-Identifier: Apache-2.0
"""The path of calls in the web process: usage and serving, put together by the gateway."""

import os

from fastapi import FastAPI

from madang import gateway, serving, usage
from madang.app.house import House


def call_path(house: House, pages: FastAPI, authenticate: gateway.Authenticate) -> gateway.CallPath:
    """What answers calls of services in front of the pages. It starts and ends with the server."""
    meter = usage.Meter(house.database, house.usage_logs, node=os.uname().nodename, limits=house.usage_limits)
    limits = house.settings.fill("gateway", gateway.Limits, idempotency_hours=house.settings.idempotency_hours)
    admission = gateway.Admission(
        meter,
        switchboard_of(house),
        limits,
        gateway.Retries(house.database, hours=limits.idempotency_hours, most=limits.kept_answer),
        gateway.Guests(pages, authenticate),
    )
    path = gateway.CallPath(pages, admission, gateway.all_wires(), language=house.settings.language)
    pages.state.calls = path
    pages.state.meter.registry.register(path.counts)
    path.counts.under_way, path.counts.load = lambda: admission.under_way, admission.switchboard.load
    path.counts.process = pages.state.meter.given.process
    return path


def switchboard_of(house: House) -> serving.Switchboard:
    """The services of this platform."""
    return serving.switchboard_of(house.database, house.home, guard=lambda: house.guard, limits=lambda: house.serving_limits)
