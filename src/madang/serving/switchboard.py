# SPDX-License-Identifier: Apache-2.0
"""Where calls are put through: from a service's name to the engine of one of its versions.

It stands in the web process, on the event loop. What services there are is read again every second, in a thread.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import AsyncIterator, Callable, Mapping, Sequence

from madang.serving.engines import Engine
from madang.serving.engines.events import Counted
from madang.serving.errors import BadOperation, EngineDown, InputsTooLarge, ServicePaused
from madang.serving.offers import Answer, Offer, Part, Route, Standing
from madang.serving.units import count

log = logging.getLogger("madang.serving")
REFRESH_SECONDS = 1.0
Read = Callable[[], Sequence[Standing]]
Make = Callable[[Offer, Route], Engine]


class Switchboard:
    """Knows every service that takes calls, and calls it. ``read`` gives what stands now, ``make`` an engine for one version."""

    def __init__(self, read: Read, make: Make) -> None:
        self.read, self.make = read, make
        self.standing: dict[str, Standing] = {}
        self.routes: dict[str, tuple[Route, ...]] = {}
        self.engines: dict[str, Engine] = {}
        self.refreshing: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """What stands is known, and is read again every second until ``stop``."""
        await self.refresh()
        self.refreshing = asyncio.get_running_loop().create_task(self._keep_fresh())

    async def stop(self) -> None:
        """Nothing is called any more."""
        if self.refreshing is not None:
            self.refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.refreshing
            self.refreshing = None
        for engine in self.engines.values():
            await engine.close()
        self.engines.clear()

    async def refresh(self) -> None:
        """What stands in the rows now is what is called from now on; engines of versions that are gone are closed."""
        found = await asyncio.to_thread(self.read)
        self.standing = {each.offer.full_name.lower(): each for each in found}
        self.routes = {each.offer.id: each.routes for each in found}
        alive = {route.id for each in found for route in each.routes}
        for gone in [id_ for id_ in self.engines if id_ not in alive]:
            await self.engines.pop(gone).close()

    def find(self, namespace: str, name: str) -> Offer | None:
        """The service of that name, in any case of letters; who may see it is asked by whoever asks."""
        standing = self.standing.get(f"{namespace}/{name}".lower())
        return standing.offer if standing else None

    def offers(self) -> Sequence[Offer]:
        """Every service, by name."""
        return [self.standing[name].offer for name in sorted(self.standing)]

    def load(self) -> Sequence[tuple[str, str, int, int]]:
        """For each version that was called here: the service's name, the version, and how many calls run and wait."""
        made = []
        for standing in self.standing.values():
            for route in standing.routes:
                if engine := self.engines.get(route.id):
                    made.append((standing.offer.full_name, route.version, *engine.load()))
        return made

    def estimate(self, offer: Offer, inputs: Mapping[str, object] | bytes) -> int:
        """An upper bound of what a call with these inputs will cost."""
        return count(offer.unit, offer.counts, inputs)

    async def call(
        self, offer: Offer, inputs: Mapping[str, object] | bytes, *, operation: str = "", deadline: float = 0.0, most: int = 0
    ) -> Answer:
        """What the service gives. ``deadline`` is the loop's time, 0 for the service's own limit; ``most`` is what ``estimate`` said, where
        it was asked already."""
        engine, ends = self._put_through(offer, inputs, operation, deadline)
        outputs = await engine.call(inputs, operation, ends)
        most = most or self.estimate(offer, inputs)
        units = most if offer.unit != "token" else _tokens(outputs, most)
        is_bytes = isinstance(outputs, bytes)
        return Answer(outputs, units, "application/octet-stream" if is_bytes else "application/json")

    async def stream(
        self, offer: Offer, inputs: Mapping[str, object] | bytes, *, operation: str = "", deadline: float = 0.0
    ) -> AsyncIterator[Part]:
        """The pieces of the answer as they come; the first carries what is counted. Of a token service each is one token more, unless the
        engine says how many were used until now, which is believed up to what the call was said to cost at most."""
        engine, ends = self._put_through(offer, inputs, operation, deadline)
        units, used = count(offer.unit, offer.counts, inputs), 0
        pieces = engine.stream(inputs, operation, ends)
        try:
            async for data in pieces:
                part = _part(offer, data, used, units)
                used += part.units
                yield part
        finally:
            close = getattr(pieces, "aclose", None)
            if close is not None:
                await close()

    def _put_through(self, offer: Offer, inputs: Mapping[str, object] | bytes, operation: str, deadline: float) -> tuple[Engine, float]:
        if offer.is_paused:
            raise ServicePaused
        if operation and operation not in offer.operations:
            raise BadOperation(operation=operation[:80], operations=", ".join(offer.operations) or "-")
        if isinstance(inputs, bytes) and len(inputs) > offer.max_body_bytes:
            raise InputsTooLarge(limit=offer.max_body_bytes)
        routes = self.routes.get(offer.id)
        if not routes:
            raise EngineDown(retry_after=5)
        route = pick(routes)
        engine = self.engines.get(route.id)
        if engine is None:
            engine = self.engines[route.id] = self.make(offer, route)
        now = asyncio.get_running_loop().time()
        own = now + offer.seconds
        return engine, min(deadline, own) if deadline else own

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except (OSError, RuntimeError) as error:  # what stood a second ago still answers
                log.warning("serving.not-read", extra={"error": str(error)[:200]})


def pick(routes: Sequence[Route]) -> Route:
    """One of the versions, by their shares; the only one, where there is one."""
    if len(routes) == 1:
        return routes[0]
    total = sum(route.share for route in routes)
    if total <= 0:
        return routes[0]
    at = random.random() * total  # noqa: S311 (which version a call goes to is no secret)
    for route in routes:
        at -= route.share
        if at < 0:
            return route
    return routes[-1]


def _part(offer: Offer, data: bytes, used: int, most: int) -> Part:
    """The piece with the units that it adds to those that were used before it."""
    if offer.unit != "token":
        return Part(data, 0 if used else most)
    if not isinstance(data, Counted):
        return Part(data, 1)
    return Part(data, min(data.tokens, most - used) if data.is_told else data.tokens)


def _tokens(outputs: object, most: int) -> int:
    """What the service says that it used, within what the call was said to cost at most."""
    usage = outputs.get("usage") if isinstance(outputs, Mapping) else None
    told = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    return max(1, min(told, most)) if isinstance(told, int) and not isinstance(told, bool) else most
