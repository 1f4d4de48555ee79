# SPDX-License-Identifier: Apache-2.0
"""Keeping bytes for good: objects by their sha256, and immutable trees of them whose own sha256 names a version's content.

What is stored is never changed and never stored twice. What was acknowledged survives a crash; what was not leaves at most a temporary
file, which is swept later.

The room does not know what an object means, who may see it or whether anybody still needs it. It keeps plain local files, or objects in a
bucket of an S3 server, behind the same methods of ``Store``.
"""

from madang.storage.collecting import Collected
from madang.storage.errors import (
    DigestMismatch,
    FileMissing,
    ObjectDamaged,
    ObjectMissing,
    ObjectTooLarge,
    PathClash,
    SpecialFile,
    Stopped,
    StoreAway,
    StoreFull,
    TreeChanged,
    TreeMissing,
)
from madang.storage.objects import Stored, Usage
from madang.storage.places import Place, place_of
from madang.storage.store import Store
from madang.storage.trees import Entry, Mode, Outline, Tree

__all__ = [
    "Collected",
    "DigestMismatch",
    "Entry",
    "FileMissing",
    "Mode",
    "ObjectDamaged",
    "ObjectMissing",
    "ObjectTooLarge",
    "Outline",
    "PathClash",
    "Place",
    "SpecialFile",
    "Stopped",
    "Store",
    "StoreAway",
    "StoreFull",
    "Stored",
    "Tree",
    "TreeChanged",
    "TreeMissing",
    "Usage",
    "place_of",
]
