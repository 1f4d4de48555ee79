# SPDX-License-Identifier: Apache-2.0
"""The write-ahead log of usage: what was used is on the disk before the caller has its last byte.

A process writes files of its own (a *run*), in groups that share one ``fdatasync``. ``frames`` says what stands in them, ``writer`` writes,
``runs`` knows which are there and which of their processes live. Nothing here knows the database.
"""

from madang.usage.log.frames import Called, Damage, Reading
from madang.usage.log.live import FOLDER, Run, is_closed, runs
from madang.usage.log.writer import FRAME_BYTES, Writer

__all__ = ["FOLDER", "FRAME_BYTES", "Called", "Damage", "Reading", "Run", "Writer", "is_closed", "runs"]
