# SPDX-License-Identifier: Apache-2.0
"""What is told of a repository, as plain values that every form is written from."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Licence:
    """One licence: its SPDX id, its name, and the address at which it is described."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class Creator:
    """Who made it: a person or an organisation, as the card says or, where it says nothing, whose the namespace is."""

    name: str
    is_organisation: bool = False
    orcid: str = ""
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class File:
    """A file: ``address`` gives its bytes at this commit for ever, ``media_type`` is by its ending."""

    path: str
    size: int
    sha256: str
    address: str
    media_type: str


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: the kind of its values and the database's word for their type."""

    name: str
    kind: str
    type: str


@dataclass(frozen=True, slots=True)
class Records:
    """A table that readers elsewhere can read as it lies: ``form`` is CSV, TSV, JSON, JSON Lines or Parquet."""

    path: str
    form: str
    rows: int | None
    columns: Sequence[Column]


@dataclass(frozen=True, slots=True)
class Described:
    """A repository at a commit. ``expression`` is the declared licence, "" where there is none; ``licences`` are those it names.
    ``contact`` is how the operator is reached.
    ``made_from`` are names or addresses as the card gives them. ``more_files`` are not in ``files``."""

    id: str
    kind: str
    full_name: str
    title: str
    text: str
    exposure: str
    page: str
    expression: str
    licences: Sequence[Licence]
    creators: Sequence[Creator]
    publisher: str
    contact: str
    published_at: datetime
    changed_at: datetime
    number: int | None
    commit: str
    bytes: int
    count: int
    keywords: Sequence[str] = ()
    languages: Sequence[str] = ()
    doi: str = ""
    made_from: Sequence[str] = ()
    files: Sequence[File] = ()
    more_files: int = 0
    records: Sequence[Records] = field(default=())

    @property
    def version(self) -> str:
        """The version's number, or what the commit is called."""
        return str(self.number) if self.number else self.commit[:12]
