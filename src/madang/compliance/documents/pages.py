# SPDX-License-Identifier: Apache-2.0
"""What pages show of a document: before it counts, and above the version that was read from it."""

from collections.abc import Mapping
from dataclasses import dataclass

from madang.compliance.documents.taking import Preview


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """``compliance/document.html``: what a document says, before it counts. ``word`` says that it was shown; ``values`` are the fields of
    the form that it came with, which goes to ``action`` again; ``not_said`` is what it leaves open, in words."""

    preview: Preview
    word: str
    values: Mapping[str, str]
    not_said: tuple[str, ...]
    action: str


@dataclass(frozen=True, slots=True)
class ReadFrom:
    """The document that a version was read from: its ``title`` (which standard), ``name``, ``sha256``, what it is ``about``, who made it
    and when, as it says itself, and in words what it leaves open; ``is_open`` are the aspects of which it says nothing at all."""

    title: str
    name: str
    sha256: str
    about: str
    tools: tuple[str, ...]
    created_at: str
    not_said: tuple[str, ...]
    is_open: frozenset[str]
