# SPDX-License-Identifier: Apache-2.0
"""The ledger: who did what to what and when, in a chain that shows when somebody changed it afterwards.

It does not know what the deeds mean; rooms above name them.
"""

from madang.audit import cli
from madang.audit.actions import record, seal, sign_head, verify_later
from madang.audit.api import router
from madang.audit.events import Recorded
from madang.audit.headfile import NAME as HEADS_FILE
from madang.audit.jobs import Checker
from madang.audit.models import Check
from madang.audit.queries import (
    Asked,
    Line,
    Page,
    Seal,
    all_lines,
    checks,
    count_lines,
    count_unsealed,
    entries,
    is_signed_with,
    latest_seal,
    lines,
    oldest_unsealed,
)
from madang.audit.rules import Head
from madang.audit.verification import Problem, Verification, verify
from madang.audit.web import routes

__all__ = [
    "HEADS_FILE",
    "Asked",
    "Check",
    "Checker",
    "Head",
    "Line",
    "Page",
    "Problem",
    "Recorded",
    "Seal",
    "Verification",
    "all_lines",
    "checks",
    "cli",
    "count_unsealed",
    "count_lines",
    "entries",
    "is_signed_with",
    "latest_seal",
    "lines",
    "oldest_unsealed",
    "record",
    "router",
    "routes",
    "seal",
    "sign_head",
    "verify",
    "verify_later",
]
