# SPDX-License-Identifier: Apache-2.0
"""What the hub's pages show: plain values, filled by the doors, read by templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup

from madang.hub.headers.showing import HeaderView


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above every page of a repository. ``base`` is its page; ``version`` the newest version's page, or None.
    ``license`` is the declared expression, "" where the card names none. ``files`` and ``bytes`` are the main branch's. ``gate`` says how
    files are given (``open``, ``auto``, ``manual``), ``embargo_until`` from when on, ``is_open`` whether the viewer has them."""

    kind: str
    namespace: str
    name: str
    title: str
    exposure: str
    base: str
    revision: str
    commit: str
    changed_at: datetime
    license: str
    files: int
    bytes: int
    version: str | None
    may_change: bool
    gate: str = "open"
    embargo_until: datetime | None = None
    is_open: bool = True

    @property
    def at(self) -> str:
        """The revision as an address has it."""
        return quote(self.revision, safe="")


@dataclass(frozen=True, slots=True)
class Row:
    """A file or a folder in a list. ``files`` is 0 for a file."""

    name: str
    address: str
    size: int
    files: int = 0
    download: str = ""


@dataclass(frozen=True, slots=True)
class CommitRow:
    """A commit in a history."""

    id: str
    title: str
    author: str
    at: datetime
    address: str
    files: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class RefRow:
    """A branch or a tag."""

    name: str
    kind: str
    commit: str
    address: str
    at: datetime


@dataclass(frozen=True, slots=True)
class CardPage:
    """``hub/card.html``: the card, what lies at the top, and how to use it. ``facts`` are the card's own words, by name. ``lines`` are
    lines to copy, by word. ``fault`` says what is wrong with the front matter. ``cite`` is a line to cite; ``bibtex`` the same as an entry;
    ``data`` what programs read of it in the page (schema.org, as JSON that is safe there). ``rooms`` are what is bounded: its name, the
    bytes that were sent to it, and those that may be; for whoever may change it."""

    head: Head
    card: Markup
    fault: str
    facts: Mapping[str, str]
    rows: tuple[Row, ...]
    more: int
    lines: tuple[tuple[str, str], ...]
    cite: str
    bibtex: str
    data: Markup
    rooms: tuple[tuple[str, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class FilesPage:
    """``hub/files.html``: one folder of a revision. ``crumbs`` are the folders above, with their addresses."""

    head: Head
    folder: str
    crumbs: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    total: int
    first: int = 1
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class FilePage:
    """``hub/file.html``: one file. ``lines`` are its first ones where it is text, else None. ``preview`` is its page as a table, or "".
    ``header`` is what a model's file says of itself."""

    head: Head
    path: str
    folder: str
    size: int
    sha256: str
    download: str
    lines: tuple[str, ...] | None
    is_whole: bool
    preview: str = ""
    header: HeaderView | None = None


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """``hub/history.html``: the commits of a revision, and all branches and tags."""

    head: Head
    commits: tuple[CommitRow, ...]
    refs: tuple[RefRow, ...]
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class CommitPage:
    """``hub/commit.html``: one commit and what it changed: (``added``, ``changed`` or ``removed``, path, address or ""). ``more`` changes
    are not listed."""

    head: Head
    commit: CommitRow
    message: str
    parent: str
    parent_address: str
    changes: tuple[tuple[str, str, str], ...]
    more: int


@dataclass(frozen=True, slots=True)
class ListRow:
    """A repository in a list."""

    full_name: str
    title: str
    address: str
    exposure: str
    license: str
    files: int
    bytes: int
    changed_at: datetime
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListPage:
    """``hub/list.html``: the datasets or models that the viewer may see, changed last first. ``lines`` are those with which
    the first one comes."""

    kind: str
    rows: tuple[ListRow, ...]
    total: int
    first: int
    q: str
    tag: str
    lines: str
    previous: str | None = None
    next: str | None = None
