# SPDX-License-Identifier: Apache-2.0
"""What a scan found: plain frozen values, the same for the command line, the platform and every written format.

Paths are relative to the scanned root, with ``/``, and always valid Unicode: bytes of a name that are no UTF-8 are shown as ``\\xff``, and
``path_bytes`` then holds the real name in base64. Expressions are SPDX licence expressions unless the name of the field says otherwise.
Tuples keep the order of the tree (byte order of the path), so two reports over the same bytes are equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from madang.scan.classes import of_unread
from madang.scan.wire import Wired

Json = Mapping[str, Any]
"""A mapping as JSON has it, kept as the engine gave it."""


@dataclass(frozen=True, slots=True)
class Engine:
    """What looked: the engine, its version and the day and digest of its licence data."""

    name: str
    version: str
    data_date: str
    """Day of the licence data, ``2026-01-15``."""
    data_digest: str
    """SHA-256 over the digests of all rules, licences and code of the engine."""
    spdx_list_version: str


@dataclass(frozen=True, slots=True)
class Match:
    """A place in a file that one rule matched."""

    license_expression_spdx: str
    start_line: int
    end_line: int
    score: float
    """0 to 100."""
    matcher: str
    rule_identifier: str
    license_expression: str
    """In the engine's own keys."""
    match_coverage: float
    matched_length: int
    rule_relevance: int
    rule_url: str | None = None
    from_file: str | None = None
    """Where the match stands, when it was followed from another file ("see LICENSE")."""


@dataclass(frozen=True, slots=True)
class Detection:
    """One or more matches that together say one thing."""

    license_expression_spdx: str
    license_expression: str
    matches: tuple[Match, ...]
    identifier: str | None = None
    detection_log: tuple[str, ...] = ()
    """What the engine did to it when it saw all files together (a reference followed, a licence taken from a package)."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A copyright notice, a holder or an author, and its lines."""

    value: str
    """As the engine says it: in Latin letters."""
    start_line: int
    end_line: int
    written: str | None = None
    """As it stands in the file, where that is in other letters."""

    @property
    def shown(self) -> str:
        """What people read."""
        return self.written or self.value


@dataclass(frozen=True, slots=True)
class File:
    """A file that was read, and what is in it."""

    path: str
    sha256: str
    size: int
    """Bytes."""
    sha1: str
    """For formats that ask for it (SPDX 2.3, 8.4); nothing here trusts it."""
    is_text: bool = False
    is_binary: bool = False
    is_archive: bool = False
    is_media: bool = False
    is_source: bool = False
    is_script: bool = False
    mime_type: str | None = None
    file_type: str | None = None
    programming_language: str | None = None
    detected_license_expression: str | None = None
    """In the engine's own keys."""
    detected_license_expression_spdx: str | None = None
    license_detections: tuple[Detection, ...] = ()
    license_clues: tuple[Match, ...] = ()
    """Matches too weak to count."""
    percentage_of_license_text: float = 0
    copyrights: tuple[Statement, ...] = ()
    holders: tuple[Statement, ...] = ()
    authors: tuple[Statement, ...] = ()
    package_data: tuple[Json, ...] = ()
    """What the engine's parsers read in this manifest, in the engine's own shape."""
    for_packages: tuple[str, ...] = ()
    """``package_uid`` of the packages that this file belongs to."""
    scan_errors: tuple[str, ...] = ()
    path_bytes: str | None = None
    classes: Mapping[str, str] = field(default_factory=dict)
    """Class (``vendored``) → the rule that gives it (``folder: node_modules``). Labels: they take nothing from the scan."""
    concluded_license_expression_spdx: str | None = None
    """What somebody decided about the file, where a document says so."""

    @property
    def has_findings(self) -> bool:
        """Whether there is a licence, a clue, a copyright, an author or package data."""
        return bool(self.license_detections or self.license_clues or self.copyrights or self.holders or self.authors or self.package_data)


@dataclass(frozen=True, slots=True)
class Package:
    """A package that manifests of the tree describe together."""

    package_uid: str
    type: str
    name: str | None
    version: str | None
    purl: str | None
    declared_license_expression: str | None
    """In the engine's own keys."""
    declared_license_expression_spdx: str | None
    datafile_paths: tuple[str, ...]
    """Manifests, relative to the root."""
    raw: Json = field(default_factory=dict)
    """Everything that the engine says of it, in its own shape (paths there begin with the root folder's name)."""
    concluded_license_expression_spdx: str | None = None
    """What somebody decided about it, where a document says so."""
    purpose: str = ""
    """What a document says that it is for: ``library``, ``application``, ``model``, ``dataset``, …; "" when nobody says."""


