# SPDX-License-Identifier: Apache-2.0
"""Every write of this room that somebody asks for. What the meter counts comes through the logs."""

from madang.usage.actions.changes import hear
from madang.usage.actions.keys import create_key, pause_key, resume_key, revoke_key, rotate_key
from madang.usage.actions.plans import drop_quota, ensure_plans, set_plan, set_price, set_quota

__all__ = [
    "create_key",
    "drop_quota",
    "ensure_plans",
    "hear",
    "pause_key",
    "resume_key",
    "revoke_key",
    "rotate_key",
    "set_plan",
    "set_price",
    "set_quota",
]
