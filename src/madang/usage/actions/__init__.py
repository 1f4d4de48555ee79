# SPDX-License-Identifier: Apache-2.0
"""Every write of this room that somebody asks for. What the meter counts comes through the logs."""

from madang.usage.actions.changes import hear
from madang.usage.actions.invoices import draft_invoices, issue_invoice, void_invoice
from madang.usage.actions.keys import create_key, pause_key, resume_key, revoke_key, rotate_key
from madang.usage.actions.plans import drop_quota, ensure_plans, set_plan, set_price, set_quota
from madang.usage.actions.requests import Agreement, approve, ask_for_production, decline, withdraw

__all__ = [
    "Agreement",
    "approve",
    "ask_for_production",
    "create_key",
    "decline",
    "draft_invoices",
    "drop_quota",
    "ensure_plans",
    "hear",
    "issue_invoice",
    "pause_key",
    "resume_key",
    "revoke_key",
    "rotate_key",
    "set_plan",
    "set_price",
    "set_quota",
    "void_invoice",
    "withdraw",
]
