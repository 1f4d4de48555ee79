# SPDX-License-Identifier: Apache-2.0
"""What is set, as rooms read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

OPEN, INVITATION, PROVIDER, CLOSED = "open", "invitation", "provider", "closed"
SIGN_UPS = (OPEN, INVITATION, PROVIDER, CLOSED)
GIB, MIB = 1 << 30, 1 << 20


@dataclass(frozen=True, slots=True)
class Words:
    """One text in both languages; a language without its own reads the other's."""

    ko: str = ""
    en: str = ""

    def said_in(self, language: str) -> str:
        """The text for readers of ``language``."""
        return (self.ko or self.en) if language == "ko" else (self.en or self.ko)

    def __bool__(self) -> bool:
        return bool(self.ko or self.en)


@dataclass(frozen=True, slots=True)
class Banner:
    """What stands at the head of every page for a time. While it stands and ``is_read_only``, only operators write."""

    words: Words = field(default_factory=Words)
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    is_read_only: bool = False

    def stands(self, at: datetime) -> bool:
        """Whether it is shown at that time."""
        begun = self.begins_at is None or self.begins_at <= at
        over = self.ends_at is not None and self.ends_at <= at
        return (bool(self.words) or self.is_read_only) and begun and not over

    def shuts(self, at: datetime) -> bool:
        """Whether only operators write at that time."""
        return self.is_read_only and self.stands(at)


@dataclass(frozen=True, slots=True)
class Given:
    """What holds while no operator has set anything, by the field's name, and which of it the environment states and so keeps."""

    values: Mapping[str, Any] = field(default_factory=dict)
    fixed: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Institute:
    """Everything that is set, as it holds now. ``revision`` grows with every change. Sizes are bytes.

    ``sign_up`` says who may make accounts: everybody (``open``), whoever was invited (``invitation``), whoever the institute's provider
    knows (``provider``), nobody but operators (``closed``). ``email_domains`` bounds the first; empty means any. ``conditions_version`` is
    0 while there are no conditions of use, and grows when they change.
    """

    revision: int = 0
    name: Words = field(default_factory=Words)
    contact: str = ""
    allowed_hosts: tuple[str, ...] = ()
    sign_up: str = INVITATION
    email_domains: tuple[str, ...] = ()
    default_role: str = "member"
    default_reach: str = "outer"
    proves_email: bool = True
    password_sign_in: bool = True
    conditions: Words = field(default_factory=Words)
    conditions_version: int = 0
    banner: Banner = field(default_factory=Banner)
    max_upload_bytes: int = GIB
    max_waiting: int = 500
    max_archive_bytes: int = 2 * GIB
    max_files: int = 200_000
    max_total_bytes: int = 8 * GIB
    max_file_bytes: int = 2 * GIB
    max_fetch_bytes: int = 4 * GIB
    fetch_seconds: int = 1800
    jobs_at_once: int = 2
    scan_file_seconds: int = 120
    session_idle_days: int = 14
    session_days: int = 90
    link_hours: int = 24
    scan_sample_files: int = 40
