# SPDX-License-Identifier: Apache-2.0
"""Writing a report so that others can read it: the list of formats, and what they share.

A format is one module of ``formats`` that registers a function. The same report and the same time give the same text.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TextIO

from madang.kit import Invalid, _, now
from madang.scan.report import Report

Writer = Callable[[Report, TextIO, datetime], None]


class UnknownFormat(Invalid):
    """No such format is known."""

    code = "scan-unknown-format"
    message = _("There is no format “%(name)s”. Known are: %(known)s.")


@dataclass(frozen=True, slots=True)
class Format:
    """A form that reports can be written in. ``extension`` has no dot."""

    name: str
    title: str
    extension: str
    media_type: str
    write: Writer


FORMATS: dict[str, Format] = {}
"""Name → format, each put there by its own module."""


def register(name: str, *, title: str, extension: str, media_type: str) -> Callable[[Writer], Writer]:
    """The decorated function writes the format ``name``."""

    def keep(writer: Writer) -> Writer:
        assert name not in FORMATS, f"two formats are called {name}"
        FORMATS[name] = Format(name, title, extension, media_type, writer)
        return writer

    return keep


def write(report: Report, format: str, stream: TextIO, *, at: datetime | None = None) -> None:  # noqa: A002
    """The whole report stands in ``stream``, in the form called ``format``, as made at the time ``at`` (now, if not given).

    The text is valid Unicode, for a stream in UTF-8. ``UnknownFormat`` when there is no such form.
    """
    if format not in FORMATS:
        raise UnknownFormat(name=format, known=", ".join(FORMATS))
    FORMATS[format].write(report, stream, (at or now()).astimezone(UTC).replace(microsecond=0))


def stamp(at: datetime) -> str:
    """``2026-11-22T20:15:00Z``, as SPDX, CycloneDX and SARIF write a time."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(value: Any) -> str:
    """A value as JSON on one line."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def write_object(stream: TextIO, members: Mapping[str, Any], *, end: str = "\n") -> None:
    """A JSON object, a member a line; a member that is an iterator becomes a list that is never held whole, an item a line."""
    before = "{\n"
    for name, value in members.items():
        stream.write(f"{before}{compact(name)}:")
        before = ",\n"
        if isinstance(value, Iterator):
            write_list(stream, value)
        elif isinstance(value, Nested):
            write_object(stream, value, end="")
        else:
            stream.write(compact(value))
    stream.write(("{" if before == "{\n" else "\n") + "}" + end)


def write_list(stream: TextIO, items: Iterable[Any]) -> None:
    """A JSON list, an item a line."""
    before = "["
    for item in items:
        stream.write(f"{before}\n{compact(item)}")
        before = ","
    stream.write("[]" if before == "[" else "\n]")


class Nested(dict[str, Any]):
    """A member that is itself written member by member."""
