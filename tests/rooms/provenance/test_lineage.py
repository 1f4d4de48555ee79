# SPDX-License-Identifier: Apache-2.0
"""The lineage as a picture with twins, and the page that tries changes: folded, hidden, cyclic, refused, in both languages."""

import csv
import html
import io
import json
import re
from typing import Any

import pytest

from builders import HTML
from madang import catalog, kit, provenance
from rooms.provenance.conftest import Graph

Part = provenance.Part
PRODUCT = "/assets/software/researcher/product/versions/1"
REF = "software/researcher/{}@1"


def get(graph: Graph, address: str, *, who: str = "researcher", status: int = 200, lang: str = "en", **query: Any) -> str:
    """What somebody is shown at an address."""
    headers = {**HTML, **graph.yard.token_for(who, kit.Role.MEMBER), "Accept-Language": lang}
    answer = graph.yard.client.get(address, params=query or None, headers=headers)
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def picture(text: str, way: str = "lying") -> str:
    """One of the drawings of a page."""
    found = re.search(rf'<svg class="map {way}".*?</svg>', text, re.DOTALL)
    assert found is not None
    return found.group()


@pytest.fixture
def chain(graph: Graph) -> Graph:
    """A library in a tool in a product in a bundle."""
    for name, licence in (("library", "GPL-2.0-only"), ("tool", "Apache-2.0"), ("product", "Apache-2.0"), ("bundle", "Apache-2.0")):
        graph.add(name, licence)
    graph.join("library", "tool")
    graph.join("tool", "product")
    graph.join("product", "bundle", "contains")
    return graph


def test_a_lineage_shows_what_a_version_is_made_of_and_what_is_made_with_it(chain: Graph) -> None:
    text = get(chain, f"{PRODUCT}/lineage")
    for way in ("lying", "standing"):
        drawn = picture(text, way)
        hrefs = re.findall(r'<a href="([^"]+)"', drawn)
        assert [href.split("/")[4] for href in hrefs if href.endswith("/lineage")] == ["library", "tool", "bundle"]
        assert 'aria-current="true"' in drawn
        assert "Strong copyleft" in drawn
    assert "linked into one binary" in picture(text)
    assert "made of 2, 1 made with it, 2 steps deep" in text
    assert "the whole holds the part" in text


def test_the_colour_of_a_goal_lays_the_way_that_decides(chain: Graph) -> None:
    text = get(chain, f"{PRODUCT}/lineage", by="goal:open", license="Apache-2.0")
    drawn = picture(text)
    assert drawn.count('class="way seal"') == 2
    assert "stands in the way" in drawn
    assert "asked on its own page" in drawn
    assert text.count('<tr class="chosen">') == 3
    assert 'class="mark no big"' in text
    fine = get(chain, f"{PRODUCT}/lineage", by="goal:use")
    assert "way seal" not in picture(fine)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("may:distribute-binary", "allowed by itself"),
        ("privacy", "it holds personal data"),
        ("exposure", "nothing declared"),
        ("licence", "Permissive"),
    ],
)
def test_any_fact_colours_a_lineage(chain: Graph, by: str, said: str) -> None:
    graph = chain
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    with graph.yard.house.database.writing() as session:
        node = provenance.node_of(session, _version(session, graph, "corpus"))
        assert node is not None
        node.facts = ["privacy:personal"]
    graph.join("corpus", "product", "trained-on")
    text = get(graph, f"{PRODUCT}/lineage", by=by)
    assert said in picture(text)
    assert said in text[text.index('id="things"') :]


def _version(session: Any, graph: Graph, name: str) -> Any:
    return session.get_one(catalog.Version, graph.versions[name])


def test_a_colour_that_there_is_not_is_refused_and_the_picture_stays(chain: Graph) -> None:
    for by in ("nonsense", "goal:fly", "may:fly", "may:"):
        text = get(chain, f"{PRODUCT}/lineage", by=by, status=422)
        assert "nothing that a lineage can be coloured by" in text
        assert picture(text)
    assert "licence" in get(chain, f"{PRODUCT}/lineage", by="goal:open", license="((", status=422)


def test_what_is_farther_folds_into_one_and_opens_by_the_address(chain: Graph) -> None:
    text = get(chain, f"{PRODUCT}/lineage", up=1, down=0)
    drawn = picture(text)
    assert "Farther up" in drawn
    assert "Farther down" in drawn
    assert "up=2" in drawn
    assert "down=1" in drawn
    assert "library" in picture(get(chain, f"{PRODUCT}/lineage", up=2))
    assert picture(get(chain, f"{PRODUCT}/lineage", up="many", down="-4")) == picture(get(chain, f"{PRODUCT}/lineage"))
    bare = picture(get(chain, f"{PRODUCT}/lineage", up=0, down=0))
    assert bare.count("<a ") == 3


