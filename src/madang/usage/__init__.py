# SPDX-License-Identifier: Apache-2.0
"""What is used, by whom, on which plan and at what price: for APIs, and for whatever else is counted in units.

A web process admits and counts calls in memory (``Meter``) and writes each down before its caller has the last byte; the logs become rows,
each call once. Plans say how much of a unit may be used by minute, day and month; leases in the database keep processes together below it.
This room knows a service as an asset of the catalogue and as the unit that it is counted in; it does not know what a service does.
"""

from madang.usage.actions import (
    create_key,
    drop_quota,
    ensure_plans,
    hear,
    pause_key,
    resume_key,
    revoke_key,
    rotate_key,
    set_plan,
    set_price,
    set_quota,
)
from madang.usage.actions.keys import NewKey
from madang.usage.draining import Drainer, drain
from madang.usage.errors import (
    ExpiredKey,
    LargerThanQuota,
    NoKey,
    NoPlan,
    NoService,
    OtherService,
    PausedKey,
    QuotaExceeded,
    RevokedKey,
    Uncounted,
    UnknownKey,
)
from madang.usage.limits import Limits
from madang.usage.log import FOLDER
from madang.usage.meter import Grant, Meter, Metered, Reservation
from madang.usage.models import Key, Plan, Quota
from madang.usage.queries import Asked, KeyRow, UsageRow, find_service, get_key, get_plan, keys, plans, prices, quotas, sums

__all__ = [
    "FOLDER",
    "Asked",
    "Drainer",
    "ExpiredKey",
    "Grant",
    "Key",
    "KeyRow",
    "LargerThanQuota",
    "Limits",
    "Meter",
    "Metered",
    "NewKey",
    "NoKey",
    "NoPlan",
    "NoService",
    "OtherService",
    "PausedKey",
    "Plan",
    "Quota",
    "QuotaExceeded",
    "Reservation",
    "RevokedKey",
    "Uncounted",
    "UnknownKey",
    "UsageRow",
    "create_key",
    "drain",
    "drop_quota",
    "ensure_plans",
    "find_service",
    "get_key",
    "get_plan",
    "hear",
    "keys",
    "pause_key",
    "plans",
    "prices",
    "quotas",
    "resume_key",
    "revoke_key",
    "rotate_key",
    "set_plan",
    "set_price",
    "set_quota",
    "sums",
]
