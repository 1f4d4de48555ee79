# SPDX-License-Identifier: Apache-2.0
"""Opening archives that strangers made, without being hurt by them.

The room tells what an archive is by its content, and lays what it holds into a new folder under limits, whole or not at all, or hands it
to somebody who takes it file by file. It runs no other program, follows no link, trusts no size that an archive states, and does not open
archives inside archives: those stay files.

It does not know who gave the archive, what its files mean, or where they are kept afterwards.
"""

from madang.archives.errors import (
    AlreadyThere,
    ArchiveRefused,
    Damaged,
    DuplicateName,
    EmptyArchive,
    Encrypted,
    Inconsistent,
    LimitExceeded,
    LinkOut,
    NoSpace,
    NotAnArchive,
    SpecialFile,
    Stopped,
    UnsafeName,
    Unsupported,
)
from madang.archives.handing import Handing, Taker
from madang.archives.kinds import ACCEPTED, Kind, kind_of
from madang.archives.landing import Landing, sweep
from madang.archives.limits import REASONS, Limits, Progress, Skipped, Stop, Unpacked, setting_name
from madang.archives.names import safe_path, shown
from madang.archives.unpacking import hand_over, unpack

__all__ = [
    "ACCEPTED",
    "REASONS",
    "AlreadyThere",
    "ArchiveRefused",
    "Damaged",
    "DuplicateName",
    "EmptyArchive",
    "Encrypted",
    "Handing",
    "Inconsistent",
    "Kind",
    "Landing",
    "LimitExceeded",
    "Limits",
    "LinkOut",
    "NoSpace",
    "NotAnArchive",
    "Progress",
    "Skipped",
    "SpecialFile",
    "Stop",
    "Stopped",
    "Taker",
    "Unpacked",
    "UnsafeName",
    "Unsupported",
    "hand_over",
    "kind_of",
    "safe_path",
    "setting_name",
    "shown",
    "sweep",
    "unpack",
]
