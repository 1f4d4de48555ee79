# SPDX-License-Identifier: Apache-2.0
"""A table of people without what says who they are: each column by its method, then rows that still stand out are removed. Pure.

What is random comes from ``key`` where one is given, so that the same plan makes the same table again, and else from the system.
"""

import hashlib
import hmac
import math
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal, InvalidOperation

from madang.privacy import measures, replacing
from madang.privacy.detecting import detect
from madang.privacy.errors import BadPlan, KeyMissing
from madang.privacy.measures import Loss, Measured, Row
from madang.privacy.plans import ColumnPlan, Plan

HIDDEN = "*"
SHORTEST_KEY = replacing.LEAST_KEY_BYTES
ROUNDINGS = {"round": ROUND_HALF_EVEN, "round-up": ROUND_CEILING, "round-down": ROUND_FLOOR}
_RANDOM = frozenset({"round-random", "noise"})
_DATE = re.compile(r"(\d{4})[-./년]\s?(\d{1,2})(?:[-./월]\s?(\d{1,2}))?")


@dataclass(frozen=True, slots=True)
class Deidentified:
    """The new table, and what it gives away before and after, and what it lost. ``unread`` counts, by column, values that the method
    could make nothing of (a word where a number is meant): they are hidden."""

    header: Sequence[str]
    rows: Sequence[Row]
    before: Measured
    after: Measured
    loss: Loss
    removed_rows: int
    unread: dict[str, int]


def deidentify(header: Sequence[str], rows: Sequence[Row], plan: Plan, *, key: bytes = b"") -> Deidentified:
    """The table by the plan. ``BadPlan`` for columns that are not there or are called alike; ``KeyMissing`` where pseudonyms need one."""
    unknown = [name for name in plan.columns if name not in header]
    if unknown:
        raise BadPlan(reason=f"there is no column {unknown[0][:80]}")
    if len(set(header)) != len(header):
        raise BadPlan(reason="two columns have one name")
    quasi, sensitive = ([name for name in header if plan.of(name).role == role] for role in ("quasi", "sensitive"))
    before = measures.measure(rows, header, quasi=quasi, sensitive=sensitive)
    kept = [name for name in header if plan.of(name).method != "remove"]
    unread: dict[str, int] = {}
    columns = [_column(name, [row[header.index(name)] for row in rows], plan.of(name), key, unread) for name in kept]
    made: list[Row] = [list(values) for values in zip(*columns, strict=True)] if columns else [[] for _row in rows]
    numbers = list(range(len(rows)))
    if plan.k > 1:
        places = [kept.index(name) for name in plan.with_role("quasi", header)]
        large = sorted(n for each in measures.classes_of(made, places).values() if len(each) >= plan.k for n in each)
        made, numbers = [made[number] for number in large], large
    after = measures.measure(made, kept, quasi=plan.with_role("quasi", header), sensitive=plan.with_role("sensitive", header))
    lost = measures.loss(rows, made, header, kept, numbers=numbers, measured=after)
    return Deidentified(kept, made, before, after, lost, len(rows) - len(made), unread)


def _chance(key: bytes, name: str) -> random.Random:
    if not key:
        return random.SystemRandom()
    return random.Random(hmac.digest(key, name.encode(), "sha256"))  # noqa: S311  # to be made again, not to be kept secret


def _column(name: str, values: list[str], plan: ColumnPlan, key: bytes, unread: dict[str, int]) -> list[str]:
    whole = _WHOLE.get(plan.method)
    if whole is not None:
        return whole(values, plan, _chance(key, name))
    if plan.method == "pseudonym":
        if len(key) < SHORTEST_KEY:
            raise KeyMissing(least=SHORTEST_KEY)
        return [_pseudonym(key, name, value) if value else "" for value in values]
    return _one_by_one(name, values, plan, _chance(key, name), unread)


def _one_by_one(name: str, values: list[str], plan: ColumnPlan, chance: random.Random, unread: dict[str, int]) -> list[str]:
    """Each value by itself; where nothing is random, the same value is worked out once."""
    one, is_random, known = _EACH[plan.method], plan.method in _RANDOM, dict[str, str | None]({"": ""})
    made = []
    for value in values:
        if value in known:
            told = known[value]
        else:
            told = one(value, plan, chance)
            if not is_random:
                known[value] = told
        if told is None:
            unread[name] = unread.get(name, 0) + 1
        made.append(HIDDEN if told is None else told)
    return made


def _pseudonym(key: bytes, name: str, value: str) -> str:
    return hmac.new(key, f"{name}\0{value}".encode(), hashlib.sha256).hexdigest()[:16]


