# SPDX-License-Identifier: Apache-2.0
"""The operator's JSON doors."""

from madang.operations.api import settings, work

routers = (work.router, settings.router)
