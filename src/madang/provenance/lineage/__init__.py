# SPDX-License-Identifier: Apache-2.0
"""A version's lineage as a picture with its twins, and what would come of a change that nobody has made.

It reads what the room knows and decides nothing; it does not know how a picture's colours are justified beyond the core's answers.
"""

from madang.provenance.lineage import trying
from madang.provenance.lineage.web import routes as drawn

routes = [*drawn, *trying.routes]

__all__ = ["routes"]
