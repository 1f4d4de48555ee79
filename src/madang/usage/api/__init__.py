# SPDX-License-Identifier: Apache-2.0
"""JSON doors of this room."""

from madang.usage.api import invoices, keys, plans

routers = (keys.router, plans.router, invoices.router)
"""Every router of this room."""

__all__ = ["routers"]
