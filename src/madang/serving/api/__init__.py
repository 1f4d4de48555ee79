# SPDX-License-Identifier: Apache-2.0
"""JSON doors of this room."""

from madang.serving.api import deeds, reading

routers = (reading.router, deeds.router)

__all__ = ["routers"]
