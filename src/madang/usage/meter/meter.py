# SPDX-License-Identifier: Apache-2.0
"""The meter of one web process: recognise, reserve, settle or release."""

import asyncio
import contextlib
import logging
import os
import time
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from hashlib import blake2b
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from madang import people
from madang.db import Database
from madang.kit import Unavailable
from madang.usage import rules
from madang.usage.draining import Drainer
from madang.usage.errors import LargerThanQuota, OtherService, QuotaExceeded, Uncounted
from madang.usage.limits import Limits
from madang.usage.log import Writer, frames
from madang.usage.meter import leases
from madang.usage.meter.days import Days
from madang.usage.meter.grants import Grant, Metered
from madang.usage.meter.reservations import Counter, Ident, Line, Reservation, headers, micros, policy_name
from madang.usage.meter.ring import Read, Ring, guest
from madang.usage.words import OUTCOMES

log = logging.getLogger("madang.usage")
CODES = {word: code for code, word in enumerate(OUTCOMES)}
DRY_SECONDS = 1.0
TRIES = 4


class Meter:
    """Counts the calls of one process. All of it runs on one event loop; the database is asked in threads."""

    def __init__(self, database: Database, folder: Path, *, node: str, limits: Limits) -> None:
        self.database, self.folder, self.node, self.limits = database, folder, node, limits
        self.ring = Ring()
        self.writer = Writer(folder, log_bytes=limits.log_bytes, slab_bytes=limits.slab_bytes)
        self.days = Days(limits.zone)
        self.unfit_units = 0
        self._lines: dict[tuple[str, str], Line] = {}
        self._counters: dict[Ident, Counter] = {}
        self._guests: dict[tuple[str, str], Grant] = {}
        self._guest_key = people.keys.held().derive("usage-guest")
        self._wants: dict[Counter, tuple[int, asyncio.Future[None]]] = {}
        self._leasing: asyncio.Task[None] | None = None
        self._refreshing: asyncio.Task[None] | None = None
        self._ids = 0

    async def start(self) -> None:
        """Keys and plans are in memory, and what earlier processes of this node left is in the rows and their leases are free."""
        await asyncio.to_thread(partial(Drainer(self.database, self.folder).drain_the_dead, seconds=self.limits.start_seconds))
        await self._refresh()
        run = await self.writer.start()
        self.run = run.id
        self._ids = int.from_bytes(os.urandom(6)) << 32
        self._refreshing = asyncio.create_task(self._keep_fresh())

    async def stop(self) -> None:
        """What was settled is on the disk, what is leased and free is given back."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refreshing
        if self._leasing is not None:
            await asyncio.wait([self._leasing])
        await self.writer.stop()
        await self._give_back(idle_for=0.0)

    def recognise(self, secret: str) -> Grant:
        """Who calls with this key, as it stood at most a second ago. ``UnknownKey``, ``RevokedKey``, ``ExpiredKey``, ``PausedKey``."""
        return self.ring.recognise(secret)

    def check_standing(self, grant: Grant) -> None:
        """Nothing when the grant's key is still good, in the middle of a stream; else the refusal that it would get now."""
        self.ring.check_standing(grant)

    def guest(self, session: str, network: str) -> Grant:
        """A guest: ``session`` is whatever tells browsers apart ("" where nothing does), ``network`` the address that they come from."""
        asked = (session, network)
        known = self._guests.get(asked)
        if known is None:
            if len(self._guests) >= self.limits.guests:
                self._guests.clear()
            place = people.network_of(network) or network
            known = self._guests[asked] = guest(self._mark(session) if session else "", self._mark(f"network {place}"))
        return known

    async def reserve(self, grant: Grant, service: Metered, units: int) -> Reservation:
        """So many units (an upper bound of what the call will cost) are held until the call is settled or released.

        ``QuotaExceeded`` when a quota does not have them, ``OtherService`` when the key is for others, ``Uncounted`` when usage cannot be
        written down. Waits for the database only where this process has nothing leased.
        """
        held = self.hold(grant, service, units)
        if held is not None:
            return held
        line = self._line(grant, service)
        await self._lease(line, units)
        at = micros()
        self.writer.take_room()
        for counter in line.counters.hold(units):
            self._want(counter, counter.low)
        return Reservation(line, units, at, line.day, line.counters, self._id(at))

    def hold(self, grant: Grant, service: Metered, units: int) -> Reservation | None:
        """What ``reserve`` does, at once; None where it would have to wait, or where more has to be leased soon."""
        if grant.services is not None and service.id not in grant.services:
            raise OtherService(service=service.name)
        line = self._line(grant, service)
        at = time.time_ns() // 1000
        if not line.begins <= at < line.ends:
            line.renew(at, self.days, self._counters)
        counters = line.counters
        if not counters.hold_some(units):
            return None
        try:
            self.writer.take_room()
        except Uncounted:
            counters.settle(units, 0, 0)
            raise
        return Reservation(line, units, at, line.day, counters, self._id(at))

    async def settle(self, reservation: Reservation, *, units: int, outcome: str, seconds: float) -> None:
        """The call is counted with so many units, and the disk has it. ``outcome``: ``answered``, ``cut`` or ``failed``, which is free.

        More units than were reserved are counted as far as the quotas have them. Settling or releasing again changes nothing.
        ``Uncounted`` when the disk failed: then the caller is not to be answered.
        """
        code = CODES[outcome]
        if not reservation.is_open:
            return
        reservation.is_open = False
        if outcome == "failed":
            units = 0
        elif units > reservation.units:
            units = await self._grow(reservation, units)
        reservation.counters.settle(reservation.units, 0 if outcome == "failed" else 1, units)
        context, standing = reservation.line.numbers_in(self.writer)
        micros_ = int(seconds * 1_000_000)
        await self.writer.write(frames.call(reservation.id, reservation.at, reservation.day, context, standing, units, micros_, code))

    def release(self, reservation: Reservation) -> None:
        """Nothing was done, so nothing is counted."""
        if not reservation.is_open:
            return
        reservation.is_open = False
        reservation.counters.settle(reservation.units, 0, 0)
        self.writer.give_room()

    def headers(self, reservation: Reservation) -> Sequence[tuple[bytes, bytes]]:
        """``RateLimit`` and ``RateLimit-Policy`` as they stand after this call; none for a plan without quotas."""
        return headers(reservation.line, reservation.counters, micros())

    def _line(self, grant: Grant, service: Metered) -> Line:
        ident = (grant.key_id or grant.session + grant.network, service.id)
        line = self._lines.get(ident)
        ring = self.ring
        if (
            line is None
            or line.grant is not grant
            or line.version != ring.plans
            or (line.service is not service and line.service != service)
        ):
            asked = {"account_id": grant.account_id, "service_id": service.id, "unit": service.unit}
            quotas = [each for each in rules.quotas_for(ring.quotas.get(grant.plan, ()), **asked) if each.is_hard]
            price = rules.price_for(ring.prices.get(grant.plan, ()), **asked)
            line = self._lines[ident] = Line.of(grant, service, ring.plans, quotas, price)
        return line

    def _id(self, at: int) -> bytes:
        """A new id: milliseconds, this run's chance, and a number that no other call of the run has."""
        self._ids += 1
        return (at // 1000 << 80 | self._ids & (1 << 80) - 1).to_bytes(16)

    def _mark(self, text: str) -> str:
        return blake2b(text.encode("utf-8", "backslashreplace"), key=self._guest_key, digest_size=12).hexdigest()

    async def _lease(self, line: Line, units: int) -> None:
        """Every counter of the line has what one call needs, or ``QuotaExceeded``."""
        for _try in range(TRIES):
            line.renew(micros(), self.days, self._counters)
            short = [(counter, need) for counter, need in line.counters.needs(units) if counter.free < need]
            if not short:
                return
            for counter, need in short:
                if need > counter.quota.amount or counter.dry_until > time.monotonic():
                    raise self._exceeded(line, counter, need)
            await asyncio.gather(*(self._want(counter, need - counter.free) for counter, need in short))
        raise self._exceeded(line, short[0][0], units)

    def _exceeded(self, line: Line, counter: Counter, need: int) -> QuotaExceeded:
        quota, at = counter.quota, micros()
        kind = LargerThanQuota if need > quota.amount else QuotaExceeded
        wait = max(1, -((at - counter.ends) // 1_000_000))
        if kind is QuotaExceeded and counter.free + counter.held + counter.elsewhere + counter.unspent >= need:
            wait = 1  # others hold what is left and may give it back
        return kind(
            retry_after=wait, policy=policy_name(quota), headers=headers(line, line.counters, at), plan=quota.plan, amount=quota.amount,
            unit=quota.unit, window=quota.every, units=need,
        )  # fmt: skip

    def _want(self, counter: Counter, units: int) -> "asyncio.Future[None]":
        """More of this counter is on its way; done when the database has answered."""
        asked, waiter = self._wants.get(counter, (0, None))
        if waiter is None:
            waiter = asyncio.get_running_loop().create_future()
        self._wants[counter] = (asked + units, waiter)
        counter.is_asking = True
        if self._leasing is None or self._leasing.done():
            self._leasing = asyncio.create_task(self._take())
        return waiter

    async def _take(self) -> None:
        while self._wants:
            wants, self._wants = self._wants, {}
            asked = [leases.Want(each.name, each.period, each.quota.id, units) for each, (units, _waiter) in wants.items()]
            try:
                taken = await asyncio.to_thread(self._take_from_database, asked)
            except (SQLAlchemyError, OSError) as error:
                log.error("no lease: %s", error)
                for counter, (_units, waiter) in wants.items():
                    counter.is_asking = False
                    if not waiter.done():
                        waiter.set_exception(Unavailable())
                        waiter.exception()  # a lease that was taken ahead has nobody who waits for it
                continue
            for (counter, (units, waiter)), got in zip(wants.items(), taken, strict=True):
                counter.is_asking = False
                counter.free += got.units
                counter.elsewhere, counter.unspent = got.left, got.unspent
                counter.low = got.units // 4 if got.left else 0
                counter.touched_at = time.monotonic()
                if got.units < units:
                    counter.dry_until = time.monotonic() + DRY_SECONDS
                if not waiter.done():
                    waiter.set_result(None)

    def _take_from_database(self, wants: list[leases.Want]) -> list[leases.Taken]:
        with self.database.writing() as session:
            return leases.take(session, self.run, wants, share=self.limits.lease_share)

    async def _grow(self, reservation: Reservation, units: int) -> int:
        """How many units can be counted after all, where a call took more than was reserved."""
        more = units - reservation.units
        tight = reservation.counters.units
        short = [counter for counter in tight if counter.free < more]
        if short:
            with contextlib.suppress(Unavailable):
                await asyncio.gather(*(self._want(counter, more - counter.free) for counter in short))
        fits = max(0, min([more, *(counter.free for counter in tight)]))
        self.unfit_units += more - fits
        return reservation.units + fits

    async def _give_back(self, wanted: AbstractSet[Ident] = frozenset(), *, idle_for: float) -> None:
        """What is leased and was not used of late is free for other processes, and half of what others want."""
        moment = time.monotonic()
        given = []
        for counter in self._counters.values():
            is_idle = counter.is_idle(moment, idle_for)
            if counter.free > 0 and (is_idle or (counter.ident in wanted and not counter.is_asking)):
                units = counter.free if is_idle else (counter.free + 1) // 2
                given.append((counter.name, counter.period, units))
                counter.elsewhere += units
                counter.free -= units
                counter.seen = (counter.free, counter.held)
                counter.low = 0
        if given:
            await asyncio.to_thread(self._give_to_database, given)

    def _give_to_database(self, given: list[tuple[str, str, int]]) -> None:
        with self.database.writing() as session:
            leases.give_back(session, self.run, given)

    async def _refresh(self) -> set[Ident]:
        """Keys and plans are as they stand now; which counters others want more of."""
        read, wanted = await asyncio.to_thread(self._look)
        if read is not None:
            self.ring.take(read)
        return wanted

    def _look(self) -> tuple[Read | None, set[Ident]]:
        with self.database.reading() as session:
            return self.ring.read(session), leases.wanted(session)

    async def _keep_fresh(self) -> None:
        while True:
            await asyncio.sleep(self.limits.refresh_seconds)
            try:
                wanted = await self._refresh()
                await self._give_back(wanted, idle_for=self.limits.lease_idle_seconds)
                self._forget()
            except (SQLAlchemyError, OSError) as error:  # the database may be away; what is known holds until it is back
                log.error("keys and leases are not fresh: %s", error)

    def _forget(self) -> None:
        """Counters of periods that are over, and lines of guests who are gone, are let go."""
        at = micros()
        for ident in [ident for ident, each in self._counters.items() if each.ends < at - 2 * rules.MINUTE and not each.held]:
            del self._counters[ident]
        if len(self._lines) > 2 * self.limits.guests:
            self._lines.clear()
