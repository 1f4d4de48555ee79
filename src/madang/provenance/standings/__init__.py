# SPDX-License-Identifier: Apache-2.0
"""What may be done with every version, kept for lists: settled behind a change, for what the change reaches and nothing else."""

from madang.provenance.standings.rows import settle, work_out
from madang.provenance.standings.web import routes

__all__ = ["routes", "settle", "work_out"]
