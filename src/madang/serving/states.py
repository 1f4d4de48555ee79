# SPDX-License-Identifier: Apache-2.0
"""How processes fare, as the keeper last said."""

import json
from pathlib import Path
from typing import Any

from madang.serving.engines import places


def read_states(folder: Path) -> dict[str, Any]:
    """For each version its state (running, idle, down), memory and reason; nothing where no keeper works."""
    try:
        told = json.loads((folder / places.STATE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return told if isinstance(told, dict) else {}
