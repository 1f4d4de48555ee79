# SPDX-License-Identifier: Apache-2.0
"""Samples: do the quick parts of the scan still say what ScanCode's own code says, and what does either cost."""

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import compliance, institute, kit, sheets, web
from madang.operations import queries, sampling
from madang.operations.sampling import SampleRow, SamplesPage
from madang.operations.web.work import address_of

ROWS = 30
CSV_ROWS = 10_000
MOST_PAGES = 1000
COLUMNS = (
    "at", "result", "version", "path", "sha256", "bytes", "engine", "release", "differs", "fast", "thorough", "fault", "fast_seconds",
    "thorough_seconds",
)  # fmt: skip


def show_samples(request: Request, session: Session, actor: kit.Actor, refusal: kit.Refusal | None = None) -> Response:
    """What the samples add up to, and those of a result, newest first."""
    queries.check_sees(actor)
    result, place = _result(request), web.place_of(request, MOST_PAGES)
    found = compliance.samples(session, viewer=actor, result=result, limit=ROWS + 1, offset=(place - 1) * ROWS)
    engines = [sampling.engine_row(each) for each in compliance.sample_figures(session)]
    counts = {word: sum(getattr(each, word) for each in engines) for word in compliance.RESULTS}
    asked = {"result": result} if result else {}
    page = SamplesPage(
        now=engines[0] if engines else None,
        before=tuple(engines[1:]),
        rows=tuple(sampling.sample_row(each) for each in found[:ROWS]),
        result=result,
        counts=counts,
        files_a_day=institute.current(session).scan_sample_files,
        is_running=compliance.is_sampling(session),
        first=(place - 1) * ROWS + 1,
        total=counts[result] if result else sum(counts.values()),
        previous=address_of("/admin/samples", asked | {"page": place - 1}) if place > 1 else None,
        next=address_of("/admin/samples", asked | {"page": place + 1}) if len(found) > ROWS else None,
        csv=address_of("/admin/samples.csv", asked),
        json=address_of("/api/v1/admin/samples", asked),
        fault=refusal.sentence(web.translate) if refusal else "",
    )
    return web.render(request, "operations/samples.html", page, status=409 if refusal else 200)


def _result(request: Request) -> str:
    asked = request.query_params.get("result", "")
    return asked if asked in compliance.RESULTS else ""


def list_samples_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The same contents as a file for a spreadsheet."""
    queries.check_sees(actor)
    found = compliance.samples(session, viewer=actor, result=_result(request), limit=CSV_ROWS)
    text = sheets.write_csv((_cells(sampling.sample_row(each)) for each in found), header=COLUMNS)
    return web.attachment(text, name="samples.csv", media_type="text/csv; charset=utf-8")


def _cells(row: SampleRow) -> tuple[object, ...]:
    said = ("\n".join(f"{each.what}: {getattr(each, way)}" for each in row.answers) for way in ("fast", "thorough"))
    differs = " ".join(each.what for each in row.answers)
    at = row.at.isoformat(timespec="seconds")
    return (
        at, row.result, row.version, row.path, row.sha256, row.size, row.engine, row.release, differs, *said, row.fault, row.fast_seconds,
        row.thorough_seconds,
    )  # fmt: skip


def create_sampling(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Look at some contents now, whatever the day's number is."""
    try:
        compliance.sample_later(session, by=actor)
    except kit.Conflict as refusal:
        return show_samples(request, session, actor, refusal)
    return web.see_other("/admin/samples")
