# SPDX-License-Identifier: Apache-2.0
"""AI services and the engines that run them: which services there are, in which versions, and how a call is put through.

It does not know keys, plans, quotas or wires: a call comes with inputs and a deadline, and goes back with outputs and what it cost in the
service's own unit. Whether the caller may see the service is asked of the catalogue by whoever calls.
"""

from madang.serving.actions import (
    check_deploys,
    check_deploys_in,
    check_deploys_somewhere,
    deploy,
    may_deploy,
    may_deploy_somewhere,
    pause,
    remove,
    resume,
    set_share,
    share_of,
)
from madang.serving.api import routers
from madang.serving.building import FOLDER, keeper_of, switchboard_of
from madang.serving.cards import Card, EngineCard
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
    NoSource,
    NoSuchRelease,
    NoSuchService,
    NotInstalled,
    PickleRefused,
    ServicePaused,
    TookTooLong,
    VersionStands,
)
from madang.serving.limits import Limits
from madang.serving.models import Release, Service
from madang.serving.offers import TASKS, UNITS, Answer, Offer, Part, Route, Standing
from madang.serving.preparing import Prepared, of_card, prepare
from madang.serving.publishing import publish_references
from madang.serving.queries import get_offer, get_release, get_service, offers, releases_of, standing
from madang.serving.states import read_states
from madang.serving.switchboard import Switchboard
from madang.serving.workplace import Workplace, workplace_of

__all__ = [
    "FOLDER",
    "FUNCTIONS",
    "TASKS",
    "UNITS",
    "Answer",
    "BadInputs",
    "BadOperation",
    "BadService",
    "BadShare",
    "Busy",
    "Card",
    "Engine",
    "EngineCard",
    "EngineDown",
    "EngineFailed",
    "Function",
    "InlineEngine",
    "InputsTooLarge",
    "Limits",
    "NoSource",
    "NoSuchRelease",
    "NoSuchService",
    "NotInstalled",
    "Offer",
    "Part",
    "PickleRefused",
    "Prepared",
    "Release",
    "Route",
    "Service",
    "ServicePaused",
    "Standing",
    "Switchboard",
    "TookTooLong",
    "VersionStands",
    "Workplace",
    "check_deploys",
    "check_deploys_in",
    "check_deploys_somewhere",
    "deploy",
    "get_offer",
    "get_release",
    "get_service",
    "keeper_of",
    "may_deploy",
    "may_deploy_somewhere",
    "of_card",
    "offers",
    "pause",
    "prepare",
    "publish_references",
    "read_states",
    "releases_of",
    "remove",
    "resume",
    "routers",
    "set_share",
    "share_of",
    "standing",
    "switchboard_of",
    "workplace_of",
]
