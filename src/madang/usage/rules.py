# SPDX-License-Identifier: Apache-2.0
"""Pure decisions: which quotas and price hold, which period a moment is in, what units cost."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeVar

from madang.usage.errors import NoReason, WrongQuota
from madang.usage.words import CALL, GIVEN, PERS, SCOPES, WINDOWS

MINUTE = 60_000_000
MOST = 1 << 53
BUCKETS_AN_OCTAVE = 8
_UNIT = re.compile(r"[a-z][a-z-]{0,23}")
_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_CURRENCY = re.compile(r"[A-Z]{3}")
DIGITS = {"KRW": 0, "JPY": 0}


class Bounded(Protocol):
    """A row of a plan that may be for one account or one service."""

    account_id: str
    service_id: str
    unit: str


B = TypeVar("B", bound=Bounded)


@dataclass(frozen=True, slots=True)
class QuotaFacts:
    """A quota as processes hold it in memory."""

    id: str
    plan: str
    account_id: str
    service_id: str
    unit: str
    every: str
    amount: int
    scope: str
    is_each: bool
    is_hard: bool


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """A price as processes hold it in memory."""

    plan: str
    account_id: str
    service_id: str
    unit: str
    amount: Decimal
    per: int
    currency: str


FREE = PriceFacts("", "", "", CALL, Decimal(0), 1, "KRW")


def quotas_for(given: Iterable[QuotaFacts], *, account_id: str, service_id: str, unit: str) -> list[QuotaFacts]:
    """The quotas of a plan that hold for this account, service and unit: of those that mean the same, the one that is most its own."""
    best: dict[tuple[str, str, str], QuotaFacts] = {}
    for each in given:
        if each.unit not in (CALL, unit) or not _is_for(each, account_id, service_id):
            continue
        same = (each.unit, each.every, each.scope)
        if same not in best or _nearness(each) > _nearness(best[same]):
            best[same] = each
    return sorted(best.values(), key=lambda each: (WINDOWS.index(each.every), each.unit, each.scope))


def price_for(given: Iterable[PriceFacts], *, account_id: str, service_id: str, unit: str) -> PriceFacts:
    """The price that holds: the one that is most the account's and the service's own; free of charge where there is none."""
    fitting = [each for each in given if each.unit == unit and _is_for(each, account_id, service_id)]
    return max(fitting, key=_nearness, default=FREE)


def _is_for(each: "QuotaFacts | PriceFacts", account_id: str, service_id: str) -> bool:
    return each.account_id in ("", account_id) and each.service_id in ("", service_id)


def _nearness(each: "QuotaFacts | PriceFacts") -> int:
    return 2 * bool(each.account_id) + bool(each.service_id)


def period_of(every: str, at: int, day: int) -> str:
    """The period of a moment (``at`` in microseconds since 1970, ``day`` the institute's, as ``date.toordinal``)."""
    if every == "minute":
        return str(at // MINUTE)
    told = date.fromordinal(day).isoformat()
    return told if every == "day" else told[:7]


def next_month(day: date) -> date:
    """The first day of the month behind ``day``'s."""
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def lease_size(left: int, wanted: int, share: int) -> int:
    """How much a process gets at once: what it wants, or a part of what is left ahead of that, so that many can end a quota together."""
    return min(left, max(wanted, left // share))


def amount_of(units: int, price: Decimal, per: int) -> Decimal:
    """What so many units cost, exactly: ``per`` is a power of ten."""
    return (price * units).scaleb(-(len(str(per)) - 1))


def total_of(amounts: Iterable[Decimal], currency: str) -> Decimal:
    """The sum in the currency's smallest coin, rounded once and half up."""
    whole = Decimal(1).scaleb(-DIGITS.get(currency, 2))
    return sum(amounts, Decimal(0)).quantize(whole, rounding="ROUND_HALF_UP")


def bucket_of(micros: int) -> int:
    """The bucket of a duration: eight to each doubling, so its bounds are 9 % apart."""
    return int(math.log2(max(micros, 1)) * BUCKETS_AN_OCTAVE)


def micros_of(bucket: float) -> float:
    """The duration at a place between buckets."""
    return float(2 ** (bucket / BUCKETS_AN_OCTAVE))


def percentile(buckets: Sequence[tuple[int, int]], part: float) -> float | None:
    """The duration (microseconds) that this part of the calls did not exceed, from sorted buckets; None when there were none."""
    total = sum(calls for _bucket, calls in buckets)
    wanted, seen = part * total, 0
    for bucket, calls in buckets:
        if seen + calls >= wanted:
            return micros_of(bucket + (wanted - seen) / calls)
        seen += calls
    return None


def check_unit(unit: str) -> str:
    """Hand back ``unit`` if it can be one."""
    if not _UNIT.fullmatch(unit):
        raise WrongQuota(WrongQuota.unit, value=unit[:40], field="unit")
    return unit


def check_window(every: str) -> str:
    """Hand back ``every`` if quotas have such a time."""
    return _one_of(every, WINDOWS, "every")


def check_scope(scope: str) -> str:
    """Hand back ``scope`` if a quota can be shared so."""
    return _one_of(scope, SCOPES, "scope")


def check_amount(amount: int) -> int:
    """Hand back ``amount`` if a quota can be so large."""
    if not 0 <= amount < MOST:
        raise WrongQuota(WrongQuota.amount, value=str(amount)[:40], field="amount")
    return amount


def check_month(month: str) -> str:
    """Hand back ``month`` if it is one."""
    if not _MONTH.fullmatch(month):
        raise WrongQuota(WrongQuota.month, value=month[:40], field="month")
    return month


def check_price(amount: str, per: int, currency: str) -> Decimal:
    """The price as a number, if it can be one."""
    try:
        price = Decimal(amount)
    except InvalidOperation:
        price = Decimal(-1)
    exponent = price.as_tuple().exponent
    if not price.is_finite() or not 0 <= price < 10**12 or not isinstance(exponent, int) or exponent < -9:
        raise WrongQuota(WrongQuota.price, value=amount[:40], field="amount")
    if per not in PERS:
        raise WrongQuota(WrongQuota.per, value=str(per)[:40], field="per")
    if not _CURRENCY.fullmatch(currency):
        raise WrongQuota(WrongQuota.currency, value=currency[:40], field="currency")
    return price


def check_reason(text: str) -> str:
    """The reason as it is kept, if it says anything."""
    reason = text.replace("\0", "").strip()[:2000]
    if not reason:
        raise NoReason(field="reason")
    return reason


def check_given(given: str) -> str:
    """Hand back ``given`` if plans are given so."""
    return _one_of(given, GIVEN, "given")


def _one_of(word: str, words: tuple[str, ...], field: str) -> str:
    if word not in words:
        raise WrongQuota(value=word[:40], words=", ".join(words), field=field)
    return word
