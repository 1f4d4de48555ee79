# SPDX-License-Identifier: Apache-2.0
"""Who may do what: one table of roles, things and deeds, as data, and the one question that rooms ask of it.

``rules.csv`` has a row for each kind of thing and action; ``routes.csv`` says which of them each address is. Rooms know their rows and say
how the actor stands to one (own, of an organisation); this core knows no rows.
"""

from madang.access.checking import NotYourPart, check
from madang.access.table import RELATIONS, WHOSE, Cell, Route, Rule, allows, routes, rule, rules, rules_of

__all__ = ["NotYourPart", "check", "RELATIONS", "WHOSE", "Cell", "Route", "Rule", "allows", "routes", "rule", "rules", "rules_of"]