def test_three_thousand_parts_fold_and_the_page_stays_small(graph: Graph) -> None:
    licences = ("MIT", "Apache-2.0", "GPL-3.0-only", "LGPL-2.1-only", None)
    parts = tuple(Part(f"pkg:pypi/part-{n:04}@1", license=licences[n % 5], is_inside=n % 2 == 0) for n in range(3000))
    graph.add("product", "MIT", parts=parts)
    text = get(graph, f"{PRODUCT}/lineage")
    assert len(text.encode()) < 200_000
    drawn = picture(text)
    assert drawn.count("<a ") <= 13
    counts = [int(n.replace(",", "")) for n in re.findall(r'class="name[^"]*"[^>]*>([\d,]+) × ', drawn)]
    assert sum(counts) == 3000
    fold = next(href for href in re.findall(r'<a href="([^"]+)"', drawn) if "fold=" in href).replace("&amp;", "&")
    few = get(graph, fold.partition("#")[0])
    assert "Show all" in few
    assert f"{counts[0]:,} things" in few
    assert "Next" in few
    last = get(graph, f"{PRODUCT}/lineage", page=61)
    assert "3,001–3,001 of 3,001" in last
    goal = get(graph, f"{PRODUCT}/lineage", by="goal:open", license="Apache-2.0")
    assert len(goal.encode()) < 200_000
    assert "farther than what is told" in goal


def test_what_the_viewer_may_not_see_counts_and_is_not_named(graph: Graph) -> None:
    graph.add("vault", "GPL-2.0-only", exposure="private")
    graph.add("product", "Apache-2.0")
    graph.add("secret", "MIT", exposure="private")
    graph.join("vault", "product")
    graph.join("product", "secret", "contains")
    text = get(graph, f"{PRODUCT}/lineage", who="stranger", by="goal:open", license="Apache-2.0")
    for word in ("vault", "secret", "GPL"):
        assert word not in text
    assert "2 are not shown to you and count" in text
    assert 'class="mark no big"' in text
    mine = get(graph, f"{PRODUCT}/lineage")
    assert "vault" in mine
    assert "secret" in mine
    rows = api(graph, f"{PRODUCT}/lineage", who="stranger")["items"]
    assert sorted(row["id"] for row in rows if row["hidden"]) == ["hidden:1", "hidden:below-1"]
    assert all(row["url"] is None and row["license"] is None for row in rows if row["hidden"])
    asked = get(graph, f"{PRODUCT}/what-if", who="stranger", change="license", to="MIT")
    assert "1 more is made with it and not shown to you" in asked
    assert "vault" not in asked
    get(graph, "/assets/software/researcher/vault/versions/1/lineage", who="stranger", status=404)
    get(graph, "/assets/software/researcher/vault/versions/1/what-if", who="stranger", status=404)


def api(graph: Graph, address: str, *, who: str = "researcher", **query: Any) -> Any:
    """The same for programs."""
    answer = graph.yard.client.get(f"/api/v1{address}", params=query, headers=graph.yard.token_for(who, kit.Role.MEMBER))
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_cycle_is_drawn_once_and_goes_back_dashed(graph: Graph) -> None:
    for name in ("product", "other"):
        graph.add(name, "MIT")
    graph.join("other", "product")
    graph.join("product", "other")
    drawn = picture(get(graph, f"{PRODUCT}/lineage"))
    assert drawn.count("<a ") == 2
    assert drawn.count('class="way dashes"') == 1


def test_a_version_of_which_nothing_was_said_says_so(graph: Graph) -> None:
    graph.add("product", arrived=False)
    assert "Nobody has said what this is made of." in get(graph, f"{PRODUCT}/lineage")
    assert "unknown" in get(graph, f"{PRODUCT}/what-if")


def test_the_twins_hold_the_same_things(chain: Graph) -> None:
    rows = list(csv.DictReader(io.StringIO(get(chain, f"{PRODUCT}/lineage.csv").lstrip("\ufeff"))))
    items = api(chain, f"{PRODUCT}/lineage")["items"]
    assert [row["thing"] for row in rows] == [item["id"] for item in items]
    assert [int(row["step"].strip("'")) for row in rows] == [item["step"] for item in items] == [0, -1, 1, -2]
    assert rows[-1]["made_into"] == f"links-static {REF.format('tool')}"
    first = api(chain, f"{PRODUCT}/lineage", limit=3)
    assert len(first["items"]) == 3
    rest = chain.yard.client.get(first["next"], headers=chain.yard.token_for("researcher", kit.Role.MEMBER)).json()
    assert [item["step"] for item in rest["items"]] == [-2]
    assert rest["next"] is None


