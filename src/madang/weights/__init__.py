# SPDX-License-Identifier: Apache-2.0
"""Files of models, read by their headers: tensors, metadata, and what would run if somebody loaded them. Nothing is ever loaded.

A core: it knows no repository and needs nothing but the file. A length that a file tells is believed only as far as the file reaches, and
what is not known to be harmless is not called so.
"""

from madang.weights.bounds import MOST_HEADER
from madang.weights.errors import BadHeader, HeaderTooLarge, NoModelFile
from madang.weights.facts import Facts, Finding, State, Tensor
from madang.weights.reading import ENDINGS, look

__all__ = ["ENDINGS", "MOST_HEADER", "BadHeader", "Facts", "Finding", "HeaderTooLarge", "NoModelFile", "State", "Tensor", "look"]
