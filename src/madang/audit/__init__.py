# SPDX-License-Identifier: Apache-2.0
"""The ledger: who did what to what and when, in a chain that shows when somebody changed it afterwards.

It does not know what the deeds mean; rooms above name them.
"""

from madang.audit import cli
from madang.audit.actions import record, seal, sign_head
from madang.audit.events import Recorded
from madang.audit.headfile import NAME as HEADS_FILE
from madang.audit.queries import Line, Page, Seal, count_unsealed, entries, latest_seal
from madang.audit.rules import Head
from madang.audit.verification import Problem, Verification, verify

__all__ = [
    "HEADS_FILE",
    "Head",
    "Line",
    "Page",
    "Problem",
    "Recorded",
    "Seal",
    "Verification",
    "cli",
    "count_unsealed",
    "entries",
    "latest_seal",
    "record",
    "seal",
    "sign_head",
    "verify",
]
