# SPDX-License-Identifier: Apache-2.0
"""JSON doors of what the institute sets."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session
from starlette.requests import Request

from madang import institute, kit, web
from madang.operations import presenting

router = web.api_router(tags=["operations"])
InSetting = Annotated[str, Path(examples=["contact"])]
InChange = Annotated[int, Path(ge=1, le=2**63 - 1, examples=[1])]
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]


class SettingOut(BaseModel):
    """A setting as it holds. ``version`` is what a change has to name; ``fixed``: the environment states it."""

    name: str
    group: str
    kind: str
    value: Any
    default: Any
    version: int
    fixed: bool
    set: bool
    from_next_start: bool
    variable: str
    changed_at: datetime | None
    changed_by: str


class SettingList(BaseModel):
    """Every setting."""

    items: list[SettingOut]
    next: str | None = None


class SettingChange(BaseModel):
    """A new value; null puts back what holds at first."""

    model_config = ConfigDict(extra="forbid")

    value: Any
    version: Number
    reason: str = Field("", max_length=300)


class ChangeOut(BaseModel):
    """One change of a setting."""

    id: int
    name: str
    version: int
    before: Any
    after: Any
    reason: str
    at: datetime
    by: str


class ChangeList(BaseModel):
    """Some changes, newest first, and the address of the next ones."""

    items: list[ChangeOut]
    next: str | None


class Undoing(BaseModel):
    """The version of the setting that was looked at."""

    model_config = ConfigDict(extra="forbid")

    version: Number


class HostOut(BaseModel):
    """An open host; ``fixed``: the environment states it."""

    host: str
    reason: str
    since: datetime | None
    by: str
    fixed: bool


class HostList(BaseModel):
    """Every open host, and the version that a change of the list has to name."""

    items: list[HostOut]
    version: int
    next: str | None = None


class NewHost(BaseModel):
    """A host, address or range to open."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(max_length=300)
    reason: str = Field(max_length=300)
    version: Number


def _out(shown: institute.Shown) -> SettingOut:
    return SettingOut(
        name=shown.field.name, group=shown.field.group, kind=shown.field.kind, value=shown.value, default=shown.default,
        version=shown.version, fixed=shown.is_fixed, set=shown.is_set, from_next_start=shown.field.is_late,
        variable=shown.field.variable, changed_at=shown.changed_at, changed_by=shown.changed_by,
    )  # fmt: skip


@router.get("/admin/settings")
def list_settings(request: Request, session: Session, actor: kit.Actor) -> SettingList:
    """What the institute sets."""
    return SettingList(items=[_out(row) for row in institute.settings(session, viewer=actor)])


@router.patch("/admin/settings/{setting}")
def update_setting(request: Request, session: Session, actor: kit.Actor, setting: InSetting, change: SettingChange) -> SettingOut:
    """Change one setting, from the version that was looked at (412 when somebody changed it since)."""
    reason = presenting.plain(change.reason)
    return _out(institute.change(session, presenting.plain(setting), change.value, version=change.version, by=actor, reason=reason))


@router.get("/admin/changes")
def list_changes(
    request: Request,
    session: Session,
    actor: kit.Actor,
    name: Annotated[str, Query(max_length=40)] = "",
    cursor: str = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ChangeList:
    """What was changed, newest first."""
    before = web.position(cursor, int)[0] if cursor else None
    found = institute.history(session, viewer=actor, name=presenting.plain(name) or None, before=before, limit=limit)
    items = [
        ChangeOut(
            id=past.id, name=past.field.name, version=past.version, before=past.before, after=past.after, reason=past.reason, at=past.at,
            by=past.by_name,
        )
        for past in found.items
    ]  # fmt: skip
    return ChangeList(items=items, next=web.next_address(request, web.write_cursor([found.next]) if found.next is not None else None))


@router.post("/admin/changes/{change}/undoing")
def create_undoing(request: Request, session: Session, actor: kit.Actor, change: InChange, undoing: Undoing) -> SettingOut:
    """The setting is as it was before that change."""
    return _out(institute.put_back(session, change, version=undoing.version, by=actor))


def _hosts(session: Session, actor: kit.Actor) -> HostList:
    rows = [
        HostOut(host=row.host, reason=row.reason, since=row.at, by=row.by_name, fixed=row.is_fixed)
        for row in institute.hosts(session, viewer=actor)
    ]
    return HostList(items=rows, version=institute.get_setting(session, "allowed_hosts", viewer=actor).version)


@router.get("/admin/hosts")
def list_hosts(request: Request, session: Session, actor: kit.Actor) -> HostList:
    """The open hosts."""
    return _hosts(session, actor)


@router.post("/admin/hosts", status_code=201)
def create_host(request: Request, session: Session, actor: kit.Actor, new: NewHost) -> HostList:
    """Open a host, an address or a range."""
    institute.allow_host(session, presenting.plain(new.host), reason=presenting.plain(new.reason), version=new.version, by=actor)
    return _hosts(session, actor)


@router.delete("/admin/hosts")
def delete_host(
    request: Request,
    session: Session,
    actor: kit.Actor,
    host: Annotated[str, Query(max_length=300)],
    version: Annotated[int, Query(ge=0, le=2**31 - 1)],
) -> HostList:
    """Shut a host."""
    institute.shut_host(session, presenting.plain(host), version=version, by=actor)
    return _hosts(session, actor)
