# SPDX-License-Identifier: Apache-2.0
"""What stands in lists is what a full working out finds, after whatever changed, and only what a change reaches is worked out again."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from madang import catalog, inbox, kit, provenance, terms
from madang.provenance import actions, standings
from madang.provenance.models import Decision, Due, Edge, Evidence, Node, Standing
from rooms.provenance.conftest import Graph

Part = provenance.Part
LICENCES = ("MIT", "Apache-2.0", "GPL-2.0-only", "CC-BY-NC-4.0", "LGPL-2.1-only", "MIT OR GPL-2.0-only", None, "NOASSERTION")
KINDS = ("contains", "links-dynamic", "links-static", "trained-on", "separate-process", "built-with", "served-as", "modifies")


def settle(graph: Graph) -> int:
    done = 0
    while found := provenance.settle(graph.yard.house.database):
        done += found
    return done


def kept(graph: Graph) -> dict[str, dict[str, str]]:
    told: dict[str, dict[str, str]] = {}
    with graph.yard.house.database.reading() as session:
        for row in session.scalars(select(Standing)):
            told.setdefault(row.node_id, {})[row.goal] = row.verdict
    return told


def full(graph: Graph) -> dict[str, dict[str, str]]:
    with graph.yard.house.database.reading() as session:
        ids = session.scalars(select(Node.id).join(Due, Due.node_id == Node.id)).all()
        return {node_id: dict(standings.work_out(session, node_id)) for node_id in ids}


def of(graph: Graph, name: str) -> dict[str, str]:
    with graph.yard.house.database.reading() as session:
        node_id = session.scalar(select(Node.id).where(Node.version_id == graph.versions[name]))
    return kept(graph)[str(node_id)]


def test_only_what_a_change_reaches_is_worked_out_again(graph: Graph) -> None:
    for name in ("library", "tool", "product", "other"):
        graph.add(name, "MIT")
    graph.join("library", "tool")
    graph.join("tool", "product")
    assert settle(graph) == 4
    assert settle(graph) == 0
    assert of(graph, "product")["sell"] == "yes"
    by = graph.actor("researcher")
    with graph.yard.house.database.writing() as session:
        version = session.get_one(catalog.Version, graph.versions["library"])
        provenance.state(session, version, license="CC-BY-NC-4.0", by=by)
    assert settle(graph) == 3
    assert (of(graph, "product")["sell"], of(graph, "other")["sell"]) == ("no", "yes")


def test_the_list_is_chosen_by_an_answer_and_hides_what_one_may_not_see(graph: Graph) -> None:
    graph.add("free", "MIT")
    graph.add("bound", "CC-BY-NC-4.0", kind="dataset")
    graph.add("secret", "CC-BY-NC-4.0", exposure="private")
    settle(graph)
    found = graph.yard.client.get("/api/v1/terms/standings?goal=sell&verdict=no").json()
    assert [each["name"] for each in found["items"]] == ["dataset/researcher/bound@1"]
    assert found["items"][0]["verdicts"]["sell"] == "no"
    page = graph.yard.client.get("/terms?goal=sell&verdict=yes", headers={"Accept": "text/html", "Accept-Language": "en"}).text
    assert "researcher/free" in page
    assert "researcher/secret" not in page
    assert "researcher/bound" not in page
    csv = graph.yard.client.get("/terms.csv").text
    assert "dataset/researcher/bound@1" in csv
    assert "secret" not in csv
    assert graph.yard.client.get("/api/v1/terms/standings?goal=nonsense").status_code == 422


def test_evidence_that_expires_makes_decisions_stale_and_tells_who_rests_on_it(graph: Graph) -> None:
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    graph.add("product", "MIT", owner="maker")
    graph.join("corpus", "product", "contains", owner="maker")
    who, owner = graph.actor("maker"), graph.actor("researcher")
    with graph.yard.house.database.writing() as session:
        corpus = session.get_one(catalog.Version, graph.versions["corpus"])
        tomorrow = kit.now().date() + timedelta(days=1)
        provenance.attach(session, corpus, removes=["forbidden:commercial-use"], issuer="rights holder", expires=tomorrow, by=owner)
        product = session.get_one(catalog.Version, graph.versions["product"])
        provenance.keep(session, product, terms.Goal("sell"), by=who)
    settle(graph)
    assert of(graph, "product")["sell"] == "yes"
    with graph.yard.house.database.writing() as session:
        session.execute(update(Evidence).values(expires=kit.now().date() - timedelta(days=1)))
        told = len(notices(session, who))
    settle(graph)
    assert of(graph, "product")["sell"] == "no"
    with graph.yard.house.database.reading() as session:
        assert session.scalar(select(Decision.stale_at)) is not None
        assert len(notices(session, who)) == told + 2
    assert settle(graph) == 0


def provenance_goal(name: str) -> Any:
    from madang import terms

    return terms.Goal(name)


def notices(session: Any, who: kit.Actor) -> list[Any]:
    return list(inbox.notifications(session, viewer=who, limit=50))


def test_what_becomes_due_while_it_is_worked_out_stays_due(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    graph.add("tool", "MIT")
    by = graph.actor("researcher")
    honest = standings.rows.work_out

    def interrupted(session: Any, node_id: str) -> Any:
        found = honest(session, node_id)
        monkeypatch.setattr(standings.rows, "work_out", honest)
        with graph.yard.house.database.writing() as other:
            version = other.get_one(catalog.Version, graph.versions["tool"])
            provenance.state(other, version, license="CC-BY-NC-4.0", by=by)
        return found

    monkeypatch.setattr(standings.rows, "work_out", interrupted)
    provenance.settle(graph.yard.house.database)
    settle(graph)
    assert of(graph, "tool")["sell"] == "no"


def test_new_rules_make_everything_due(graph: Graph) -> None:
    graph.add("tool", "MIT")
    settle(graph)
    with graph.yard.house.database.writing() as session:
        session.execute(update(Due).values(rules="of before"))
    assert settle(graph) == 1
    assert settle(graph) == 0


def stir(graph: Graph, chance: random.Random, by: kit.Actor, office: kit.Actor) -> None:
    """One random change of the rows, by whoever may."""
    names = list(graph.versions)
    with graph.yard.house.database.writing() as session:
        version = session.get_one(catalog.Version, graph.versions[chance.choice(names)])
        deed = chance.choice(("join", "join", "licence", "part", "own", "paper", "component", "leave", "lapse", "arrive"))
        if deed == "join":
            other = session.get_one(catalog.Version, graph.versions[chance.choice(names)])
            if other.id != version.id and not _is_declared(session, other, version):
                actions.declare(session, version, kind=(kind := chance.choice(KINDS)), source=other, by=by,
                                modified=True if kind == "modifies" else chance.choice((True, False, None)))  # fmt: skip
        elif deed == "licence":
            provenance.state(session, version, license=chance.choice(LICENCES) or "", by=by)
        elif deed == "own":
            provenance.state(session, version, is_own=chance.random() < 0.3, is_complete=chance.random() < 0.8, by=by)
        elif deed == "paper":
            provenance.attach(session, version, removes=["forbidden:commercial-use"], issuer="somebody", by=by)
        elif deed == "component":
            provenance.state_component(session, f"pkg:npm/part@{chance.randrange(3)}", license=chance.choice(LICENCES) or "", by=office)
        elif deed == "leave":
            edges = provenance.edges_into(session, version, viewer=by, limit=9)
            if edges:
                provenance.withdraw(session, version, chance.choice(edges).edge.id, by=by)
        elif deed == "lapse":
            for proof in provenance.evidence_at(session, version, viewer=by, limit=1):
                provenance.withdraw_evidence(session, version, proof.id, by=by)
        else:
            parts = [Part(f"pkg:npm/part@{chance.randrange(3)}", chance.choice(KINDS[:3]), is_inside=chance.random() < 0.5)]
            provenance.take_components(session, version, parts, license=chance.choice(LICENCES), is_complete=chance.random() < 0.8)


def _is_declared(session: Any, source: catalog.Version, target: catalog.Version) -> bool:
    first, second = provenance.node_of(session, source), provenance.node_of(session, target)
    if first is None or second is None:
        return False
    asked = (
        select(func.count()).select_from(Edge).where(Edge.source_id == first.id, Edge.target_id == second.id, Edge.withdrawn_at.is_(None))
    )
    return bool(session.scalar(asked))


def answered(graph: Graph, name: str) -> dict[str, str]:
    """The verdicts of the whole answers, as the version's page works them out."""
    with graph.yard.house.database.reading() as session:
        version = session.get_one(catalog.Version, graph.versions[name])
        goals = [terms.Goal(goal) for goal in standings.rows.GOALS]
        return {goal.name: provenance.answer(session, version, goal, viewer=kit.SYSTEM).decision.verdict for goal in goals}


def stirred(graph: Graph, seed: int, changes: int, between: int) -> None:
    """After every ``between`` of so many changes the rows are those of a full working out."""
    chance = random.Random(seed)
    for number in range(8):
        graph.add(f"thing-{number}", chance.choice(LICENCES), kind=chance.choice(("software", "model", "dataset")))
    by, office = graph.actor("researcher"), graph.actor("lawyer", kit.Role.READER, "legal")
    for done in range(1, changes + 1):
        stir(graph, chance, by, office)
        if done % between == 0:
            settle(graph)
            assert kept(graph) == full(graph), (seed, done)
            name = chance.choice(list(graph.versions))
            assert of(graph, name) == answered(graph, name), (seed, done)


def test_after_random_changes_the_rows_are_those_of_a_full_working_out(graph: Graph) -> None:
    stirred(graph, 5, 60, 4)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_after_ten_thousand_random_changes_the_rows_are_those_of_a_full_working_out(graph: Graph, seed: int) -> None:
    stirred(graph, 70 + seed, 10_000, 40)
