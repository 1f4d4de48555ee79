# SPDX-License-Identifier: Apache-2.0
"""Facts on a graph of a million nodes, held in memory: found in one pass, kept right as it changes, with the path of each fact.

Numbers only: nodes, edges, facts as bits, and classes of edges with a boolean relation on facts each; ``table_of`` makes them of the
table of transfer. How a verdict comes of the facts stands beside it.
"""

from madang.terms.flow.paths import Path, path, reaching
from madang.terms.flow.relations import NOTHING, Relations, mask_of, words_of
from madang.terms.flow.resident import Resident
from madang.terms.flow.table import Table, table_of

__all__ = ["NOTHING", "Path", "Relations", "Resident", "Table", "mask_of", "path", "reaching", "table_of", "words_of"]
