# SPDX-License-Identifier: Apache-2.0
"""Facts on a graph of a million nodes, held in memory: found in one pass, kept right as it changes, with the path of each fact.

It knows numbers only: nodes, edges, facts as bits and classes of edges with a boolean relation on facts each. What the facts mean, and how
a verdict comes of them, stands above.
"""

from madang.terms.flow.paths import Path, path, reaching
from madang.terms.flow.relations import NOTHING, Relations, mask_of, words_of
from madang.terms.flow.resident import Resident

__all__ = ["NOTHING", "Path", "Relations", "Resident", "mask_of", "path", "reaching", "words_of"]
