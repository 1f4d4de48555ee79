# SPDX-License-Identifier: Apache-2.0
"""The Xet upload protocol's two formats, read and not believed: blocks of packed chunks (xorbs), and lists of which chunks make which file
(shards). Every length in them is checked against what there is before anything is allocated for it.

Formats: the public specification of the Xet protocol (version of August 2026), and what its client sends.
"""

from madang.hub.xet.errors import BadShard, BadXorb, NoSuchXorb
from madang.hub.xet.shards import File, Segment, read_shard
from madang.hub.xet.xorbs import LARGEST, Xorbs, sweep

__all__ = ["LARGEST", "BadShard", "BadXorb", "File", "NoSuchXorb", "Segment", "Xorbs", "read_shard", "sweep"]
