# SPDX-License-Identifier: Apache-2.0
"""What the operator sets: one frozen value, read once from the environment (``MADANG_…``) and the command line.

Each setting says its default, how it is written and, in one sentence, what it does; ``madang settings``, the documents and the tests
read that. A setting may fill a field of a room's ``Limits``; the composition asks for them with ``fill``, so no room is known here.
"""

from madang.settings import readers
from madang.settings.fields import (
    PREFIX,
    Settings,
    UnknownSetting,
    WrongSetting,
    check_names,
    default_home,
    read,
    shown_default,
    variable,
    written,
)
from madang.settings.listing import Row, listed

__all__ = [
    "PREFIX",
    "Row",
    "Settings",
    "UnknownSetting",
    "WrongSetting",
    "check_names",
    "default_home",
    "listed",
    "read",
    "readers",
    "shown_default",
    "variable",
    "written",
]
