# SPDX-License-Identifier: Apache-2.0
"""Pictures of figures: plain values in, SVG out. Each is drawn twice, lying for a desk and standing for a phone.

A drawing is a list of marks in pixels with classes; colours, weights and the choice between the two are the stylesheet's. Words come from
the caller, already in the reader's language, so that a picture, its table and the sentences about it say the same.
"""

from madang.web.pictures.bars import bars
from madang.web.pictures.figures import compact, day_word, named_days, time_word
from madang.web.pictures.ink import Dot, Drawing, Line, Rect, Text, svg
from madang.web.pictures.latency import Timing, latency
from madang.web.pictures.lettering import clipped, width_of
from madang.web.pictures.quota import Forecast, Limit, bar, forecast, quota
from madang.web.pictures.scene import Event, Layer
from madang.web.pictures.series import series

__all__ = [
    "Dot",
    "Drawing",
    "Event",
    "Forecast",
    "Layer",
    "Limit",
    "Line",
    "Rect",
    "Text",
    "Timing",
    "bar",
    "bars",
    "clipped",
    "compact",
    "day_word",
    "forecast",
    "latency",
    "named_days",
    "quota",
    "series",
    "svg",
    "time_word",
    "width_of",
]
