# SPDX-License-Identifier: Apache-2.0
"""Every write that somebody asks for. Who may change a version says what it is made of; each deed is a line of the ledger."""

from collections.abc import Iterable
from datetime import date, timedelta
from hashlib import sha256 as hashed

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from madang import access, audit, catalog, kit, terms
from madang.provenance import alerts, deciding, nodes, packing, queries, rules
from madang.provenance.cones import cone
from madang.provenance.errors import AlreadyDeclared, EnoughKept, MadeOfItself
from madang.provenance.models import DECLARED, Decision, Edge, Evidence, Node

MOST_KEPT = 120
"""Decisions that one account keeps within an hour: each holds the graph that it looked at."""


def declare(
    session: Session,
    version: catalog.Version,
    *,
    kind: str,
    source: catalog.Version | None = None,
    purl: str = "",
    released_with: bool = True,
    modified: bool | None = None,
    pinned: bool = True,
    complete: bool = True,
    note: str = "",
    by: kit.Actor,
) -> Edge:
    """The version is made with ``source``, or with the component ``purl``, in this way. ``AlreadyDeclared`` when that was said before."""
    node = _target(session, version, by)
    if source is not None:
        asset = catalog.get_asset_by_id(session, source.asset_id, viewer=by)
        other = nodes.of_version(session, asset, source)
    else:
        other = nodes.of_component(session, purl)
    if other.id == node.id:
        raise MadeOfItself(field="from")
    said = terms.Edge("a", "b", kind, released_with=released_with, modified=modified, pinned=pinned, complete=complete)
    terms.make_graph([terms.Node("a", other.type), terms.Node("b", node.type)], [said])
    edge = Edge(
        id=kit.new_id(), source_id=other.id, target_id=node.id, kind=kind, released_with=released_with, modified=modified, pinned=pinned,
        complete=complete, origin=DECLARED, note=rules.check_note(note), made_at=kit.now(), made_by=by.name,
    )  # fmt: skip
    try:
        with session.begin_nested():
            session.add(edge)
    except IntegrityError as twice:
        raise AlreadyDeclared from twice
    audit.record(session, "derivation.declared", target=node.name, by=by, source=other.name, kind=kind, edge=edge.id)
    alerts.touched(session, node, by=by)
    return edge


def withdraw(session: Session, version: catalog.Version, edge_id: str, *, by: kit.Actor) -> None:
    """The derivation counts no more. One that arrives by itself comes back when it arrives again."""
    node = _target(session, version, by)
    edge = queries.get_edge(session, version, edge_id)
    edge.withdrawn_at, edge.withdrawn_by = kit.now(), by.name
    audit.record(session, "derivation.withdrawn", target=node.name, by=by, edge=edge.id, kind=edge.kind)
    session.flush()
    alerts.touched(session, node, by=by)


