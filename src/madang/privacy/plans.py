# SPDX-License-Identifier: Apache-2.0
"""A plan: what each column of a table is, and what is done to it. Pure; read from TOML or JSON, and checked as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from madang.privacy.errors import BadPlan

ROLES = ("identifier", "quasi", "sensitive", "plain")
"""What a column is: it says who somebody is; it does so together with others; it is nobody's business; none of these."""
NUMBERS = ("width", "step", "digits", "keep", "least", "most", "scale", "rare", "group")
METHODS: Mapping[str, tuple[str, ...]] = {
    "keep": (), "remove": (), "blank": (), "mask": ("keep",), "pseudonym": (), "prefix": ("keep",), "parts": ("keep",),
    "range": ("width", "least"), "round": ("step",), "round-up": ("step",), "round-down": ("step",), "round-random": ("step",),
    "date": ("unit",), "bounds": ("least", "most"), "mean": (), "group-mean": ("group",), "noise": ("scale",), "shuffle": (),
    "swap": ("group",), "rare": ("rare",), "text": (),
}  # fmt: skip
"""The methods, each with what it may be given."""
NEEDED = {
    "range": "width",
    "round": "step",
    "round-up": "step",
    "round-down": "step",
    "round-random": "step",
    "noise": "scale",
    "date": "unit",
}
UNITS = ("day", "month", "quarter", "year", "decade")
LARGEST_K = 10_000


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column: its role, the method, and what that is given (numbers by name; ``unit`` of a date)."""

    role: str = "plain"
    method: str = "keep"
    given: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """All columns by name; one that is not named is plain and kept. Rows of classes smaller than ``k`` are removed."""

    columns: Mapping[str, ColumnPlan]
    k: int = 0

    def of(self, name: str) -> ColumnPlan:
        """What is planned for a column."""
        return self.columns.get(name) or ColumnPlan()

    def with_role(self, role: str, header: Sequence[str]) -> list[str]:
        """The columns of the header that have this role, and are still there afterwards."""
        return [name for name in header if self.of(name).role == role and self.of(name).method != "remove"]


def read(told: Any) -> Plan:
    """A plan from what TOML or JSON says; ``BadPlan`` names what is wrong with it."""
    if not isinstance(told, dict) or not isinstance(told.get("columns", {}), dict) or set(told) - {"columns", "k"}:
        raise BadPlan(reason="it is k and columns")
    k = told.get("k", 0)
    if type(k) is not int or not 0 <= k <= LARGEST_K:
        raise BadPlan(reason=f"k is a whole number from 0 to {LARGEST_K}")
    return Plan({str(name): _column(str(name), each) for name, each in told.get("columns", {}).items()}, k)


def _column(name: str, told: Any) -> ColumnPlan:
    if not isinstance(told, dict):
        raise BadPlan(reason=f"{name[:80]}: a role and a method are needed")
    role, method = told.get("role", "plain"), told.get("method", "remove" if told.get("role") == "identifier" else "keep")
    if role not in ROLES:
        raise BadPlan(reason=f"{name[:80]}: the roles are {', '.join(ROLES)}")
    if method not in METHODS:
        raise BadPlan(reason=f"{name[:80]}: the methods are {', '.join(METHODS)}")
    rest = {key: value for key, value in told.items() if key not in ("role", "method")}
    unknown = [key for key in rest if key not in METHODS[method]]
    if unknown:
        raise BadPlan(reason=f"{name[:80]}: {method} is not given {str(unknown[0])[:40]}")
    if method in NEEDED and NEEDED[method] not in rest:
        raise BadPlan(reason=f"{name[:80]}: {method} needs {NEEDED[method]}")
    unit = rest.pop("unit", "")
    if method == "date" and unit not in UNITS:
        raise BadPlan(reason=f"{name[:80]}: the units are {', '.join(UNITS)}")
    return ColumnPlan(role, method, _numbers(name, rest), unit)


def _numbers(name: str, rest: Mapping[str, Any]) -> dict[str, float]:
    for key, value in rest.items():
        is_number = type(value) in (int, float) and -1e15 < value < 1e15
        positive = key in ("width", "step", "scale", "group", "rare", "keep")
        if not is_number or (positive and not value > 0 and not (key == "keep" and value == 0)):
            raise BadPlan(reason=f"{name[:80]}: {key} is no fitting number")
    return dict(rest)
