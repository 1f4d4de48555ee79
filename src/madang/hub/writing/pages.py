# SPDX-License-Identifier: Apache-2.0
"""What the pages of writing show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from madang.hub.pages import Head


@dataclass(frozen=True, slots=True)
class NewPage:
    """``hub/new.html``: a repository that is not there yet. ``may_open``: whether the viewer has a namespace to make it in."""

    kind: str
    namespaces: Sequence[str]
    values: Mapping[str, str]
    faults: Mapping[str, str]
    may_open: bool


@dataclass(frozen=True, slots=True)
class UploadPage:
    """``hub/upload.html``: a file for a folder of a branch."""

    head: Head
    folder: str
    here: str
    most_bytes: int
    message: str
    fault: str


@dataclass(frozen=True, slots=True)
class EditPage:
    """``hub/edit.html``: the card's text. ``parent`` is the commit that it was read at; ``shown`` is how it will look, where that was asked
    for; ``licences`` are names that the front matter knows, each with what it is."""

    head: Head
    here: str
    text: str
    parent: str
    message: str
    shown: Markup | None
    fault: str
    licences: Sequence[tuple[str, str]]
