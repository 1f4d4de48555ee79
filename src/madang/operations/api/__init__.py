# SPDX-License-Identifier: Apache-2.0
"""The operator's JSON doors."""

from madang.operations.api import samples, settings, work

routers = (work.router, samples.router, settings.router)
