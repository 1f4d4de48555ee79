# SPDX-License-Identifier: Apache-2.0
"""A scan server with a part of ours that is broken: it overlooks every statement of copyright. Started in the honest server's place."""

import importlib
import sys

from cluecode import copyrights as theirs

from madang.scan import copyrights
from madang.scan.replacing import Part

honest = copyrights.parts


def broken() -> list[Part]:
    """The honest parts and one that finds nothing."""
    return [*honest(), Part(theirs, "collect_candidate_lines", lambda *_given, **_named: iter(()))]


if __name__ == "__main__":
    copyrights.parts = broken
    # The server gathers its parts when it is imported, so it comes after they were exchanged.
    sys.exit(importlib.import_module("madang.scan.server").main(sys.argv[1:]))
