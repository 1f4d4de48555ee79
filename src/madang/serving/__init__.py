# SPDX-License-Identifier: Apache-2.0
"""AI services and the engines that run them: which services there are, in which versions, and how a call is put through.

It does not know keys, plans, quotas or wires: a call comes with inputs and a deadline, and goes back with outputs and what it cost in the
service's own unit. Whether the caller may see the service is asked of the catalogue by whoever calls.
"""

from madang.serving.engines import FUNCTIONS, Engine, Function, InlineEngine
from madang.serving.errors import (
    BadInputs,
    BadOperation,
    BadService,
    BadShare,
    Busy,
    EngineDown,
    EngineFailed,
    InputsTooLarge,
    NoSuchRelease,
    NoSuchService,
    NotInstalled,
    PickleRefused,
    ServicePaused,
    TookTooLong,
    VersionStands,
)
from madang.serving.limits import Limits
from madang.serving.offers import TASKS, UNITS, Answer, Offer, Part, Route, Standing
from madang.serving.switchboard import Switchboard

__all__ = [
    "FUNCTIONS",
    "TASKS",
    "UNITS",
    "Answer",
    "BadInputs",
    "BadOperation",
    "BadService",
    "BadShare",
    "Busy",
    "Engine",
    "EngineDown",
    "EngineFailed",
    "Function",
    "InlineEngine",
    "InputsTooLarge",
    "Limits",
    "NoSuchRelease",
    "NoSuchService",
    "NotInstalled",
    "Offer",
    "Part",
    "PickleRefused",
    "Route",
    "ServicePaused",
    "Standing",
    "Switchboard",
    "TookTooLong",
    "VersionStands",
]
