# Copyright (C) 2021 Example Smoothing Project
#
# This library is free software; you can redistribute it and/or modify it under the terms of the GNU Lesser General Public License as
# published by the Free Software Foundation; either version 2.1 of the License, or (at your option) any later version.
#
# This library is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of
# MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU Lesser General Public License for more details.
"""Exponential smoothing of a row of numbers."""


def smooth(values: list[float], weight: float) -> list[float]:
    """Each value drawn towards the ones before it; ``weight`` 1 leaves them as they are."""
    smoothed: list[float] = []
    for value in values:
        before = smoothed[-1] if smoothed else value
        smoothed.append(weight * value + (1 - weight) * before)
    return smoothed
