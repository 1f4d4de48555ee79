# Copyright (c) 2024 Example Institute of Field Research
#
# Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
# "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
# distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
# the following conditions:
#
# The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.
#
# THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
# MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
# ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
# THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""The last readings, and what they advise."""

from collections import deque

from greenhouse.reading import Reading

WARM = 28.0
DAMP = 85.0


class Window:
    """The newest readings, at most ``size`` of them."""

    def __init__(self, size: int) -> None:
        self.readings: deque[Reading] = deque(maxlen=size)

    def add(self, reading: Reading) -> None:
        """The oldest reading gives way when the window is full."""
        self.readings.append(reading)

    def temperature(self) -> float:
        """The mean of the readings, in degrees Celsius."""
        return sum(reading.temperature for reading in self.readings) / len(self.readings)

    def humidity(self) -> float:
        """The mean of the readings, in per cent."""
        return sum(reading.humidity for reading in self.readings) / len(self.readings)


def advice(window: Window) -> str:
    """``open`` when it is too warm or too damp, ``keep`` otherwise."""
    return "open" if window.temperature() > WARM or window.humidity() > DAMP else "keep"
