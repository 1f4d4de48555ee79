# SPDX-License-Identifier: Apache-2.0
"""What this room announces."""

from dataclasses import dataclass

from madang.kit import Actor


@dataclass(frozen=True, slots=True)
class OrganisationCreated:
    """An organisation stands, and its name is its namespace."""

    id: str
    name: str
    by: Actor


@dataclass(frozen=True, slots=True)
class ProofsEnded:
    """Whatever opens something in the name of this account without its signing in is over: rooms that hand such things out end theirs."""

    account_id: str
    name: str
    by: Actor
