# SPDX-License-Identifier: Apache-2.0
"""The composition: every room gets what it needs from the settings, and nothing imports this but the command line.

It does not decide or keep anything itself.
"""

from madang.app.engines import run_engines
from madang.app.house import House, open_house
from madang.app.serving import run_web, web_application
from madang.app.starting import prepare
from madang.app.working import example_folder, run_jobs, seal_ledger, sign_ledger, sweep, verifier_of

__all__ = [
    "House",
    "example_folder",
    "open_house",
    "prepare",
    "run_engines",
    "run_jobs",
    "run_web",
    "seal_ledger",
    "sign_ledger",
    "sweep",
    "verifier_of",
    "web_application",
]
