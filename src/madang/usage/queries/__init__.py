# SPDX-License-Identifier: Apache-2.0
"""Every read of this room. What the viewer may not see is not there."""

from madang.usage.queries.days import (
    Amount,
    ServiceDay,
    Timings,
    Users,
    amounts_by_service,
    calls_by_service,
    costs,
    month_sums,
    sector_days,
    service_days,
    timings,
    users_of,
)
from madang.usage.queries.invoices import Billable, Payer, billable, get_invoice, invoice_csv, invoice_lines, invoice_place, invoices
from madang.usage.queries.keys import KeyRow, find_service, get_key, keys, standing
from madang.usage.queries.plans import get_plan, get_quota, plans, prices, quotas
from madang.usage.queries.requests import (
    RequestFacts,
    account_names,
    facts_of,
    get_production_request,
    production_requests,
    request_place,
)
from madang.usage.queries.rows import Asked, UsageRow, sums

__all__ = [
    "Amount",
    "ServiceDay",
    "Timings",
    "Users",
    "service_days",
    "sector_days",
    "calls_by_service",
    "timings",
    "users_of",
    "Asked",
    "Billable",
    "KeyRow",
    "Payer",
    "RequestFacts",
    "UsageRow",
    "account_names",
    "amounts_by_service",
    "billable",
    "costs",
    "facts_of",
    "find_service",
    "get_invoice",
    "get_key",
    "get_plan",
    "get_production_request",
    "get_quota",
    "invoice_csv",
    "invoice_lines",
    "invoice_place",
    "invoices",
    "keys",
    "month_sums",
    "plans",
    "prices",
    "production_requests",
    "quotas",
    "request_place",
    "standing",
    "sums",
]
