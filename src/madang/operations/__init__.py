# SPDX-License-Identifier: Apache-2.0
"""The operator's rooms: is it healthy, what is worked on, what fills the disk, what is set, who is let in.

It looks at every room from above and acts through their front doors. It does not know how any of them does its work, and keeps nothing of
its own but what it measured.
"""

from madang.operations.api import routers
from madang.operations.desk import Desk
from madang.operations.jobs import Works
from madang.operations.models import Collection, Holding, Measure
from madang.operations.watching import Watch
from madang.operations.web import routes

__all__ = ["Collection", "Desk", "Holding", "Measure", "Watch", "Works", "routers", "routes"]
