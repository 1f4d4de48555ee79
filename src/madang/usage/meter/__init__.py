# SPDX-License-Identifier: Apache-2.0
"""Admission and counting in a web process, on its event loop: nothing here waits for a database but the first call of a lease."""

from madang.usage.meter.grants import Grant, Metered
from madang.usage.meter.meter import Meter
from madang.usage.meter.reservations import Reservation

__all__ = ["Grant", "Metered", "Meter", "Reservation"]
