# SPDX-License-Identifier: Apache-2.0
"""In which language the command line speaks, and how."""

import gettext
import os
from collections.abc import Callable
from pathlib import Path

LOCALE = Path(__file__).parent.parent / "locale"


def translator(language: str | None = None) -> Callable[[str], str]:
    """What turns a marked English sentence into the language (``MADANG_LANGUAGE`` when None is given); unknown sentences stay English."""
    chosen = language or os.environ.get("MADANG_LANGUAGE", "").lower() or "ko"
    return gettext.translation("madang", LOCALE, languages=[chosen], fallback=True).gettext
