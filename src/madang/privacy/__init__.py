# SPDX-License-Identifier: Apache-2.0
"""Personal data in Korean and English text: where it is, why it counts as that, and how it is taken out.

Numbers are proved where they carry proof in themselves: checksums, dates, ranges. Names and addresses of people are not looked for, since
nothing in them proves what they are. The core needs no rows, no network and no clock.
"""

from madang.privacy.detecting import LEAST, MOST_CHARACTERS, detect
from madang.privacy.errors import BadPlan, KeyMissing, NoSuchKind, NoSuchMethod, NotATable, NotText, TableTooLarge, TextTooLong
from madang.privacy.findings import KINDS, Found, Kind
from madang.privacy.measures import Measured, measure
from madang.privacy.plans import Plan
from madang.privacy.plans import read as read_plan
from madang.privacy.replacing import METHODS, Applied, Replaced, apply
from madang.privacy.reporting import report
from madang.privacy.tables import read as read_table
from madang.privacy.tables import write as write_table
from madang.privacy.tabular import Deidentified, deidentify

__all__ = [
    "BadPlan",
    "Deidentified",
    "Measured",
    "NotATable",
    "Plan",
    "TableTooLarge",
    "deidentify",
    "measure",
    "read_plan",
    "read_table",
    "report",
    "write_table",
    "KINDS",
    "LEAST",
    "METHODS",
    "MOST_CHARACTERS",
    "Applied",
    "Found",
    "KeyMissing",
    "Kind",
    "NoSuchKind",
    "NoSuchMethod",
    "NotText",
    "Replaced",
    "TextTooLong",
    "apply",
    "detect",
]