def attach(
    session: Session,
    version: catalog.Version,
    *,
    removes: Iterable[str],
    issuer: str,
    edge_id: str | None = None,
    expires: date | None = None,
    sha256: str | None = None,
    note: str = "",
    by: kit.Actor,
) -> Evidence:
    """A document removes these facts at the version, or with ``edge_id`` at that way into it. Refused where no document can."""
    node = _target(session, version, by)
    edge = queries.get_edge(session, version, edge_id) if edge_id else None
    proof = terms.Evidence("a", tuple(dict.fromkeys(removes)), rules.check_issuer(issuer), expires, rules.check_hash(sha256))
    terms.make_graph([terms.Node("a", node.type)], evidence=[proof])
    made = Evidence(
        id=kit.new_id(), node_id=node.id, source_id=edge.source_id if edge else None, removes=list(proof.removes), issuer=proof.issuer,
        expires=expires, sha256=proof.sha256, note=rules.check_note(note), made_at=kit.now(), made_by=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    facts = {"removes": list(proof.removes), "issuer": proof.issuer, "sha256": proof.sha256, "evidence": made.id}
    audit.record(session, "evidence.attached", target=node.name, by=by, expires=expires.isoformat() if expires else None, **facts)
    alerts.touched(session, node, by=by)
    return made


def withdraw_evidence(session: Session, version: catalog.Version, evidence_id: str, *, by: kit.Actor) -> None:
    """The document removes nothing any more."""
    node = _target(session, version, by)
    proof = queries.get_evidence(session, version, evidence_id)
    proof.withdrawn_at, proof.withdrawn_by = kit.now(), by.name
    audit.record(session, "evidence.withdrawn", target=node.name, by=by, evidence=proof.id)
    session.flush()
    alerts.touched(session, node, by=by)


def state(
    session: Session,
    version: catalog.Version,
    *,
    license: str | None = None,  # noqa: A002 (as SPDX and the core spell it)
    is_own: bool | None = None,
    is_complete: bool | None = None,
    is_left_open: bool = False,
    facts: Iterable[str] | None = None,
    by: kit.Actor,
) -> Node:
    """What is stated of the version holds: its licence ("" for what was found), whether all rights in it are the owner's own, whether all
    its parts are named (``is_left_open``: what was found says so), and further facts. What is left out stays."""
    node = _target(session, version, by)
    before = _said(node)
    _state(node, license, facts)
    node.is_own = node.is_own if is_own is None else is_own
    node.stated_complete = None if is_left_open else node.stated_complete if is_complete is None else is_complete
    _stated(session, node, before, by)
    return node


def unstate(session: Session, version: catalog.Version, *, by: kit.Actor) -> Node:
    """Nothing is stated of the version any more: what arrived by itself counts."""
    node = _target(session, version, by)
    before = _said(node)
    node.stated_license, node.is_own, node.stated_complete, node.facts = None, False, None, []
    _stated(session, node, before, by)
    return node


def state_component(
    session: Session,
    purl: str,
    *,
    license: str | None = None,  # noqa: A002 (as SPDX and the core spell it)
    facts: Iterable[str] | None = None,
    by: kit.Actor,
) -> Node:
    """The component stands under this licence wherever it is used: the office says so, for everybody."""
    access.check(by, "component", "state")
    node = nodes.of_component(session, purl)
    before = _said(node)
    _state(node, license, facts)
    _stated(session, node, before, by)
    return node


def keep(session: Session, version: catalog.Version, goal: terms.Goal, *, reading: str = "both", by: kit.Actor) -> Decision:
    """The verdict of now is kept with everything that it looked at, so that it can be replayed; the record names also what ``by`` may not
    see, and is shown to nobody who may not."""
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=by)
    if not by.is_signed_in:
        raise kit.NotSignedIn
    if queries.kept_since(session, by, kit.now() - timedelta(hours=1)) >= MOST_KEPT:
        raise EnoughKept(limit=MOST_KEPT, retry_after=3600)
    node = nodes.of_version(session, asset, version)
    looked = cone(session, version, viewer=kit.SYSTEM)
    found = deciding.ask(looked, goal, reading=reading)
    record = found.decision.record()
    made = Decision(
        id=kit.new_id(), node_id=node.id, goal=found.document["goal"], reading=reading, verdict=found.decision.verdict, record=record,
        sha256=hashed(record).hexdigest(), graph=packing.packed(looked.graph, looked.places),
        decided_at=kit.now(), decided_by_id=by.account_id,
        decided_by=by.name,
    )  # fmt: skip
    session.add(made)
    session.flush()
    audit.record(session, "terms.decided", target=node.name, by=by, goal=goal.name, verdict=made.verdict, sha256=made.sha256, id=made.id)
    return made


def _target(session: Session, version: catalog.Version, by: kit.Actor) -> Node:
    """The version's node, for whoever may change the version."""
    asset = catalog.get_asset_by_id(session, version.asset_id, viewer=by)
    catalog.check_changeable(session, asset, by=by)
    return nodes.of_version(session, asset, version)


def _state(node: Node, licence: str | None, facts: Iterable[str] | None) -> None:
    if licence is not None:
        node.stated_license = rules.check_licence(licence) if licence.strip() else None
    if facts is not None:
        told = tuple(dict.fromkeys(facts))
        terms.make_graph([terms.Node("a", node.type, facts=told)])
        node.facts = list(told)


def _stated(session: Session, node: Node, before: dict[str, object], by: kit.Actor) -> None:
    told = _said(node)
    if told == before:
        return
    session.flush()
    audit.record(session, "terms.stated", target=node.name, by=by, **told)
    alerts.touched(session, node, by=by)


def _said(node: Node) -> dict[str, object]:
    return {"license": node.stated_license, "own": node.is_own, "complete": node.stated_complete, "facts": list(node.facts)}
