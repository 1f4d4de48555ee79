# SPDX-License-Identifier: Apache-2.0
"""From rows to the plain values of the page of terms."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from madang import catalog, kit, terms, web
from madang.kit import _
from madang.provenance import deciding, queries, telling
from madang.provenance.cones import Cone, cone
from madang.provenance.models import DECLARED, IMPORTED, Decision, Document, Evidence, Node
from madang.provenance.pages import Answered, Head, Kept, Line, Made, Named, Paper, Sbom, Stated

GOALS = ("use", "change", "pass-on", "sell", "serve", "train", "publish-output")
"""What the box answers; ``open`` needs a licence and is asked for by itself."""
FIRST = ("sell", "train", "pass-on", "serve", "change", "publish-output", "use")
"""Which goal the page answers at length when none is asked for: the first of these that is not simply allowed."""
DETAILS: Mapping[str, str] = {
    "modified": _("changed"),
    "unmodified": _("not changed"),
    "apart": _("not given out with it"),
    "floating": _("whichever version there is"),
}


def head_of(asset: catalog.Asset, version: catalog.Version) -> Head:
    """What stands at the top."""
    return Head(
        kind=asset.kind, namespace=asset.namespace, name=asset.name, title=asset.title or asset.name, version=str(version.number),
        label=version.label or str(version.number), exposure=asset.exposure, created_at=version.created_at,
        address=catalog.version_address(asset, version),
    )  # fmt: skip


def box(looked: Cone) -> dict[str, dict[str, Any]]:
    """The document of each goal of the box."""
    return {goal: deciding.ask(looked, terms.Goal(goal), mends=False).document for goal in GOALS}


def first_goal(documents: Mapping[str, Mapping[str, Any]]) -> str:
    """What to answer at length when nobody asked."""
    return next((goal for goal in FIRST if documents[goal]["verdict"] != "yes"), "sell")


def lines(documents: Mapping[str, Mapping[str, Any]], answer: Answered | None) -> tuple[Line, ...]:
    """The rows of the box; the one that is answered below is marked."""
    goals = telling.words_of()["goals"]
    plain = answer is not None and (answer.license, answer.scope, answer.reading) == (None, "open", "both")
    found = []
    for goal, document in documents.items():
        names = dict.fromkeys(row["duty"] for row in document["duties"])
        duties = tuple(terms.sentences.duty(name, web.translate) for name in names)
        is_chosen = plain and answer is not None and answer.goal == goal
        reasons = len(document["reasons"])
        found.append(Line(goal, goals[goal], document["verdict"], document["readings"], duties, reasons, is_chosen))
    return tuple(found)


def looked_at(session: Session, version: catalog.Version, *, viewer: kit.Actor) -> Cone:
    """All that the version is made of, as the viewer may know it."""
    return cone(session, version, viewer=viewer)


def made_rows(links: Iterable[queries.Link]) -> tuple[Made, ...]:
    """The ways into the version."""
    return tuple(_made(link) for link in links)


def _made(link: queries.Link) -> Made:
    edge = link.edge
    details = [] if edge.modified is None else ["modified" if edge.modified else "unmodified"]
    details += [name for name, holds in (("apart", not edge.released_with), ("floating", not edge.pinned)) if holds]
    name = web.translate(telling.UNSEEN_SOURCE) if link.is_hidden else link.name
    return Made(
        id=edge.id, thing=Named(name, link.address, is_hidden=link.is_hidden), way=telling.words_of()["kinds"][edge.kind],
        details=tuple(web.translate(DETAILS[each]) for each in details), is_complete=edge.complete,
        is_declared=edge.origin == DECLARED, is_imported=edge.origin == IMPORTED, note=edge.note, made_at=edge.made_at,
        made_by=edge.made_by,
    )  # fmt: skip


def papers(proofs: Sequence[Evidence]) -> tuple[Paper, ...]:
    """The documents at the version."""
    today = kit.now().date()
    return tuple(
        Paper(
            each.id, tuple(each.removes), each.issuer, each.expires, each.expires is not None and each.expires < today, each.sha256,
            each.note, each.source_id is not None, each.made_at, each.made_by,
        )
        for each in proofs
    )  # fmt: skip


def stated_of(node: Node | None) -> Stated:
    """What a person stated of the version."""
    if node is None:
        return Stated("", None, is_own=False, complete=None, arrived_complete=False, facts=(), is_any=False)
    licence, facts = node.stated_license or "", tuple(node.facts)
    is_any = bool(licence or node.is_own or node.stated_complete is not None or facts)
    return Stated(licence, node.license, node.is_own, node.stated_complete, node.is_complete, facts, is_any)


def sboms(documents: Sequence[Document]) -> tuple[Sbom, ...]:
    """The lists that are attached."""
    names = ("id", "name", "title", "about", "sha256", "parts", "is_complete", "made_at", "made_by")
    return tuple(Sbom(**{name: getattr(each, name) for name in names}) for each in documents)


def kept_row(kept: Decision) -> Kept:
    """A kept decision in short."""
    return Kept(
        kept.id, telling.words_of()["goals"][kept.goal["name"]], kept.goal["license"], kept.verdict, kept.reading, kept.sha256,
        kept.stale_at is not None, kept.decided_at, kept.decided_by,
    )  # fmt: skip
