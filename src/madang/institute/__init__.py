# SPDX-License-Identifier: Apache-2.0
"""What operators change while the platform runs: the institute's name, allowed hosts, limits, how people come in, maintenance, conditions.

Rooms above ask ``current``; rooms below are told by the composition. What the environment states stands fixed. This room does not know
what any setting does, and keeps no secrets.
"""

from madang.institute.actions import allow_host, change, put_back, shut_host
from madang.institute.errors import ChangedMeanwhile, FixedByEnvironment, NoSuchSetting, WrongHost, WrongValue
from madang.institute.fields import FIELDS, GROUPS, SIGN_UP_WORDS, Field
from madang.institute.hosts import read_host
from madang.institute.presence import at_hand, current, forget, use
from madang.institute.queries import Changes, Host, Past, Shown, get_setting, history, hosts, settings
from madang.institute.values import Banner, Given, Institute, Words

__all__ = [
    "FIELDS",
    "GROUPS",
    "SIGN_UP_WORDS",
    "Banner",
    "ChangedMeanwhile",
    "Changes",
    "Field",
    "FixedByEnvironment",
    "Given",
    "Host",
    "Institute",
    "NoSuchSetting",
    "Past",
    "Shown",
    "Words",
    "WrongHost",
    "WrongValue",
    "allow_host",
    "at_hand",
    "change",
    "current",
    "forget",
    "get_setting",
    "history",
    "hosts",
    "put_back",
    "read_host",
    "settings",
    "shut_host",
    "use",
]
