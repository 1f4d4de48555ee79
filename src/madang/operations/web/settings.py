# SPDX-License-Identifier: Apache-2.0
"""What is set, how it was before, and who changed it."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import institute, kit, sheets, web
from madang.operations.pages import ChangeRow, ChangesPage, SettingRow, SettingsPage
from madang.operations.web.hosts import version_of

ROWS = 40
CSV_ROWS = 5000
COLUMNS = ("at", "setting", "before", "after", "reason", "by", "version")
WORDS = {
    "reader": kit.marked("Reader"),
    "member": kit.marked("Member"),
    "outer": kit.marked("From outside"),
    "partner": kit.marked("Of a partner institute"),
    "inner": kit.marked("Of the institute"),
    **institute.SIGN_UP_WORDS,
}


def show_settings(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Every setting, in groups."""
    return _page(request, session, actor, done=request.query_params.get("done", "")[:40])


def _page(
    request: Request, session: Session, actor: kit.Actor, *, done: str = "", refusal: kit.Refusal | None = None, name: str = ""
) -> Response:
    shown = [row for row in institute.settings(session, viewer=actor) if row.field.kind != "hosts"]
    last: dict[str, institute.Past] = {}
    for past in institute.history(session, viewer=actor, limit=200).items:
        last.setdefault(past.field.name, past)
    fault = refusal.sentence(web.translate) if refusal else ""
    rows = [_row(request, each, last.get(each.field.name), fault if each.field.name == name else "") for each in shown]
    groups = tuple(
        (key, web.translate(word), tuple(row for row, each in zip(rows, shown, strict=True) if each.field.group == key))
        for key, word in institute.GROUPS.items()
        if key != "hosts"
    )
    status = 200 if refusal is None else 412 if isinstance(refusal, kit.Stale) else 422
    return web.render(request, "operations/settings.html", SettingsPage(groups, done=done, fault=fault), status=status)


def _row(request: Request, shown: institute.Shown, last: institute.Past | None, fault: str) -> SettingRow:
    field, value = shown.field, shown.value
    if field.kind == "size":
        value = field.shown(value)
    if field.kind == "banner":
        banner = field.made(value)
        value = {**value, "from": web.local_text(request, banner.begins_at), "until": web.local_text(request, banner.ends_at)}
    return SettingRow(
        name=field.name, kind=field.kind, title=web.translate(field.title), help=web.translate(field.help), value=value,
        shown=shown_in_words(field, shown.value), default=shown_in_words(field, shown.default), version=shown.version,
        is_set=shown.is_set, is_fixed=shown.is_fixed, is_late=field.is_late, variable=field.variable, options=field.options,
        words=tuple(web.translate(WORDS.get(option, option)) for option in field.options),
        unit=web.translate(field.unit) if field.unit else "",
        changed_at=shown.changed_at, changed_by=shown.changed_by, change_id=last.id if last else None,
        before=shown_in_words(field, last.before) if last else "", fault=fault,
    )  # fmt: skip


def shown_in_words(field: institute.Field, value: Any) -> str:
    """A value in one line, in the language of the request."""
    if field.kind == "choice":
        return web.translate(WORDS.get(value, value))
    if field.kind == "flag":
        return web.translate(kit.marked("Yes") if value else kit.marked("No"))
    text = field.shown(value)
    return text if len(text) <= 160 else f"{text[:159]}…"


def update_setting(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Change one setting."""
    name, form = request.path_params["setting"], web.form(request)
    try:
        shown = institute.get_setting(session, name, viewer=actor)
        value = None if form["deed"] == "default" else _given(request, shown.field.kind, form)
        institute.change(session, name, value, version=version_of(form["version"]), by=actor, reason=form["reason"])
    except (kit.Invalid, kit.Stale, kit.Conflict) as refusal:
        return _page(request, session, actor, refusal=refusal, name=name)
    return web.see_other(f"/admin/settings?done={name}#{name}")


def _given(request: Request, kind: str, form: Mapping[str, str]) -> object:
    if kind == "words":
        return {"ko": form["ko"], "en": form["en"]}
    if kind != "banner":
        return form["value"]
    times = {end: web.moment_in(request, form[end]) for end in ("from", "until")}
    told = {end: at.isoformat() if at else form[end].strip() for end, at in times.items()}
    return {"ko": form["ko"], "en": form["en"], "read_only": form["read_only"], **told}


def list_changes(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What was changed, newest first."""
    return _changes(request, session, actor)


def _changes(request: Request, session: Session, actor: kit.Actor, refusal: kit.Refusal | None = None) -> Response:
    name, cursor = request.query_params.get("name", "")[:40], request.query_params.get("cursor", "")
    before = web.position(cursor, int)[0] if cursor else None
    found = institute.history(session, viewer=actor, name=name or None, before=before, limit=ROWS)
    versions = {row.field.name: row.version for row in institute.settings(session, viewer=actor)}
    rows = tuple(_change_row(past, versions) for past in found.items)
    page = ChangesPage(
        rows=rows,
        name=name,
        title=rows[0].title if name and rows else "",
        next=web.next_address(request, web.write_cursor([found.next])) if found.next is not None else None,
        first="/admin/changes" + (f"?name={name}" if name else "") if before is not None else None,
        fault=refusal.sentence(web.translate) if refusal else "",
    )
    return web.render(request, "operations/changes.html", page, status=412 if refusal else 200)


def _change_row(past: institute.Past, versions: Mapping[str, int]) -> ChangeRow:
    return ChangeRow(
        id=past.id, at=past.at, title=web.translate(past.field.title), name=past.field.name,
        before=shown_in_words(past.field, past.before), after=shown_in_words(past.field, past.after), reason=past.reason,
        who=past.by_name, version=versions[past.field.name], is_last=past.version == versions[past.field.name],
    )  # fmt: skip


def list_changes_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """What was changed, as a file for a spreadsheet."""
    found: list[institute.Past] = []
    before = None
    while len(found) < CSV_ROWS:
        part = institute.history(session, viewer=actor, before=before, limit=200)
        found += part.items
        if part.next is None:
            break
        before = part.next
    cells = (
        (past.at.isoformat(timespec="seconds"), past.field.name, past.field.shown(past.before), past.field.shown(past.after), past.reason,
         past.by_name, past.version)
        for past in found
    )  # fmt: skip
    return web.attachment(sheets.write_csv(cells, header=COLUMNS), name="changes.csv", media_type="text/csv; charset=utf-8")


def create_undoing(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A setting is as it was before a change."""
    change = version_of(request.path_params["change"])
    form = web.form(request)
    try:
        shown = institute.put_back(session, change, version=version_of(form["version"]), by=actor)
    except (kit.Stale, kit.Conflict) as refusal:
        return _changes(request, session, actor, refusal)
    if web.local_path(form["back"]).startswith("/admin/settings"):
        return web.see_other(f"/admin/settings?done={shown.field.name}#{shown.field.name}")
    return web.see_other("/admin/changes")
