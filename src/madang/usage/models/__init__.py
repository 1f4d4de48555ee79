# SPDX-License-Identifier: Apache-2.0
"""The tables of this room."""

from madang.usage.models.invoices import Invoice, InvoiceLine
from madang.usage.models.plans import Change, Key, Plan, Price, ProductionRequest, Quota
from madang.usage.models.rows import Context, Counter, Day, Event, Latency, Lease, Log

__all__ = [
    "Change",
    "Context",
    "Counter",
    "Day",
    "Event",
    "Invoice",
    "InvoiceLine",
    "Key",
    "Latency",
    "Lease",
    "Log",
    "Plan",
    "Price",
    "ProductionRequest",
    "Quota",
]
