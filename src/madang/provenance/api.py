# SPDX-License-Identifier: Apache-2.0
"""JSON doors: decide, ask what if, say what a version is made of."""

from typing import Annotated, Any

from fastapi import Path, Query
from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, terms, web
from madang.provenance import actions, deciding, queries
from madang.provenance.changes import Change
from madang.provenance.cones import cone
from madang.provenance.models import Decision, Edge, Evidence
from madang.provenance.schemas import (
    AffectedOut,
    ComponentIn,
    ComponentOut,
    DecisionOut,
    DerivationIn,
    DerivationList,
    DerivationOut,
    EvidenceIn,
    EvidenceList,
    EvidenceOut,
    GoalOut,
    Question,
    StatedIn,
    TermsOut,
    VersionName,
    WhatIfIn,
    WhatIfOut,
)

VERSION = "/assets/{kind}/{namespace}/{name}/versions/{version}"
GOALS = ("use", "change", "pass-on", "sell", "serve", "train", "publish-output")
"""What the box of a version answers; ``open`` needs a licence and is asked for by itself."""
MOST_REASONS = 5
router = web.api_router(tags=["terms"])
InVersion = Annotated[str, Path(description="A version's number or label, or `latest`.", max_length=100, examples=["1"])]
Limit = Annotated[int, Query(ge=1, le=200)]


def _version(session: Session, kind: str, namespace: str, name: str, version: str, viewer: kit.Actor) -> catalog.Version:
    return catalog.get_version(session, catalog.get_asset(session, kind, namespace, name, viewer=viewer), version)


def _of(session: Session, named: VersionName, viewer: kit.Actor) -> catalog.Version:
    return _version(session, named.kind, named.namespace, named.name, named.version, viewer)


def _goal(asked: Question) -> terms.Goal:
    return terms.Goal(asked.goal, asked.license, tuple(asked.actions), asked.scope)


@router.post("/terms/decisions")
def create_decision(request: Request, session: Session, actor: kit.Actor, asked: Question) -> DecisionOut:
    """May this be done with the version, under which duties, and what would help. With ``keep`` it is kept as a record."""
    version = _of(session, asked, actor)
    found = deciding.answer(session, version, _goal(asked), viewer=actor, reading=asked.reading)
    kept = actions.keep(session, version, _goal(asked), reading=asked.reading, by=actor) if asked.keep else None
    return _decided(found.document, kept)


@router.get("/terms/decisions/{decision}")
def show_decision(request: Request, session: Session, actor: kit.Actor, decision: web.InId) -> DecisionOut:
    """A kept decision, asked again of the graph of then for whoever may not see all of it."""
    kept = queries.get_decision(session, decision, viewer=actor)[0]
    return _decided(deciding.kept_document(session, kept, viewer=actor), kept)


@router.post("/terms/what-if")
def create_what_if(request: Request, session: Session, actor: kit.Actor, asked: WhatIfIn) -> WhatIfOut:
    """The verdict after changes that nobody has made, and whom else they would reach."""
    changes = [Change(each.change, each.at, each.source, each.license, each.kind, tuple(each.removes)) for each in asked.changes]
    found = deciding.what_if(session, _of(session, asked, actor), _goal(asked), changes, viewer=actor, reading=asked.reading)
    affected = [
        AffectedOut(
            name=f"{each.asset.ref}@{each.version.number}", url=f"/api/v1{catalog.version_address(each.asset, each.version)}",
            before=each.before, after=each.after,
        ) for each in found.affected
    ]  # fmt: skip
    return WhatIfOut(before=_decided(found.before.document), after=_decided(found.after.document), affected=affected, more=found.more)


@router.put("/terms/components")
def update_component(request: Request, session: Session, actor: kit.Actor, stated: ComponentIn) -> ComponentOut:
    """State under which licence a component stands, wherever it is used. For the office."""
    node = actions.state_component(session, stated.purl, license=stated.license, facts=stated.facts, by=actor)
    return ComponentOut(purl=node.name, license=node.terms, facts=list(node.facts))


@router.get(VERSION + "/terms")
def show_terms(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion,
) -> TermsOut:  # fmt: skip
    """What may be done with a version, each goal in short."""
    found = _version(session, kind, namespace, name, version, actor)
    looked, node = cone(session, found, viewer=actor), queries.node_of(session, found)
    answers = [deciding.ask(looked, terms.Goal(goal), mends=False) for goal in GOALS]
    return TermsOut(
        node=looked.top, license=looked.things[looked.top].license, stated=bool(node and node.stated_license),
        own=bool(node and node.is_own),
        complete=looked.graph.nodes[looked.top].complete, things=len(looked.things) - 1, hidden=len(looked.hidden),
        goals=[_short(each.document) for each in answers], rules=terms.rules_version(),
    )  # fmt: skip


def _short(document: dict[str, Any]) -> GoalOut:
    duties = list(dict.fromkeys(row["duty"] for row in document["duties"]))
    return GoalOut(
        goal=document["goal"]["name"], verdict=document["verdict"], readings=document["readings"], duties=duties,
        reasons=document["reasons"][:MOST_REASONS],
    )  # fmt: skip


