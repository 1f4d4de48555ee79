# SPDX-License-Identifier: Apache-2.0
"""What operators' pages on people show: plain values, read by the templates as ``page``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One account in the list."""

    name: str
    display_name: str
    role: str
    reach: str
    sector: str
    duties: tuple[str, ...]
    email: str | None
    is_shut: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """``people/admin_people.html``: everybody, filtered and in pages. ``chosen`` are the filters as asked."""

    rows: tuple[PersonRow, ...]
    total: int
    first: int
    chosen: Mapping[str, str]
    previous: str | None = None
    next: str | None = None
    json: str = ""
    csv: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    may_change: bool = False


@dataclass(frozen=True, slots=True)
class MembershipRow:
    """One organisation of a person, or one person of an organisation."""

    name: str
    display_name: str
    role: str
    added_at: datetime | None = None
    is_shut: bool = False


@dataclass(frozen=True, slots=True)
class PersonPage:
    """``people/admin_person.html``: one account. ``link`` is a one-time link made just now; ``seen`` the revision that is shown."""

    row: PersonRow
    seen: int
    is_verified: bool
    has_password: bool
    memberships: tuple[MembershipRow, ...]
    may_change: bool
    is_self: bool
    has_second_factor: bool = False
    link: str | None = None
    done: str = ""
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class InvitationRow:
    """One invitation. ``state`` is ``open``, ``used``, ``withdrawn`` or ``over``."""

    id: str
    email: str | None
    role: str
    reach: str
    organisation: str | None
    organisation_role: str | None
    note: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    state: str


@dataclass(frozen=True, slots=True)
class InvitationsPage:
    """``people/admin_invitations.html``: invitations, and a form for a new one. ``link`` is shown this once."""

    rows: tuple[InvitationRow, ...]
    total: int
    first: int
    organisations: tuple[str, ...]
    can_mail: bool
    days: int
    url: str
    policy: str
    listens_beyond: bool
    previous: str | None = None
    next: str | None = None
    link: str | None = None
    mailed: str | None = None
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OrganisationRow:
    """One organisation in the list."""

    name: str
    display_name: str
    sector: str
    reach: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class OrganisationsPage:
    """``people/admin_organisations.html``: organisations in pages, and a form for a new one."""

    rows: tuple[OrganisationRow, ...]
    total: int
    first: int
    q: str
    previous: str | None = None
    next: str | None = None
    json: str = ""
    may_create: bool = False
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MembersPage:
    """``people/members.html``: who is in an organisation; for its operators also what it is called and who joins."""

    row: OrganisationRow
    seen: int
    rows: tuple[MembershipRow, ...]
    total: int
    first: int
    may_change: bool
    may_set_reach: bool
    viewer: str
    previous: str | None = None
    next: str | None = None
    done: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ListedRow:
    """One row of a given list, and what becomes or became of it."""

    number: int
    name: str
    display_name: str
    email: str
    role: str
    organisation: str
    outcome: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class ListPage:
    """``people/list.html``: a list of people, what will happen, and the button that does it. ``counts`` are of the rows on this page."""

    id: str
    name: str
    rows: tuple[ListedRow, ...]
    total: int
    done: int
    first: int
    previous: str | None = None
    next: str | None = None


@dataclass(frozen=True, slots=True)
class UploadPage:
    """``people/upload.html``: give a list of people."""

    columns: tuple[tuple[str, tuple[str, ...]], ...]
    rows_at_most: int
    fault: str | None = None
