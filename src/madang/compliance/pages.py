# SPDX-License-Identifier: Apache-2.0
"""What the pages of an asset and its versions show: plain values, filled by the doors, read by the templates as ``page``."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from madang import catalog
from madang.compliance.documents.pages import ReadFrom
from madang.compliance.licence_map import LicenceRow, PlaceRow
from madang.compliance.pictures import Drawing
from madang.compliance.reasons import Reason, reasons_in

STATES = ("queued", "fetching", "scanning", "verified", "cancelled", "failed")
TABS = ("licences", "packages", "holders", "files", "unread")
SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".tar.zst")
HOPELESS = frozenset(
    {
        "not-an-archive", "archive-refused", "archive-damaged", "archive-inconsistent", "archive-encrypted", "archive-unsupported",
        "archive-empty", "unsafe-name", "duplicate-name", "link-out", "special-file", "limit-exceeded",
    }
)  # fmt: skip
"""Failures that lie in the archive itself: the same bytes fail again."""


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """``compliance/register.html``: an address or an archive becomes an asset with a first version.

    ``values`` are the fields as typed before (``git``, ``ref``, ``namespace``, ``name``, ``title``, ``exposure``, ``label``);
    ``faults`` map a field, or ``file``, or ``""`` for the whole, to a sentence. ``namespaces`` are those that the actor may write.
    ``most_bytes`` is the limit on an archive, ``suffixes`` the archives that can be opened. ``allows_file`` says whether the operator
    allows ``file:`` addresses.
    """

    namespaces: tuple[str, ...]
    most_bytes: int
    suffixes: tuple[str, ...] = SUFFIXES
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    allows_file: bool = False
    offers_example: bool = False

    fields = catalog.FIELDS


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version in the asset's list, newest first."""

    version: str
    label: str
    state: str
    created_at: datetime
    source: str = ""
    declared: str | None = None
    files: int | None = None
    conflicts: int = 0
    unread: int = 0


@dataclass(frozen=True, slots=True)
class AssetPage:
    """``compliance/asset.html``: one asset, its versions, and what its owner may change.

    ``about`` is the word of its field, "" for none. ``faults`` as in ``RegisterPage``; ``values`` are the fields of the forms (``git``,
    ``ref``, ``label``, ``title``).
    """

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    about: str
    owner: str
    created_at: datetime
    versions: tuple[VersionRow, ...]
    may_change: bool
    most_bytes: int
    suffixes: tuple[str, ...] = SUFFIXES
    values: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    previous: str | None = None
    next: str | None = None

    fields = catalog.FIELDS


@dataclass(frozen=True, slots=True)
class Part:
    """One word of an SPDX expression. ``stance``: ``operator``, ``declared``, ``extra`` (not declared) or ``conflict``."""

    text: str
    stance: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """One licence that meets the declared one badly. ``number`` ties it to the picture; ``reason`` is a sentence, or empty."""

    number: int
    expression: str
    strength: str
    files: int
    places: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is. ``rate`` is files in a second; what is not known yet is None."""

    files_done: int = 0
    files_total: int | None = None
    rate: float | None = None
    seconds_left: float | None = None
    started_at: datetime | None = None
    ahead: int = 0
    """How many tasks stand before this one while it is queued."""


@dataclass(frozen=True, slots=True)
class VersionHead:
    """What stands at the top of every page of one version.

    ``version`` is the id in addresses, ``label`` what people call it. ``source`` is the address and ref, or the archive's name.
    ``declared_in`` are the files that declare. ``failure`` is a sentence when ``state`` is ``failed``, ``way_out`` what to do next.
    ``counts`` has ``packages``, ``holders``, ``files``, ``unread``, ``licences``; ``seconds`` is how long the scan took.
    ``answer`` is ``yes`` (agrees with what is declared), ``no`` (conflict), ``contested`` (more than declared, no conflict) or
    ``unknown`` (nothing is declared or found); see ``answer_of``.
    """

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    owner: str
    version: str
    label: str
    state: str
    created_at: datetime
    content: str | None = None
    source: str = ""
    seconds: float | None = None
    task: str | None = None
    may_change: bool = False
    declared: str | None = None
    declared_in: tuple[str, ...] = ()
    detected: str | None = None
    parts: tuple[Part, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    engine: str = ""
    failure: str = ""
    way_out: str = ""
    answer: str = "unknown"
    previous_seconds: float | None = None
    """How long the version before took, for whoever waits; None where it was not verified."""
    failure_code: str = ""
    """The code of the refusal that ``failure`` says."""
    document: ReadFrom | None = None
    """What the findings were read from, where no file was looked at."""

    @property
    def is_hopeless(self) -> bool:
        """Whether the same source can only fail again."""
        return self.failure_code in HOPELESS


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file with what was found in it. ``score`` is 0 to 100, None where nothing matched."""

    path: str
    size: int = 0
    expression: str | None = None
    strength: str = "none"
    score: float | None = None
    is_conflict: bool = False
    holders: tuple[str, ...] = ()
    is_unread: bool = False
    classes: tuple[str, ...] = ()
    """What it is beside its findings (vendored, minified), in the reader's words."""


@dataclass(frozen=True, slots=True)
class PackageRow:
    """One package found in a manifest. ``licence`` is what the manifest declares."""

    purl: str
    name: str
    version: str = ""
    type: str = ""
    licence: str | None = None
    strength: str = "none"
    path: str = ""