def _number(value: str) -> Decimal | None:
    try:
        found = Decimal(value.strip().replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal("1e18") else None


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _mask(value: str, plan: ColumnPlan, _chance: random.Random) -> str:
    kept = int(plan.given.get("keep", 0))
    return value[:kept] + HIDDEN * max(1, len(value) - kept)


def _prefix(value: str, plan: ColumnPlan, _chance: random.Random) -> str:
    kept = int(plan.given.get("keep", 1))
    return value[:kept] + (HIDDEN if len(value) > kept else "")


def _parts(value: str, plan: ColumnPlan, _chance: random.Random) -> str:
    return " ".join(value.split()[: int(plan.given.get("keep", 1)) or 1])


def _range(value: str, plan: ColumnPlan, _chance: random.Random) -> str | None:
    found = _number(value)
    if found is None:
        return None
    width, least = Decimal(str(plan.given["width"])), Decimal(str(plan.given.get("least", 0)))
    begin = ((found - least) / width).to_integral_value(ROUND_FLOOR) * width + least
    return f"{_plain(begin)}–{_plain(begin + width)}"


def _round(value: str, plan: ColumnPlan, chance: random.Random) -> str | None:
    found = _number(value)
    if found is None:
        return None
    step = Decimal(str(plan.given["step"]))
    if plan.method == "round-random":
        below = (found / step).to_integral_value(ROUND_FLOOR)
        share = float(found / step - below)
        return _plain((below + (1 if chance.random() < share else 0)) * step)
    return _plain((found / step).to_integral_value(ROUNDINGS[plan.method]) * step)


def _date(value: str, plan: ColumnPlan, _chance: random.Random) -> str | None:
    found = _DATE.match(value.strip())
    month = int(found[2]) if found else 0
    if found is None or not 1 <= month <= 12:
        return None
    year = found[1]
    if plan.unit == "day":
        return f"{year}-{month:02}-{int(found[3]):02}" if found[3] else None
    told = {"month": f"{year}-{month:02}", "quarter": f"{year}-Q{(month + 2) // 3}", "year": year, "decade": f"{year[:3]}0s"}
    return told[plan.unit]


def _bounds(value: str, plan: ColumnPlan, _chance: random.Random) -> str | None:
    found = _number(value)
    if found is None:
        return None
    least, most = plan.given.get("least"), plan.given.get("most")
    if most is not None and found >= Decimal(str(most)):
        return f"≥{_plain(Decimal(str(most)))}"
    if least is not None and found <= Decimal(str(least)):
        return f"≤{_plain(Decimal(str(least)))}"
    return _plain(found)


def _noise(value: str, plan: ColumnPlan, chance: random.Random) -> str | None:
    """Laplace's noise of this scale, to as many digits as the value has."""
    found = _number(value)
    if found is None:
        return None
    flat = chance.random() - 0.5
    moved = -plan.given["scale"] * math.copysign(math.log(max(1 - 2 * abs(flat), 1e-300)), flat)
    digits = max(0, -int(found.as_tuple().exponent))
    return f"{found + Decimal(str(moved)):.{digits}f}"


def _text(value: str, _plan: ColumnPlan, _chance: random.Random) -> str:
    """Running text without the personal data that can be proved in it."""
    return replacing.apply(value, detect(value), method="mask").text


_EACH: dict[str, Callable[[str, ColumnPlan, random.Random], str | None]] = {
    "keep": lambda value, _plan, _chance: value, "blank": lambda _value, _plan, _chance: "", "mask": _mask, "prefix": _prefix,
    "parts": _parts, "range": _range, "round": _round, "round-up": _round, "round-down": _round, "round-random": _round, "date": _date,
    "bounds": _bounds, "noise": _noise, "text": _text,
}  # fmt: skip


def _mean_of(numbers: Sequence[Decimal]) -> Decimal:
    return (sum(numbers, Decimal(0)) / len(numbers)).quantize(Decimal("0.001"))


def _mean(values: list[str], _plan: ColumnPlan, _chance: random.Random) -> list[str]:
    found = [number for value in values if (number := _number(value)) is not None]
    mean = _plain(_mean_of(found)) if found else HIDDEN
    return [mean if value else "" for value in values]


def _group_mean(values: list[str], plan: ColumnPlan, _chance: random.Random) -> list[str]:
    """Values in their order, so many at a time, each told as the mean of its group; the last group takes what is over."""
    size = max(2, int(plan.given.get("group", 3)))
    told = [(number, place) for place, value in enumerate(values) if (number := _number(value)) is not None]
    told.sort()
    made = [HIDDEN if value and _number(value) is None else value for value in values]
    count = max(1, len(told) // size)
    for group in range(count):
        members = told[group * size :] if group == count - 1 else told[group * size : (group + 1) * size]
        if members:
            mean = _plain(_mean_of([number for number, _place in members]))
            for member in members:
                made[member[1]] = mean
    return made


def _shuffle(values: list[str], _plan: ColumnPlan, chance: random.Random) -> list[str]:
    made = list(values)
    chance.shuffle(made)
    return made


def _swap(values: list[str], plan: ColumnPlan, chance: random.Random) -> list[str]:
    """Values change places with others near to them in order: in groups of so many."""
    size = max(2, int(plan.given.get("group", 10)))
    order = sorted(range(len(values)), key=lambda place: (_number(values[place]) or Decimal(0), values[place]))
    made = list(values)
    for start in range(0, len(order), size):
        places = order[start : start + size]
        others = list(places)
        chance.shuffle(others)
        for place, other in zip(places, others, strict=True):
            made[place] = values[other]
    return made


def _rare(values: list[str], plan: ColumnPlan, _chance: random.Random) -> list[str]:
    counts, least = Counter(values), int(plan.given.get("rare", 5))
    return [value if not value or counts[value] >= least else HIDDEN for value in values]


_WHOLE: dict[str, Callable[[list[str], ColumnPlan, random.Random], list[str]]] = {
    "mean": _mean, "group-mean": _group_mean, "shuffle": _shuffle, "swap": _swap, "rare": _rare,
}  # fmt: skip
