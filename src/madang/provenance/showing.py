# SPDX-License-Identifier: Apache-2.0
"""The page of terms put together: the answer, what the version is made of, its papers, and a form that was refused."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import access, catalog, kit, terms, web
from madang.provenance import deciding, forms, presenting, queries, telling
from madang.provenance.components.queries import open_in
from madang.provenance.cones import Cone, cone
from madang.provenance.models import Decision, Evidence
from madang.provenance.pages import Answered, TermsPage
from madang.provenance.sboms.queries import standing

ROWS = 50


@dataclass(frozen=True)
class Again:
    """A form that was refused: which one, the sentence, and what was typed."""

    part: str = ""
    fault: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


def subject(request: Request, session: Session, actor: kit.Actor) -> tuple[catalog.Asset, catalog.Version]:
    """The version of the address, for whoever may see it."""
    names = request.path_params
    asset = catalog.get_asset(session, names["kind"], names["namespace"], names["name"], viewer=actor)
    return asset, catalog.get_version(session, asset, names["version"])


def page(request: Request, session: Session, actor: kit.Actor, again: Again) -> Response:
    """The whole page, with a form that was refused as it was sent."""
    asset, version = subject(request, session, actor)
    try:
        looked = cone(session, version, viewer=actor)
    except kit.TooLarge as refusal:
        return _shown(request, session, actor, asset, version, Again("ask", refusal.sentence(web.translate)), None)
    return _shown(request, session, actor, asset, version, again, looked)


def _shown(
    request: Request, session: Session, actor: kit.Actor, asset: catalog.Asset, version: catalog.Version, again: Again, looked: Cone | None
) -> Response:
    documents = presenting.box(looked) if looked else {}
    answer, question, again = _answer(request, looked, presenting.first_goal(documents), again) if looked else (None, {}, again)
    made, papers, kept, following = _lists(request, session, version, actor)
    top = looked.things[looked.top] if looked else None
    page = TermsPage(
        head=presenting.head_of(asset, version), license=top.license if top else None,
        is_complete=bool(looked and looked.graph.nodes[looked.top].complete), things=len(looked.things) - 1 if looked else 0,
        hidden=len(looked.hidden) if looked else 0, lines=presenting.lines(documents, answer), answer=answer, question=question,
        made=presenting.made_rows(made), papers=presenting.papers(papers), kept=tuple(presenting.kept_row(each) for each in kept),
        next=following, stated=presenting.stated_of(queries.node_of(session, version)),
        sboms=presenting.sboms(standing(session, version)),
        waiting=len(open_in(looked)) if looked else 0, may_state=may_state(actor),
        may_change=queries.may_declare(session, asset, viewer=actor), may_keep=actor.is_signed_in,
        words=telling.words_of(), fault=again.fault, part=again.part, values=again.values,
    )  # fmt: skip
    return web.render(request, "provenance/terms.html", page, status=422 if again.fault else 200)


def _answer(request: Request, looked: Cone, first: str, again: Again) -> tuple[Answered, Mapping[str, str], Again]:
    """What was asked, answered; where it cannot be, what one would be told first, and why."""
    given = again.values if again.part == "kept" else request.query_params
    values = forms.question_of(given, first)
    try:
        goal, reading = forms.goal_of(values)
        found = deciding.ask(looked, goal, reading=reading)
    except kit.Invalid as refusal:
        again = Again("ask", refusal.sentence(web.translate), dict(given))
        values = forms.question_of({}, first)
        found = deciding.ask(looked, terms.Goal(first))
    return telling.answered(found.document, looked.things), values, again


def _lists(request: Request, session: Session, version: catalog.Version, actor: kit.Actor) -> tuple[
    list[queries.Link], list[Evidence], list[Decision], dict[str, str | None]
]:  # fmt: skip
    """What stands below the answer, each list from where its cursor says."""
    after = {name: _after(request, name) for name in ("parts", "papers", "kept")}
    links = queries.edges_into(session, version, viewer=actor, limit=ROWS + 1, after=after["parts"])
    made = web.page_of(links, ROWS, lambda each: [each.edge.id])
    papers = queries.evidence_at(session, version, viewer=actor, limit=ROWS + 1, after=after["papers"])
    proofs = web.page_of(papers, ROWS, lambda each: [each.id])
    decided = queries.decisions_of(session, version, limit=ROWS + 1, before=after["kept"] or None)
    kept = web.page_of(decided, ROWS, lambda each: [each.id])
    following = {"parts": made.cursor, "papers": proofs.cursor, "kept": kept.cursor}
    return list(made.items), list(proofs.items), list(kept.items), following


def _after(request: Request, name: str) -> str:
    cursor = request.query_params.get(name, "")
    return str(web.position(cursor, str)[0]) if cursor else ""


def may_state(actor: kit.Actor) -> bool:
    """Whether the viewer states for everybody what components stand under."""
    return access.allows(actor, "component", "state")