def test_both_pages_speak_korean(chain: Graph) -> None:
    assert "계보" in get(chain, f"{PRODUCT}/lineage", lang="ko")
    assert "바꾸어 보기" in get(chain, f"{PRODUCT}/what-if", lang="ko")


def test_a_change_is_tried_and_nothing_is_written(chain: Graph) -> None:
    query: dict[str, Any] = {"goal": "open", "license": "Apache-2.0"}
    before = get(chain, f"{PRODUCT}/what-if", **query)
    assert "as it stands" in before
    assert "Who is affected" not in before
    after = get(chain, f"{PRODUCT}/what-if", **query, change="license", at=REF.format("library"), to="MIT")
    assert re.search(r'after the changes: <span class="mark yes big">', after)
    assert "1 version made with it would get another answer" in after
    assert REF.format("bundle") in after
    assert chain.verdict("product") == "no"
    query_too = query | {"change": "drop-edge", "at": REF.format("product"), "from": REF.format("tool")}
    dropped = get(chain, f"{PRODUCT}/what-if", **query_too)
    assert re.search(r'after the changes: <span class="mark yes big">', dropped)
    gone = get(chain, f"{PRODUCT}/what-if", **query, change="withdraw", at=REF.format("library"))
    assert re.search(r'after the changes: <span class="mark yes big">', gone)
    paper = get(chain, f"{PRODUCT}/what-if", **query, change="evidence", at=REF.format("library"), to="outbound:*")
    assert "A document attached" in paper
    assert chain.verdict("product") == "no"


def test_the_form_offers_things_and_ways_by_what_they_are_called(chain: Graph) -> None:
    text = get(chain, f"{PRODUCT}/what-if", goal="open", license="Apache-2.0")
    way = re.search(r'<option value="([^"]+)"[^>]*>tool@1 → product@1', text)
    assert way is not None
    assert re.search(r">library@1 · software · GPL[^<]*</option>", text)
    dropped = get(chain, f"{PRODUCT}/what-if", goal="open", license="Apache-2.0", change="drop-edge", way=html.unescape(way[1]))
    assert re.search(r'after the changes: <span class="mark yes big">', dropped)
    paper = get(chain, f"{PRODUCT}/what-if", goal="open", license="MIT", change="evidence", at=REF.format("library"), removes="outbound:*")
    assert "outbound:*" in paper


def test_changes_add_up_and_can_be_left_out(chain: Graph) -> None:
    one = json.dumps(["license", REF.format("library"), "", "MIT"])
    text = get(chain, f"{PRODUCT}/what-if", do=one, change="withdraw", at=REF.format("tool"))
    assert text.count("Leave out") == 2
    assert "Nobody whom you may see." in text
    assert text.count('name="do"') == 2


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"change": "explode"}, "no change that can be tried"),
        ({"change": "license", "to": "(("}, "no SPDX expression"),
        ({"change": "license"}, "needs"),
        ({"change": "evidence", "to": "security:malware"}, ""),
        ({"change": "evidence"}, "needs"),
        ({"change": "drop-edge"}, "needs"),
        ({"change": "withdraw", "at": "software/nobody/nothing@1"}, "not among the things"),
        ({"change": "withdraw", "at": "hidden:1"}, "not among the things"),
        ({"do": "{"}, "no change that can be tried"),
        ({"do": '["license"]'}, "no change that can be tried"),
        ({"do": ['["withdraw", "x", "", ""]'] * 21}, "no change that can be tried"),
        ({"goal": "fly"}, "no change that can be tried"),
        ({"goal": "open"}, ""),
    ],
)
def test_what_is_no_change_is_refused_with_the_form_filled(chain: Graph, query: dict[str, Any], said: str) -> None:
    text = get(chain, f"{PRODUCT}/what-if", status=422, **query)
    assert said in text
    assert 'class="fault"' in text
    assert "Who is affected" not in text


def test_many_that_are_affected_come_in_pages(graph: Graph) -> None:
    graph.add("product", "MIT")
    for n in range(27):
        graph.add(f"bundle-{n}", "MIT")
        graph.join("product", f"bundle-{n}", "contains")
    query: dict[str, Any] = {"goal": "open", "license": "MIT", "change": "license", "at": REF.format("product"), "to": "GPL-3.0-only"}
    text = get(graph, f"{PRODUCT}/what-if", **query)
    assert "27 versions made with it" in text
    assert "1–25 of 27" in text
    assert "26–27 of 27" in get(graph, f"{PRODUCT}/what-if", **query, page=2)
    assert "27 × software" in picture(get(graph, f"{PRODUCT}/lineage"))
