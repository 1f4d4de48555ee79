# SPDX-License-Identifier: Apache-2.0
"""The words that rows, wires and logs write for kinds of things."""

WINDOWS = ("minute", "day", "month")
SCOPES = ("account", "key", "session", "network")
"""Who shares a quota: all keys of an account on the plan, one key, a guest's session, or a network of guests."""
GIVEN = ("guests", "at-once", "by-request", "by-operator")
OUTCOMES = ("answered", "cut", "failed")
"""How a call ended: whole, cut off by the caller (what was served counts), or failed on our side (nothing is charged)."""
CALL = "call"
GUEST = "guest"
PERS = (1, 10, 100, 1000, 10_000, 100_000, 1_000_000)
"""How many units a price may be for: powers of ten, so that every amount of money is exact."""
