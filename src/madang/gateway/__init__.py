# SPDX-License-Identifier: Apache-2.0
"""AI services over the wire: how a call with a key is let in, on the wires that clients speak, and how it is answered.

It does not know how a service runs (``serving``) or how calls are counted and paid for (``usage``); it asks both in the right order.
"""

from madang.gateway.admission import Admission
from madang.gateway.counter import routes
from madang.gateway.guests import Authenticate, Guests
from madang.gateway.limits import Limits
from madang.gateway.path import CallPath
from madang.gateway.retries import Retries
from madang.gateway.wires import Address, Wire, all_wires

__all__ = ["Address", "Admission", "Authenticate", "CallPath", "Guests", "Limits", "Retries", "Wire", "all_wires", "routes"]