@dataclass(frozen=True, slots=True)
class HolderRow:
    """One copyright holder: in how many files, and one whole statement of theirs."""

    holder: str
    files: int
    statement: str = ""
    path: str = ""


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """One file that could not be read, and why, as a sentence."""

    path: str
    reason: str
    size: int = 0

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """``reason`` as templates."""
        return reasons_in(self.reason)


@dataclass(frozen=True, slots=True)
class Line:
    """One numbered line of a file. ``gap_before`` says that lines before it are left out."""

    number: int
    text: str
    is_matched: bool = False
    gap_before: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The lines that decided about one file, for the version's own page. ``score`` is 0 to 100."""

    path: str
    expression: str
    strength: str
    score: float
    first: int
    last: int
    rule: str
    lines: tuple[Line, ...]
    is_conflict: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class FileFilter:
    """What the list of files asks: words in the path, one licence expression, one state of ``conflict unknown found none unread``, and
    one class. ``classes`` are all there are, each with its word."""

    q: str = ""
    licence: str = ""
    state: str = ""
    licences: tuple[str, ...] = ()
    classed: str = ""
    classes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Maps:
    """The licence map in its two drawings, from the same values."""

    desktop: Drawing
    phone: Drawing


@dataclass(frozen=True, slots=True)
class VersionPage:
    """``compliance/version.html``: one version under one of ``TABS``; only what that tab shows need be filled.

    ``licences``: ``maps``, ``licences``, ``findings`` (worst first, about nine), ``excerpt``. Lists of the other tabs: ``packages``,
    ``holders``, ``files`` with ``filter``, ``unread``. ``total`` counts what matches, ``first`` is the place of the first row,
    ``previous`` and ``next`` are addresses. While ``head.state`` is not final, ``progress`` is shown in place of the tabs.
    """

    head: VersionHead
    tab: str = "licences"
    maps: Maps | None = None
    licences: tuple[LicenceRow, ...] = ()
    findings: tuple[FileRow, ...] = ()
    findings_total: int = 0
    excerpt: Excerpt | None = None
    packages: tuple[PackageRow, ...] = ()
    holders: tuple[HolderRow, ...] = ()
    files: tuple[FileRow, ...] = ()
    filter: FileFilter = FileFilter()
    unread: tuple[UnreadRow, ...] = ()
    total: int = 0
    first: int = 1
    previous: str | None = None
    next: str | None = None
    progress: Progress | None = None


@dataclass(frozen=True, slots=True)
class Match:
    """One matched range of a file. ``number`` counts from 1 and ties the list to the lines; ``name`` is the licence's full name."""

    number: int
    expression: str
    strength: str
    first: int
    last: int
    score: float
    rule: str = ""
    name: str = ""
    is_conflict: bool = False


@dataclass(frozen=True, slots=True)
class FilePage:
    """``compliance/file.html``: one file, its matched lines beside the licences' names and scores.

    ``lines`` may leave out what lies far from a match (``Line.gap_before``). ``why_no_lines`` is a sentence when the content is not
    shown (binary, too large). ``stated`` is what ``REUSE.toml`` states of the file in place of ``detected``. ``matched`` in ``lines`` is
    true for the lines of ``chosen``, the number of the match that is looked at.
    """

    head: VersionHead
    path: str
    size: int
    digest: str
    matches: tuple[Match, ...]
    lines: tuple[Line, ...]
    chosen: int = 1
    expression: str | None = None
    copyrights: tuple[str, ...] = ()
    why_no_lines: str = ""
    unread: str = ""
    """Why the file could not be read, or not wholly; empty when it was."""
    more: int = 0
    """Matches beyond those that are shown."""
    stated: str | None = None
    detected: str | None = None
    download: str | None = None
    classes: tuple[tuple[str, str], ...] = ()
    """Class and why, in the reader's words."""

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """``unread`` as templates."""
        return reasons_in(self.unread)


@dataclass(frozen=True, slots=True)
class TablesPage:
    """``compliance/tables.html``: the table twins of the licence map; nothing folded. ``total`` counts all places; what is not shown
    of them stands in the CSV."""

    head: VersionHead
    licences: tuple[LicenceRow, ...]
    places: tuple[PlaceRow, ...]
    total: int = 0


_WORDS = re.compile(r"\s+|([()])")
_OPERATORS = frozenset({"AND", "OR", "WITH", "(", ")"})


def expression_parts(expression: str | None, *, declared: Collection[str] = (), conflicts: Collection[str] = ()) -> tuple[Part, ...]:
    """The words of ``expression`` in order, each with its stance towards the licence keys that are declared and that conflict."""
    words = [word for word in _WORDS.split(expression or "") if word]
    return tuple(Part(word, _stance(word, declared, conflicts)) for word in words)


def _stance(word: str, declared: Collection[str], conflicts: Collection[str]) -> str:
    if word in _OPERATORS:
        return "operator"
    if word in conflicts:
        return "conflict"
    return "declared" if word in declared else "extra"


def answer_of(declared: str | None, parts: Collection[Part]) -> str:
    """``yes``, ``no``, ``contested`` or ``unknown``: how what is found stands to what is declared."""
    stances = {part.stance for part in parts}
    if "conflict" in stances:
        return "no"
    if not declared or not stances - {"operator"}:
        return "unknown"
    return "contested" if "extra" in stances else "yes"
