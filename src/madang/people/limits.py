# SPDX-License-Identifier: Apache-2.0
"""The measures of this room; the settings fill them."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Limits:
    """How long things are good, and how many tries there are.

    Failed tries are counted as a level that halves every ``tries_half_seconds``. ``tries`` are for one account from one network,
    ``tries_network`` for one network, ``tries_account`` for one account from networks that it has not signed in from of late.
    """

    link_hours: int = 24
    invitation_days: int = 14
    session_idle_days: int = 14
    session_days: int = 90
    password_min: int = 10
    password_max: int = 512
    note_max: int = 200
    tries: int = 5
    tries_network: int = 30
    tries_account: int = 50
    tries_half_seconds: int = 900
    known_network_days: int = 90

    @property
    def link(self) -> timedelta:
        """How long a one-time link is good."""
        return timedelta(hours=self.link_hours)

    @property
    def session(self) -> timedelta:
        """How long a session is good in any case."""
        return timedelta(days=self.session_days)

    @property
    def session_idle(self) -> timedelta:
        """How long a session is good unused."""
        return timedelta(days=self.session_idle_days)
