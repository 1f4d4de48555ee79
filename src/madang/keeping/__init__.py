# SPDX-License-Identifier: Apache-2.0
"""Keeping a platform for years: backups while it runs, restores, and upgrades that say how to go back.

It does not know what rows mean; it knows which things make up a platform and that all of them, or none, are there afterwards.
"""

from madang.keeping.backup import DEED as BACKUP_DEED
from madang.keeping.backup import Made, Progress, back_up
from madang.keeping.errors import HalfRestored, NoWayBack, SealedKey
from madang.keeping.places import check_whole
from madang.keeping.restore import Opening, Restored, restore
from madang.keeping.rows import Digest
from madang.keeping.upgrade import Plan, Upgraded, copy_beside, plan, upgrade

__all__ = [
    "BACKUP_DEED",
    "Digest",
    "HalfRestored",
    "Made",
    "NoWayBack",
    "Opening",
    "Plan",
    "Progress",
    "Restored",
    "SealedKey",
    "Upgraded",
    "back_up",
    "check_whole",
    "copy_beside",
    "plan",
    "restore",
    "upgrade",
]
