# SPDX-License-Identifier: Apache-2.0
"""The shapes of the JSON that versions are told in."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

VERSION_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["source"],
                    "properties": {
                        "source": {
                            "type": "object",
                            "additionalProperties": False,
                            "required": ["git"],
                            "properties": {"git": {"type": "string"}, "ref": {"type": ["string", "null"]}},
                        },
                        "label": {"type": ["string", "null"]},
                    },
                }
            },
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}, "label": {"type": "string"}},
                }
            },
        },
    }
}


CLASSES = Literal["", "binary", "media", "archive", "minified", "generated", "vendored", "data", "huge"]


class NewVersionOut(BaseModel):
    """What was taken in, and the task that works on it. ``content`` is the digest of the tree of files, null until they are there."""

    version: str
    content: str | None
    state: str
    task: str


class SourceOut(BaseModel):
    """Where a version comes from. ``address`` is null when it names an inner place and you may not change the asset."""

    kind: str
    address: str | None
    ref: str | None
    commit: str | None


class ProgressOut(BaseModel):
    """Files done and in all, seconds left by the pace so far, files in a second. What is not known yet is null."""

    files_done: int
    files_total: int | None
    seconds_left: float | None
    rate: float | None


class FailureOut(BaseModel):
    """Why a verification failed."""

    code: str
    message: str


class VersionOut(NewVersionOut):
    """A version with what is known of it. ``document``: what it was read from, when no file was looked at (``name title sha256 tools
    created_at about not_said relationships``; ``not_said`` has an aspect, entries that leave it open, and all entries); null for a scan."""

    label: str | None
    source: SourceOut
    progress: ProgressOut
    declared_license_expression: str | None
    license_expression: str | None
    counts: dict[str, int]
    conflicts: list[dict[str, Any]]
    failure: FailureOut | None
    engine: str
    document: dict[str, Any] | None = None
    created_at: datetime
    finished_at: datetime | None
    url: str


class VersionList(BaseModel):
    """Some versions and the address of the next ones."""

    items: list[VersionOut]
    next: str | None


class FileOut(BaseModel):
    """A file with what was found in it. ``score`` is that of the best match, 0 to 100."""

    path: str
    size: int
    sha256: str
    language: str | None
    is_binary: bool
    expression: str | None
    strength: str
    is_conflict: bool
    is_unread: bool
    score: float | None
    details: dict[str, Any]


class FileList(BaseModel):
    """Some files and the address of the next ones."""

    items: list[FileOut]
    next: str | None
