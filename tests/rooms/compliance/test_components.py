# SPDX-License-Identifier: Apache-2.0
"""What a verification found arrives in the graph: by itself, once, and for versions of before too."""

import json
from typing import Any

from sqlalchemy import delete

from builders import Yard, archive
from madang import compliance, kit, provenance, terms
from madang.compliance import queries
from madang.provenance.models import Decision, Document, Due, Edge, Evidence, Node, Standing

INNER = {"name": "inner", "version": "2.0.0", "license": "GPL-3.0-only", "dependencies": {"left-pad": "^1.3.0"}}
FILES = {"third_party/inner/package.json": json.dumps(INNER), "requirements.txt": "requests==2.32.0\n", "LICENSE": "MIT License\n"}


def verified(yard: Yard) -> str:
    address = yard.register("page", exposure="open")
    yard.work(yard.submit(address, archive(FILES))["task"])
    return address


def links(yard: Yard) -> dict[str, tuple[str, bool]]:
    with yard.house.database.reading() as session:
        subject = queries.get_subject(session, "software", "operator", "page", "1", viewer=kit.SYSTEM)
        found = provenance.edges_into(session, subject.version, viewer=kit.SYSTEM, limit=50)
        return {link.name: (link.edge.kind, link.edge.pinned) for link in found}


def test_what_manifests_name_is_what_a_version_is_made_of(yard: Yard) -> None:
    address = verified(yard)
    found = links(yard)
    assert found["software/operator/page@1#pkg:npm/inner@2.0.0"] == ("contains", True)
    assert found["pkg:npm/left-pad"] == ("links-dynamic", False)
    assert found["pkg:pypi/requests@2.32.0"] == ("links-dynamic", True)
    box: Any = yard.get(f"{address}/versions/1/terms")
    assert (box["license"], box["complete"]) == ("MIT", True)
    with yard.house.database.reading() as session:
        subject = queries.get_subject(session, "software", "operator", "page", "1", viewer=kit.SYSTEM)
        answer = provenance.answer(session, subject.version, terms.Goal("open", "MIT"), viewer=kit.SYSTEM)
    assert answer.decision.verdict == "no"
    assert "software/operator/page@1#pkg:npm/inner@2.0.0" in [row["from"] for row in answer.document["reasons"]]


def test_versions_that_were_verified_before_there_was_a_graph_come_into_it(yard: Yard) -> None:
    verified(yard)
    before = links(yard)
    with yard.house.database.writing() as session:
        for table in (Due, Standing, Decision, Evidence, Document, Edge, Node):
            session.execute(delete(table))
    assert links(yard) == {}
    compliance.catch_up(yard.house.database)
    assert links(yard) == before
    compliance.catch_up(yard.house.database)
    assert links(yard) == before
