# SPDX-License-Identifier: Apache-2.0
"""The order in which a call is let in: bounds, key, service, quota; then the engine; then it is counted for good; then the last byte.

Nothing of it waits for anything but the engine and the log's next write to the disk.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from madang import catalog, serving, usage
from madang.gateway.asked import Asked
from madang.gateway.errors import NoKey, NoSuchService, TooDeep, TooManyAtOnce
from madang.gateway.guests import Guests
from madang.gateway.limits import Limits
from madang.gateway.retries import Retries

log = logging.getLogger("madang.gateway")
R = TypeVar("R")
Inputs = Mapping[str, object] | bytes
DONE, FAILED, CUT = "answered", "failed", "cut"
"""What became of a call, in usage's words: answered; the service failed; it ended before its end, by whoever called or by what ran it."""
LOOK_SECONDS = 0.4
"""How often a stream's key is looked at again. What the meter knows of it is as old once more, and together they stay below a second."""
MOST_KNOWN = 50_000


@dataclass
class Admission:
    """Lets calls in, for every wire alike."""

    meter: usage.Meter
    switchboard: serving.Switchboard
    limits: Limits
    retries: Retries
    guests: Guests | None = None
    under_way: int = 0
    _seen: dict[tuple[usage.Grant, str, str | None, str | None], bool] = field(default_factory=dict)
    _metered: dict[str, usage.Metered] = field(default_factory=dict)

    def grant(self, secret: str) -> usage.Grant:
        """What the key allows; ``NoKey`` where there is none, and usage's refusals for one that is not good."""
        if not secret:
            raise NoKey
        return self.meter.recognise(secret)

    def offer(self, grant: usage.Grant, namespace: str, name: str, version: str = "") -> serving.Offer:
        """The service of that name that the key may call. One that may not be seen is answered as none at all; one that may be seen and is
        not the key's is ``OtherService``."""
        offer = self.switchboard.find(namespace, name)
        if offer is None or not self._may_see(grant, offer) or (version and version != offer.version):
            raise NoSuchService(name=f"{namespace}/{name}"[:200])
        if not is_for(grant, offer):
            raise usage.OtherService(service=offer.full_name)
        return offer

    def offers(self, grant: usage.Grant) -> Sequence[serving.Offer]:
        """Every service that the key may call, by name."""
        return [offer for offer in self.switchboard.offers() if is_for(grant, offer) and self._may_see(grant, offer)]

    async def call(
        self,
        asked: Asked,
        grant: usage.Grant,
        offer: serving.Offer,
        inputs: Inputs,
        operation: str = "",
        *,
        shape: Callable[[serving.Answer], R],
    ) -> R:
        """The service's answer in the ``shape`` of a wire, counted for good when this returns. What the service refused or failed at costs
        nothing, and neither does an answer that has no such shape."""
        loop = asyncio.get_running_loop()
        most = self._let_in(offer, inputs)
        if b"idempotency-key" in asked.headers and grant.key_id:
            await self.retries.begin(asked, grant.key_id)
        counted = self._counted(offer)
        reservation = self.meter.hold(grant, counted, most) or await self.meter.reserve(grant, counted, most)
        self.under_way += 1
        began, is_settled = loop.time(), False
        try:
            answer = await self.switchboard.call(offer, inputs, operation=operation, deadline=began + self.limits.call_seconds, most=most)
            shaped = _shaped(answer, shape)
            asked.is_counted = is_settled = True
            await self.meter.settle(reservation, units=answer.units, outcome=DONE, seconds=loop.time() - began)
        except (serving.EngineFailed, serving.TookTooLong):
            is_settled = True
            await self.meter.settle(reservation, units=0, outcome=FAILED, seconds=loop.time() - began)
            raise
        except RecursionError:
            raise TooDeep from None
        finally:
            self.under_way -= 1
            if not is_settled:
                self.meter.release(reservation)
        asked.told += self.meter.headers(reservation)
        asked.told.append((b"madang-units", b"%d" % answer.units))
        return shaped

    async def stream(
        self, asked: Asked, grant: usage.Grant, offer: serving.Offer, inputs: Inputs, operation: str = "", *, used: Callable[[int], None]
    ) -> AsyncIterator[bytes]:
        """The pieces of the service's answer as they come. Whatever ends it, what was used by then is counted for good when this ends.

        ``used`` is told the units so far. A key that is revoked, or over, ends the stream with its refusal.
        """
        loop = asyncio.get_running_loop()
        most = self._let_in(offer, inputs)
        if b"idempotency-key" in asked.headers and grant.key_id:
            await self.retries.begin(asked, grant.key_id)
        reservation = await self.meter.reserve(grant, self._counted(offer), most)
        self.under_way += 1
        asked.told += self.meter.headers(reservation)
        asked.is_counted = True
        began, units, outcome, looked = loop.time(), 0, CUT, loop.time()
        parts = self.switchboard.stream(offer, inputs, operation=operation, deadline=began + self.limits.stream_seconds)
        try:
            async for part in parts:
                if units + part.units > most:  # it writes more than it was asked for, and nothing is given that was not reserved
                    break
                if loop.time() - looked > LOOK_SECONDS:
                    self.meter.check_standing(grant)
                    looked = loop.time()
                units += part.units
                used(units)
                yield part.data
            else:
                outcome = DONE
        except (serving.EngineFailed, serving.TookTooLong):
            outcome = FAILED
            raise
        finally:
            self.under_way -= 1
            await asyncio.shield(self._end(parts, reservation, units, outcome, loop.time() - began))

    async def _end(
        self, parts: AsyncIterator[serving.Part], reservation: usage.Reservation, units: int, outcome: str, seconds: float
    ) -> None:
        close = getattr(parts, "aclose", None)
        if close is not None:
            await close()
        if units or outcome != CUT:
            await self.meter.settle(reservation, units=units, outcome=outcome, seconds=seconds)
        else:
            self.meter.release(reservation)

    def _let_in(self, offer: serving.Offer, inputs: Inputs) -> int:
        """There is room for one more call, and the service takes calls; gives how many units it costs at most."""
        if self.under_way >= self.limits.at_once:
            raise TooManyAtOnce
        if offer.is_paused:
            raise serving.ServicePaused
        return self.switchboard.estimate(offer, inputs)

    def _may_see(self, grant: usage.Grant, offer: serving.Offer) -> bool:
        """Whether whoever calls may see the service: asked of the table once for each key and each kind of service. A key that changes is
        another grant."""
        asked = (grant, offer.exposure, offer.owner_id, offer.organisation_id)
        known = self._seen.get(asked)
        if known is None:
            if len(self._seen) >= MOST_KNOWN:
                self._seen.clear()
            known = self._seen[asked] = catalog.may_see(offer.exposure, offer.owner_id, grant.actor, organisation_id=offer.organisation_id)
        return known

    def _counted(self, offer: serving.Offer) -> usage.Metered:
        """The service as usage counts it."""
        known = self._metered.get(offer.id)
        if known is None or known.unit != offer.unit or known.name != offer.full_name:
            known = self._metered[offer.id] = usage.Metered(offer.id, offer.full_name, offer.unit)
        return known


def _shaped(answer: serving.Answer, shape: Callable[[serving.Answer], R]) -> R:
    """The answer as a wire gives it; what cannot be shaped so was no answer."""
    try:
        return shape(answer)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as fault:
        log.warning("call.shapeless", extra={"fault": repr(fault)[:200]})
        raise serving.EngineFailed from fault


def is_for(grant: usage.Grant, offer: serving.Offer) -> bool:
    """Whether the key is for the service."""
    return grant.services is None or offer.id in grant.services
