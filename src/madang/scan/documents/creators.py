# SPDX-License-Identifier: Apache-2.0
"""Who made an SPDX document, as it says itself."""

import re

from madang.scan.documents.building import TOOLS


def last_tool(creators: tuple[str, ...]) -> tuple[str, str]:
    """The last tool that had a hand in it, for whoever writes the document is named before what looked."""
    tools = [each.removeprefix("Tool:").strip() for each in creators if each.startswith("Tool:")]
    if not tools:
        return "SPDX", ""
    found = re.fullmatch(r"(.+?)[- ]v?(\d\S*)", tools[-1])
    name, version = (found[1], found[2]) if found else (tools[-1], "")
    return TOOLS.get(name, name), version
