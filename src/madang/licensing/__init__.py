# SPDX-License-Identifier: Apache-2.0
"""Licence facts: expressions, names, how much each licence asks back, and what differs or clashes.

A core: it knows no file, no asset and no database, and can be used without the platform. It does not judge a use of anything; it says what
licences say of themselves and of each other.
"""

from madang.licensing.cells import Cell
from madang.licensing.choosing import alternatives, choices, choose
from madang.licensing.comparison import Conflict, Conflicts, Difference, conflicts, difference
from madang.licensing.errors import InvalidExpression, MatrixUnreadable, NotOneLicence, TooManyChoices, UnknownLicence
from madang.licensing.expressions import (
    Group,
    Term,
    Tree,
    combine,
    contains,
    is_known,
    keys,
    name,
    normalise,
    simplify,
    terms,
    terms_of,
    validate,
)
from madang.licensing.facts import LicenceFacts, facts, versions
from madang.licensing.licences import Strength
from madang.licensing.listing import listed, shown
from madang.licensing.matrices import Matrix, matrix_from, opinions_from
from madang.licensing.opinions import Adopted, Opinion, adopt, agreed, opinions, outbound_class, outbound_classes
from madang.licensing.strengths import is_restricted, strength
from madang.licensing.words import phrases

__all__ = [
    "Adopted",
    "Cell",
    "Conflict",
    "Conflicts",
    "Difference",
    "Group",
    "InvalidExpression",
    "LicenceFacts",
    "Matrix",
    "MatrixUnreadable",
    "NotOneLicence",
    "Opinion",
    "Strength",
    "Term",
    "TooManyChoices",
    "Tree",
    "UnknownLicence",
    "adopt",
    "agreed",
    "alternatives",
    "choices",
    "choose",
    "combine",
    "conflicts",
    "contains",
    "difference",
    "facts",
    "is_known",
    "is_restricted",
    "keys",
    "listed",
    "matrix_from",
    "name",
    "normalise",
    "opinions",
    "opinions_from",
    "outbound_class",
    "outbound_classes",
    "phrases",
    "shown",
    "simplify",
    "strength",
    "terms",
    "terms_of",
    "validate",
    "versions",
]
