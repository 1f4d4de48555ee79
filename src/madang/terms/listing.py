# SPDX-License-Identifier: Apache-2.0
"""All words in one place, for machines and for the guide: kinds, types, goals, actions, facts, and where each rule stands."""

from madang.terms import facts, tables, words
from madang.terms.model import GOALS, KINDS, READINGS, SCOPES, TYPES
from madang.terms.words import Translate


def vocabulary(translate: Translate = str) -> dict[str, object]:
    """Every word with what it says."""
    return {
        "kinds": {kind: translate(words.KINDS[kind]) for kind in KINDS},
        "types": {kind: translate(words.TYPES[kind]) for kind in TYPES},
        "goals": {goal: translate(words.GOALS[goal]) for goal in GOALS},
        "actions": {action: translate(words.ACTIONS[action]) for action in facts.actions()},
        "scopes": {scope: translate(words.SCOPES[scope]) for scope in SCOPES},
        "readings": {reading: translate(words.READINGS[reading]) for reading in (*READINGS, "both")},
        "verdicts": {verdict: translate(says) for verdict, says in words.VERDICTS.items()},
        "duties": {duty: translate(says) for duty, says in words.DUTIES.items()},
        "declared": {fact: translate(words.DECLARED[fact]) for fact in facts.declared()},
        "outbound": list(facts.outbound_classes()),
        "facts": list(facts.names()),
        "families": {row["group"]: {"families": row["families"].split(), "says": row["says"]} for row in tables.rows("groups.csv")},
        "rules": tables.rules_version(),
    }