@router.patch(VERSION + "/terms")
def update_terms(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, stated: StatedIn,
) -> TermsOut:  # fmt: skip
    """State the licence of a version, whether all rights in it are the owner's, whether all its parts are named, and further facts."""
    found = _version(session, kind, namespace, name, version, actor)
    actions.state(session, found, license=stated.license, is_own=stated.own, is_complete=stated.complete, facts=stated.facts, by=actor)
    return show_terms(request, session, actor, kind, namespace, name, version)


@router.delete(VERSION + "/terms")
def delete_terms(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion,
) -> TermsOut:  # fmt: skip
    """Take back all that was stated of a version: what arrived by itself counts again."""
    actions.unstate(session, _version(session, kind, namespace, name, version, actor), by=actor)
    return show_terms(request, session, actor, kind, namespace, name, version)


@router.get(VERSION + "/derivations")
def list_derivations(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, out: bool = False, cursor: str = "", limit: Limit = 100,
) -> DerivationList:  # fmt: skip
    """What the version is directly made of; with ``out`` what is made with it, of what you may see."""
    found = _version(session, kind, namespace, name, version, actor)
    after = web.position(cursor, str)[0] if cursor else ""
    asked = queries.edges_out_of if out else queries.edges_into
    page = web.page_of(asked(session, found, viewer=actor, limit=limit + 1, after=after), limit, lambda each: [each.edge.id])
    return DerivationList(items=[_derivation(each) for each in page.items], next=web.next_address(request, page.cursor))


@router.post(VERSION + "/derivations", status_code=201)
def create_derivation(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, given: DerivationIn,
) -> DerivationOut:  # fmt: skip
    """Say what the version is made with."""
    found = _version(session, kind, namespace, name, version, actor)
    catalog.check_changeable(session, catalog.get_asset_by_id(session, found.asset_id, viewer=actor), by=actor)
    source = _of(session, given.source, actor) if given.source is not None else None
    edge = actions.declare(
        session, found, kind=given.kind, source=source, purl=given.purl, released_with=given.released_with, modified=given.modified,
        pinned=given.pinned, complete=given.complete, note=given.note, by=actor,
    )  # fmt: skip
    return _derivation(queries.link_of(session, edge, viewer=actor))


@router.delete(VERSION + "/derivations/{derivation}", status_code=204)
def delete_derivation(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, derivation: web.InId,
) -> Response:  # fmt: skip
    """Withdraw what was said of what the version is made with."""
    actions.withdraw(session, _version(session, kind, namespace, name, version, actor), derivation, by=actor)
    return web.no_content()


@router.get(VERSION + "/evidence")
def list_evidence(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, cursor: str = "", limit: Limit = 100,
) -> EvidenceList:  # fmt: skip
    """The documents that remove facts at the version and at the ways into it."""
    found = _version(session, kind, namespace, name, version, actor)
    after = web.position(cursor, str)[0] if cursor else ""
    page = web.page_of(queries.evidence_at(session, found, viewer=actor, limit=limit + 1, after=after), limit, lambda each: [each.id])
    return EvidenceList(items=[_evidence(each) for each in page.items], next=web.next_address(request, page.cursor))


@router.post(VERSION + "/evidence", status_code=201)
def create_evidence(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, given: EvidenceIn,
) -> EvidenceOut:  # fmt: skip
    """Attach a document: a commercial licence, a waiver, a consent, a report."""
    made = actions.attach(
        session, _version(session, kind, namespace, name, version, actor), removes=given.removes, issuer=given.issuer,
        edge_id=given.derivation, expires=given.expires, sha256=given.sha256, note=given.note, by=actor,
    )  # fmt: skip
    return _evidence(made)


@router.delete(VERSION + "/evidence/{evidence}", status_code=204)
def delete_evidence(
    request: Request, session: Session, actor: kit.Actor, kind: catalog.InKind, namespace: catalog.InNamespace, name: catalog.InName,
    version: InVersion, evidence: web.InId,
) -> Response:  # fmt: skip
    """Withdraw a document."""
    actions.withdraw_evidence(session, _version(session, kind, namespace, name, version, actor), evidence, by=actor)
    return web.no_content()


def _decided(document: dict[str, Any], kept: Decision | None = None) -> DecisionOut:
    if kept is None:
        return DecisionOut.model_validate(document)
    told = {"id": kept.id, "sha256": kept.sha256, "stale": kept.stale_at is not None}
    return DecisionOut.model_validate(document | told | {"decided_at": kept.decided_at, "decided_by": kept.decided_by})


def _derivation(link: queries.Link) -> DerivationOut:
    return DerivationOut(
        name=link.name or None, url=f"/api/v1{link.address}" if link.address else None,
        **{name: getattr(link.edge, name) for name in DerivationOut.model_fields if hasattr(Edge, name)},
    )  # fmt: skip


def _evidence(made: Evidence) -> EvidenceOut:
    told = {name: getattr(made, name) for name in EvidenceOut.model_fields if hasattr(Evidence, name)}
    return EvidenceOut(at_edge=made.source_id is not None, **told)
