# SPDX-License-Identifier: Apache-2.0
"""The first pages: what this place is, what one can do now, what is new; the platform's own asset and the example.

It composes what the rooms below tell, and owns no rows.
"""

from madang.portal.actions import EXAMPLE, ITSELF, register_example, register_itself
from madang.portal.web import routes

__all__ = ["EXAMPLE", "ITSELF", "register_example", "register_itself", "routes"]
