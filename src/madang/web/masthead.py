# SPDX-License-Identifier: Apache-2.0
"""The head of every sheet."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Masthead:
    """The head of every sheet: the institute's name and the banner, by language, and how to reach the institute.

    While ``is_read_only`` only operators write; ``ends_at`` says until when the banner stands.
    """

    name: Mapping[str, str] = field(default_factory=dict)
    banner: Mapping[str, str] = field(default_factory=dict)
    is_read_only: bool = False
    ends_at: datetime | None = None
    contact: str = ""
