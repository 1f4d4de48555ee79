# SPDX-License-Identifier: Apache-2.0
"""Who may do what, and which address asks for what."""

from itertools import groupby

from madang import access

INTRODUCTION = """# Access

Written by `make docs` from `madang.access`; a test keeps it true, and tests generated from it try every address with every kind of actor.
`madang access --format json` prints the same for machines, `--role` only what one role or duty may.

A cell is the least role that may (`visitor`, `reader`, `member`, `reviewer`, `operator`), `-` for nobody, and after `+` the duties that may
whatever their role. An actor may when any relation that holds admits them: the thing is their **own**; it is of an **organisation** where
they have that role; they belong to the institute (**inner**), to a **partner** of it, or neither (**anyone**). What an actor may not see
answers as if it were not there.
"""
ADDRESSES = """## Addresses

*Whose*: `-` nobody's; `own` always the asker's; `named` the one that the address or the body names; `each` a list, which leaves out what
the asker may not see.
"""


def page() -> str:
    """The whole page."""
    columns = ("action", *access.RELATIONS, "why")
    lines = [INTRODUCTION, "## Rights\n"]
    for thing, rules in groupby(access.rules(), key=lambda rule: rule.thing):
        lines += [f"### {thing}\n", f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
        lines += [row(rule.action, *(f"`{rule.cells[relation]}`" for relation in access.RELATIONS), rule.why) for rule in rules]
        lines.append("")
    lines += [ADDRESSES, "| address | thing | action | whose |", "| --- | --- | --- | --- |"]
    lines += [row(f"`{each.method} {each.path}`", each.thing, each.action, each.whose) for each in access.routes()]
    return "\n".join(lines) + "\n"


def row(*cells: str) -> str:
    """One line of a table."""
    return f"| {' | '.join(cells)} |"
