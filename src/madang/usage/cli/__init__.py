# SPDX-License-Identifier: Apache-2.0
"""``madang key``, ``madang plan``, ``madang usage``, ``madang invoice``: beside the running platform, or before its first start."""

from madang.usage.cli.figures import usage_command
from madang.usage.cli.invoices import invoice_group
from madang.usage.cli.keys import key_group
from madang.usage.cli.plans import plan_group

__all__ = ["invoice_group", "key_group", "plan_group", "usage_command"]
