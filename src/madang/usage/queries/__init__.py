# SPDX-License-Identifier: Apache-2.0
"""Every read of this room. What the viewer may not see is not there."""

from madang.usage.queries.keys import KeyRow, find_service, get_key, keys, standing
from madang.usage.queries.plans import get_plan, get_quota, plans, prices, quotas
from madang.usage.queries.rows import Asked, UsageRow, sums

__all__ = [
    "Asked",
    "KeyRow",
    "UsageRow",
    "find_service",
    "get_key",
    "get_plan",
    "get_quota",
    "keys",
    "plans",
    "prices",
    "quotas",
    "standing",
    "sums",
]
