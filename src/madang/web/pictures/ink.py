# SPDX-License-Identifier: Apache-2.0
"""Marks on a sheet, in pixels, and how they become SVG: every text escaped, classes and no styles."""

from dataclasses import dataclass

from markupsafe import Markup


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle; ``title`` is what a pointer over it is told."""

    x: float
    y: float
    width: float
    height: float
    style: str
    title: str = ""

    def svg(self) -> Markup:
        """The mark as SVG."""
        place = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"').format(
            self.style, _n(self.x), _n(self.y), _n(max(self.width, 0)), _n(max(self.height, 0))
        )
        return place + (Markup("><title>{}</title></rect>").format(self.title) if self.title else Markup("/>"))


@dataclass(frozen=True, slots=True)
class Line:
    """A path."""

    path: str
    style: str
    title: str = ""

    def svg(self) -> Markup:
        """The mark as SVG."""
        place = Markup('<path class="{}" d="{}"').format(self.style, self.path)
        return place + (Markup("><title>{}</title></path>").format(self.title) if self.title else Markup("/>"))


@dataclass(frozen=True, slots=True)
class Text:
    """Words at the foot of their letters. ``anchor``: ``start``, ``middle`` or ``end``; ``bold`` is a first part in bold."""

    x: float
    y: float
    text: str
    style: str = ""
    anchor: str = "start"
    bold: str = ""

    def svg(self) -> Markup:
        """The mark as SVG."""
        anchor = Markup("") if self.anchor == "start" else Markup(' text-anchor="{}"').format(self.anchor)
        style = Markup(' class="{}"').format(self.style) if self.style else Markup("")
        bold = Markup('<tspan class="name">{}</tspan>{}').format(self.bold, " " if self.text else "") if self.bold else Markup("")
        return Markup('<text{} x="{}" y="{}"{}>{}{}</text>').format(style, _n(self.x), _n(self.y), anchor, bold, self.text)


@dataclass(frozen=True, slots=True)
class Dot:
    """A circle."""

    x: float
    y: float
    radius: float
    style: str
    title: str = ""

    def svg(self) -> Markup:
        """The mark as SVG."""
        place = Markup('<circle class="{}" cx="{}" cy="{}" r="{}"').format(self.style, _n(self.x), _n(self.y), _n(self.radius))
        return place + (Markup("><title>{}</title></circle>").format(self.title) if self.title else Markup("/>"))


Mark = Rect | Line | Text | Dot


@dataclass(frozen=True, slots=True)
class Drawing:
    """A sheet of so many pixels with its marks, the first one lowest."""

    width: float
    height: float
    marks: tuple[Mark, ...]


def svg(drawing: Drawing, way: str, label: str) -> Markup:
    """``drawing`` for a desk (``lying``) or a phone (``standing``); ``label`` says in words what it shows."""
    inner = Markup("").join(mark.svg() for mark in drawing.marks)
    return Markup('<svg class="map {}" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        way, _n(drawing.width), _n(drawing.height), label, inner
    )


def path(points: list[tuple[float, float]]) -> str:
    """The points joined by straight lines."""
    return "".join(f"{'L' if place else 'M'}{_n(x)} {_n(y)}" for place, (x, y) in enumerate(points))


def _n(value: float) -> str:
    """A number of pixels without digits that nobody sees."""
    return f"{value:.1f}".removesuffix(".0")
