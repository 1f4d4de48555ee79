# SPDX-License-Identifier: Apache-2.0
"""The JSON of accounts, organisations, memberships and invitations."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from madang.kit import DUTIES, Role
from madang.people.models import Account, Invitation, Membership, Organisation

RoleWord = Literal["reader", "member", "reviewer", "operator"]
ReachWord = Literal["outer", "partner", "inner"]
SectorWord = Literal["industry", "university", "individual", "public", "other"]
DutyWord = Literal["osp-office", "legal", "patent", "privacy", "security", "transfer", "auditor"]


class _Given(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class NewAccount(_Given):
    """What it takes to make an account."""

    name: str
    display_name: str = ""
    role: RoleWord = "member"
    reach: ReachWord = "inner"
    sector: SectorWord = "other"
    duties: list[DutyWord] = []
    email: str = ""


class AccountChange(_Given):
    """What of an account can be changed; what is left out stays. ``revision`` is the one that was read, to be told if another holds now."""

    display_name: str | None = None
    role: RoleWord | None = None
    reach: ReachWord | None = None
    sector: SectorWord | None = None
    duties: list[DutyWord] | None = None
    email: str | None = None
    disabled: bool | None = None
    revision: int | None = None


class AccountOut(BaseModel):
    """An account."""

    name: str
    display_name: str
    role: str
    reach: str
    sector: str
    duties: list[str]
    email: str | None
    email_verified: bool
    disabled: bool
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, row: Account) -> "AccountOut":
        """The row as JSON."""
        return cls(
            name=row.name, display_name=row.display_name, role=row.role_word, reach=row.reach_word, sector=row.sector,
            duties=[duty for duty in DUTIES if duty in row.duties], email=row.email, email_verified=row.email_verified_at is not None,
            disabled=row.disabled_at is not None, revision=row.revision, created_at=row.created_at,
        )  # fmt: skip


class AccountList(BaseModel):
    """Some accounts by name, and the address of the next ones."""

    items: list[AccountOut]
    next: str | None


class LinkOut(BaseModel):
    """A one-time link; it is not kept and never told again."""

    link: str


class NewOrganisation(_Given):
    """What it takes to bring an organisation in."""

    name: str
    display_name: str = ""
    sector: SectorWord
    reach: ReachWord = "outer"


class OrganisationChange(_Given):
    """What of an organisation can be changed; what is left out stays."""

    display_name: str | None = None
    sector: SectorWord | None = None
    reach: ReachWord | None = None
    revision: int | None = None


class OrganisationOut(BaseModel):
    """An organisation; its name is its namespace."""

    name: str
    display_name: str
    sector: str
    reach: str
    revision: int
    created_at: datetime

    @classmethod
    def of(cls, row: Organisation) -> "OrganisationOut":
        """The row as JSON."""
        return cls(
            name=row.name, display_name=row.display_name, sector=row.sector, reach=row.reach_word, revision=row.revision,
            created_at=row.created_at,
        )  # fmt: skip


class OrganisationList(BaseModel):
    """Some organisations by name, and the address of the next ones."""

    items: list[OrganisationOut]
    next: str | None


class NewMembership(_Given):
    """The role that somebody has in an organisation."""

    role: RoleWord = "member"


class MembershipOut(BaseModel):
    """Somebody's role in an organisation."""

    account: str
    display_name: str
    role: str
    since: datetime

    @classmethod
    def of(cls, account: Account, row: Membership) -> "MembershipOut":
        """The rows as JSON."""
        return cls(account=account.name, display_name=account.display_name, role=row.role_word, since=row.added_at)


class MembershipList(BaseModel):
    """Some members by name, and the address of the next ones."""

    items: list[MembershipOut]
    next: str | None


class NewInvitation(_Given):
    """What an invitation gives, and to whom."""

    email: str = Field("", description="Whom it is for; empty for whoever has the link.")
    by_mail: bool = Field(False, description="Send it to the address instead of answering the link; it then proves the address.")
    role: RoleWord = "member"
    reach: ReachWord = "outer"
    organisation: str = ""
    organisation_role: RoleWord = "member"
    note: str = ""
    days: int | None = None


class InvitationOut(BaseModel):
    """An invitation. ``link`` is told once, in the answer that makes it, unless a letter carries it."""

    id: str
    state: str
    email: str | None
    role: str
    reach: str
    organisation: str | None
    organisation_role: str | None
    note: str
    created_at: datetime
    created_by: str
    expires_at: datetime
    link: str | None = None

    @classmethod
    def of(cls, row: Invitation, state: str, organisation: str | None, link: str | None = None) -> "InvitationOut":
        """The row as JSON."""
        return cls(
            id=row.id, state=state, email=row.email, role=row.role_word, reach=row.reach_word, organisation=organisation,
            organisation_role=row.organisation_role, note=row.note, created_at=row.created_at, created_by=row.created_by,
            expires_at=row.expires_at, link=link,
        )  # fmt: skip


class InvitationList(BaseModel):
    """Some invitations, newest first, and the address of the next ones."""

    items: list[InvitationOut]
    next: str | None


class ConditionsOut(BaseModel):
    """The conditions of use as they hold now, by language. ``accepted`` is the newest version that you accepted, 0 for none."""

    version: int
    ko: str
    en: str
    accepted: int


class NewAcceptance(_Given):
    """The version of the conditions of use that you have read and accept."""

    version: int = Field(ge=1, le=1_000_000)


def role_of(word: str) -> Role:
    """The role of a word that the shape has checked."""
    return Role.named(word)
