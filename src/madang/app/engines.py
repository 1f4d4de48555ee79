# SPDX-License-Identifier: Apache-2.0
"""The process of engines: it publishes what the platform brings along, and keeps the processes of services."""

import asyncio
import logging
import signal
import threading

from madang import db, kit, serving
from madang.app.house import House, open_house
from madang.settings import Settings

log = logging.getLogger("madang.engines")
ENGINES_CONNECTIONS = db.Connections(kept=1, most=3)


def run_engines(settings: Settings) -> None:
    """Keep services' processes until told to end."""
    house = open_house(settings, connections=ENGINES_CONNECTIONS)
    keeper = serving.keeper_of(house.database, house.store, house.home, limits=lambda: house.serving_limits)
    if settings.reference_services:
        threading.Thread(target=_publish, args=(house,), name="references", daemon=True).start()

    async def keep() -> None:
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        await keeper.run(ended)

    asyncio.run(keep())
    house.close()


def _publish(house: House) -> None:
    try:
        new = serving.publish_references(house.database, house.store, limits=house.serving_limits)
    except (kit.Refusal, OSError) as error:  # the platform is up without them; the next start tries again
        log.warning("references.not-published", extra={"error": str(error)[:300]})
    else:
        if new:
            log.info("references.published", extra={"names": ", ".join(new)})