@dataclass(frozen=True, slots=True)
class Dependency:
    """What a manifest or lockfile says it needs."""

    dependency_uid: str
    purl: str | None
    extracted_requirement: str | None
    scope: str | None
    is_runtime: bool
    is_optional: bool
    is_pinned: bool
    is_direct: bool
    for_package_uid: str | None
    datafile_path: str
    raw: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unread:
    """A thing in the tree whose content was not, or not wholly, looked at.

    ``reason`` is one of ``too-large, unreadable, changed, deadline, memory, died, engine`` (a fault: it should have been read) or
    ``link, special, version-control`` (left out on purpose). ``message`` is an English sentence that names the limit if there is one.
    """

    path: str
    reason: str
    message: str
    path_bytes: str | None = None

    @property
    def classes(self) -> Mapping[str, str]:
        """Class → rule, as for files that were read."""
        return of_unread(self.reason)


@dataclass(frozen=True, slots=True)
class Totals:
    """Figures over the whole tree."""

    files: int
    directories: int
    bytes: int
    files_with_licence: int
    files_with_copyright: int
    files_with_findings: int
    files_with_errors: int
    unread: int
    skipped: int


@dataclass(frozen=True, slots=True)
class Relationship:
    """How one thing is made with another, as a document says it. ``source`` is what is made, ``target`` what it is made with.

    Both are a ``package_uid``, ``file:`` and a path, or "" for the whole; what lies outside the document stands as the document names it,
    with ``outside:`` in front. ``kind`` is one of ``documents.KINDS``. A ``target`` of None says that there is no (further) one.
    """

    source: str
    kind: str
    target: str | None
    completeness: str = "unknown"
    """Whether all of this kind are told: ``complete``, ``incomplete`` or ``unknown``."""
    stated: str = ""
    """The document's own word for it."""


@dataclass(frozen=True, slots=True)
class NotSaid:
    """Something that a document leaves open about so many of its entries, which is not to say that there is nothing."""

    aspect: str
    """One of ``documents.ASPECTS``."""
    entries: int
    of: int


@dataclass(frozen=True, slots=True)
class Document:
    """The document that a report was read from, instead of files."""

    name: str
    form: str
    """``spdx-2.3-json``, ``cyclonedx-1.6-xml``, …"""
    title: str
    """The same for people: ``SPDX 2.3 (JSON)``."""
    sha256: str
    size: int
    tools: tuple[str, ...]
    """Who made it, as it says itself."""
    created_at: str | None
    """When, as it says itself."""
    root: Package | None
    """The thing that it describes, where that is one thing."""
    not_said: tuple[NotSaid, ...]
    licence_texts: Mapping[str, str] = field(default_factory=dict)
    """What it says of licences of its own: ``LicenseRef-…`` → the text, or the name where there is no text."""

    def leaves_open(self, *aspects: str) -> bool:
        """Whether it says nothing at all about one of ``aspects``."""
        return any(each.aspect in aspects and each.entries == each.of for each in self.not_said)


@dataclass(frozen=True, slots=True)
class Report(Wired):
    """All findings of one tree. ``Report.from_json(report.to_json()) == report``."""

    name: str
    """The root folder's name, as shown."""
    engine: Engine
    files: tuple[File, ...]
    directories: tuple[str, ...]
    packages: tuple[Package, ...]
    dependencies: tuple[Dependency, ...]
    license_detections: tuple[Json, ...]
    """Unique detections over the tree, in the engine's own shape."""
    unread: tuple[Unread, ...]
    """Faults only: what should have been read and could not, also files of ``files`` that have ``scan_errors``."""
    skipped: tuple[Unread, ...]
    """Left out on purpose: links, devices, the version control's own files."""
    totals: Totals
    declared_license_expression: str | None
    """What the tree says of itself: see ``summary.declared`` for the rule."""
    declared_in: tuple[str, ...]
    """Files that the declared expression was read from."""
    license_expression: str | None
    """Every expression detected in a file, each once, joined with AND and simplified."""
    license_counts: Mapping[str, int]
    """Detected expression → number of files, the largest first."""
    holder_counts: Mapping[str, int]
    """Copyright holder → number of files, the largest first."""
    root_is_file: bool = False
    """Whether one file was scanned and no folder; its path is then the file's name."""
    class_counts: Mapping[str, int] = field(default_factory=dict)
    """Class → number of files, also of those that were too large to read."""
    errors: tuple[str, ...] = ()
    """What went wrong over the whole tree; the findings of single files stand all the same."""
    relationships: tuple[Relationship, ...] = ()
    """What a document says of how its parts are joined, beyond which file lies in the whole."""
    document: Document | None = None
    """Where the findings were read from, when no file was looked at."""

    def is_open(self, *aspects: str) -> bool:
        """Whether nothing is known about one of ``aspects``, because the findings are a document's and it does not say."""
        return self.document is not None and self.document.leaves_open(*aspects)
