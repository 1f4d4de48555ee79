# SPDX-License-Identifier: Apache-2.0
"""Who acts in tests: one of each role, and a neighbour."""

from madang import kit

OPERATOR = kit.Actor("operator-id", "operator", kit.Role.OPERATOR)
REVIEWER = kit.Actor("reviewer-id", "reviewer", kit.Role.REVIEWER)
RESEARCHER = kit.Actor("researcher-id", "researcher", kit.Role.MEMBER)
NEIGHBOUR = kit.Actor("neighbour-id", "neighbour", kit.Role.MEMBER)
READER = kit.Actor("reader-id", "reader", kit.Role.READER)
VISITOR = kit.anonymous()
EVERYBODY = (OPERATOR, REVIEWER, RESEARCHER, NEIGHBOUR, READER, VISITOR)
