# SPDX-License-Identifier: Apache-2.0
"""Somebody else's code in a process of its own: without our environment, descriptors or home folder, and within bounds of memory, time,
files, processes and network. What of that this machine can give is told, and nothing is pretended.

The core knows functions in folders, frames on a socket, and the system's means of confinement. It does not know services or who calls.
"""

from madang.sandbox.bounds import Bounds
from madang.sandbox.confinement import Confinement, confinement, shut_in
from madang.sandbox.frames import ANSWER, BYE, CALL, DOWN, END, FAILED, HEADER, HELLO, INVALID, LONGEST, PART, Frame, Rubbish, pack, unpack
from madang.sandbox.loading import Operation
from madang.sandbox.starting import Started, describe, environment, prepare, start
from madang.sandbox.targets import Target

__all__ = [
    "ANSWER",
    "BYE",
    "CALL",
    "DOWN",
    "END",
    "FAILED",
    "HEADER",
    "HELLO",
    "INVALID",
    "LONGEST",
    "PART",
    "Bounds",
    "Confinement",
    "Frame",
    "Operation",
    "Rubbish",
    "Started",
    "Target",
    "confinement",
    "describe",
    "environment",
    "pack",
    "prepare",
    "shut_in",
    "start",
    "unpack",
]
