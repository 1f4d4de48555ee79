# SPDX-License-Identifier: Apache-2.0
"""The page of terms: what may be done and why, goals, kept decisions, what it is made of, evidence; refusals stand at their form."""

import html
import re
from typing import Any

import pytest

from madang import inbox, kit, provenance
from rooms.provenance.conftest import Graph
from rooms.provenance.test_decisions import SECRETS, secretive, token, with_version

HTML = {"Accept": "text/html"}
PRODUCT = "/assets/software/researcher/product/versions/1/terms"
__all__ = ["secretive"]


def plain(text: str) -> str:
    """What a reader reads of a page's main part."""
    found = re.search(r"<main.*</main>", text, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", found[0] if found else text)).split())


def see(graph: Graph, address: str, who: str = "", *, lang: str = "en", status: int = 200) -> str:
    signed = token(graph, who) if who else {}
    answer = graph.yard.client.get(address, headers={**HTML, **signed, "Accept-Language": lang})
    assert answer.status_code == status, answer.text[:2000]
    return answer.text


def send(graph: Graph, address: str, who: str = "researcher", *, status: int = 303, **form: Any) -> Any:
    answer = graph.yard.client.post(address, data=form, headers=HTML | token(graph, who), follow_redirects=False)
    assert answer.status_code == status, answer.text[:2000]
    return answer


@pytest.fixture
def product(graph: Graph) -> Graph:
    """A product of everybody's sight, made with a corpus that may not be sold."""
    graph.add("corpus", "CC-BY-NC-4.0", kind="dataset")
    graph.add("product", "Apache-2.0")
    graph.join("corpus", "product", "contains")
    return graph


def test_an_article_under_kogl_type_4_is_refused_as_training_data_in_the_strict_reading_and_the_page_says_why_in_korean(
    graph: Graph,
) -> None:
    graph.add("article", "LicenseRef-KOGL-4", kind="document")
    graph.add("corpus", "CC-BY-4.0", kind="dataset")
    graph.join("article", "corpus", "contains")
    address = "/assets/dataset/researcher/corpus/versions/1/terms"
    strict = plain(see(graph, f"{address}?goal=train&reading=strict", lang="ko"))
    assert "모델을 학습시켜도 됩니까? 불가" in strict
    assert "document/researcher/article@1 LicenseRef-KOGL-4" in strict
    assert "dataset/researcher/corpus@1" in strict.partition("LicenseRef-KOGL-4")[2]
    assert "엄격 해석" in strict
    both = plain(see(graph, f"{address}?goal=train", lang="ko"))
    assert "다툼 있음" in both
    assert "엄격 해석에서만" in both


def test_the_box_answers_each_goal_and_shows_the_first_that_is_not_allowed(product: Graph) -> None:
    page = see(product, PRODUCT)
    told = plain(page)
    assert "May I sell it? no" in told
    assert "dataset/researcher/corpus@1 CC-BY-NC-4.0" in told
    assert all(f"{PRODUCT}?goal={goal}#why" in page for goal in ("use", "change", "pass-on", "sell", "serve", "train", "publish-output"))
    assert "May I use it? " in plain(see(product, f"{PRODUCT}?goal=use"))
    assert 'aria-current="page">What may I do' in page


def test_each_verdict_has_its_word_and_its_sentence(graph: Graph) -> None:
    graph.add("free", "MIT")
    graph.add("unsaid", None)
    graph.add("article", "LicenseRef-KOGL-4", kind="document")
    assert "Nothing stands in the way" in plain(see(graph, "/assets/software/researcher/free/versions/1/terms?goal=use"))
    assert "Somebody has to find out" in plain(see(graph, "/assets/software/researcher/unsaid/versions/1/terms?goal=sell"))
    assert "While they do" in plain(see(graph, "/assets/document/researcher/article/versions/1/terms?goal=train"))


def test_a_goal_with_a_licence_a_scope_and_a_reading_is_answered_with_what_would_help(product: Graph) -> None:
    told = plain(see(product, f"{PRODUCT}?goal=open&license=Apache-2.0&scope=open&reading=strict"))
    assert "May I open it to everybody? no" in told
    assert "What would help" in told
    assert "replace or relicense: dataset/researcher/corpus@1" in told
    choice = "/assets/software/researcher/dual/versions/1/terms?goal=open&license=MIT"
    product.add("dual", "MIT")
    product.add("part", "GPL-2.0-only OR MIT")
    product.join("part", "dual")
    assert "take MIT of" in plain(see(product, choice))


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        ("goal=open", "Say under which licence it is opened"),
        ("goal=fly", "is not in the vocabulary"),
        ("goal=open&license=NONE", "is no licence to give out under"),
        ("goal=sell&scope=moon", "is not in the vocabulary"),
        ("goal=sell&reading=mild", "is not in the vocabulary"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused_in_its_place(product: Graph, asked: str, sentence: str) -> None:
    page = see(product, f"{PRODUCT}?{asked}", status=422)
    assert sentence in plain(page).partition("State a goal")[2].partition("Why")[0]
    assert "May I sell it? no" in plain(page)
    assert "duties.csv?goal=sell&amp;" in page


def test_a_decision_is_kept_found_again_goes_stale_and_is_replayed(product: Graph) -> None:
    sent = send(product, f"{PRODUCT}/decisions", "stranger", goal="open", license="Apache-2.0", scope="open", reading="both")
    assert sent.headers["location"] == f"{PRODUCT}?goal=open&license=Apache-2.0&scope=open&reading=both#kept"
    address = re.findall(r"/terms/decisions/\w+", see(product, PRODUCT))[0]
    assert "Stale" not in see(product, PRODUCT)
    page = plain(see(product, f"{address}?replay=1"))
    assert "Taken again on the graph and the day of then: the same bytes." in page
    assert "Download the record" in page
    record = product.yard.client.get(f"{address}/record", headers=HTML)
    assert record.content.startswith(b'{"choices"')
    assert record.headers["content-disposition"].startswith("attachment")
    with_version(product, "corpus", provenance.state, license="MIT")
    assert "Stale: decide again" in plain(see(product, PRODUCT))
    assert "It says what held then" in plain(see(product, address))
    viewer = product.actor("stranger")
    with product.yard.house.database.reading() as session:
        assert address in [each.notice.address for each in inbox.notifications(session, viewer=viewer, limit=9)]
    see(product, f"/terms/decisions/{kit.new_id()}", status=404)
    assert product.yard.client.post(f"{PRODUCT}/decisions", data={"goal": "use"}, headers=HTML).status_code in (401, 403)


def test_what_cannot_be_kept_is_refused_in_its_place(product: Graph) -> None:
    page = send(product, f"{PRODUCT}/decisions", goal="open", status=422).text
    assert "Say under which licence it is opened" in plain(page)


def test_a_derivation_is_declared_and_taken_back(product: Graph) -> None:
    product.add("library", "GPL-2.0-only")
    send(product, f"{PRODUCT}/derivations", source="software/researcher/library@1", kind="links-static", modified="yes", floating="yes",
         apart="yes", incomplete="yes", note="from the vendor")  # fmt: skip
    send(product, f"{PRODUCT}/derivations", source="pkg:pypi/requests@2.32.0", kind="links-dynamic", modified="no")
    page = see(product, PRODUCT, "researcher")
    told = plain(page).partition("What it is made of")[2]
    assert "software/researcher/library@1 from the vendor linked into one binary changed, not given out with it" in told
    assert "incomplete" in told
    assert "pkg:pypi/requests@2.32.0" in told
    for address in re.findall(rf"{PRODUCT}/derivations/\w+/withdrawal", page):
        send(product, address)
    assert "Nothing is named yet." in plain(see(product, PRODUCT))
    send(product, f"{PRODUCT}/derivations/{kit.new_id()}/withdrawal", status=404)
    assert "Declare" not in plain(see(product, PRODUCT, "stranger"))
    send(product, f"{PRODUCT}/derivations", "stranger", source="pkg:pypi/x@1", kind="calls", status=403)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"source": "library", "kind": "calls"}, "names neither a version"),
        ({"source": "software/researcher/nothing@1", "kind": "calls"}, "names neither a version"),
        ({"source": "spoon/researcher/nothing@1", "kind": "calls"}, "names neither a version"),
        ({"source": "pkg:nothing", "kind": "calls"}, "is no package URL"),
        ({"source": "pkg:pypi/x@1", "kind": "eats"}, "is not in the vocabulary"),
        ({"source": "software/researcher/product@1", "kind": "calls"}, "Nothing is made of itself"),
        ({"source": "dataset/researcher/corpus@1", "kind": "contains"}, "is declared already"),
        ({"source": "pkg:pypi/x@1", "kind": "calls", "note": "x" * 2001}, "A note has at most"),
    ],
)
def test_a_derivation_that_cannot_be_is_refused_in_its_place_and_what_was_typed_stays(
    product: Graph, form: dict[str, str], sentence: str
) -> None:
    page = send(product, f"{PRODUCT}/derivations", status=422, **form).text
    assert sentence in plain(page).partition("Declare what it is made with")[2].partition("Evidence")[0]
    assert f'value="{form["source"]}"' in page


def test_a_document_is_attached_removes_its_fact_and_is_taken_back(product: Graph) -> None:
    edge = re.findall(r"derivations/(\w+)/withdrawal", see(product, PRODUCT, "researcher"))[0]
    send(product, f"{PRODUCT}/evidence", removes="forbidden:commercial-use, forbidden:train", issuer="rights holder", derivation=edge,
         expires="2099-12-31", sha256="A" * 64, note="by letter")  # fmt: skip
    send(product, f"{PRODUCT}/evidence", removes="forbidden:train", issuer="somebody", expires="2001-01-01")
    page = see(product, PRODUCT, "researcher")
    told = plain(page).partition("Evidence")[2]
    assert "rights holder by letter " + "a" * 64 in told
    assert "on one way into it 2099-12-31" in told
    assert "expired on 2001-01-01" in told
    assert "May I sell it? no" not in plain(see(product, f"{PRODUCT}?goal=sell"))
    for address in re.findall(rf"{PRODUCT}/evidence/\w+/withdrawal", page):
        send(product, address)
    assert "None is attached." in plain(see(product, PRODUCT))
    send(product, f"{PRODUCT}/evidence/{kit.new_id()}/withdrawal", status=404)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"removes": " ", "issuer": "holder"}, "Name at least one fact"),
        ({"removes": "forbidden:nothing", "issuer": "holder"}, "is not in the vocabulary"),
        ({"removes": "security:malware", "issuer": "holder"}, "may not remove"),
        ({"removes": "forbidden:train", "issuer": " "}, "who gave this document"),
        ({"removes": "forbidden:train", "issuer": "holder", "expires": "tomorrow"}, "is no day"),
        ({"removes": "forbidden:train", "issuer": "holder", "sha256": "abc"}, "sha256 is 64"),
        ({"removes": "forbidden:train", "issuer": "holder", "derivation": "nothing"}, "There is no derivation"),
    ],
)
def test_a_document_that_cannot_be_is_refused_in_its_place(product: Graph, form: dict[str, str], sentence: str) -> None:
    page = send(product, f"{PRODUCT}/evidence", status=422, **form).text
    assert sentence in plain(page).partition("Attach a document")[2]
    assert "None is attached." in plain(page)


def test_whoever_may_not_see_what_is_upstream_reads_that_it_is_hidden_and_learns_nothing(secretive: Graph) -> None:
    send(secretive, f"{PRODUCT}/decisions", goal="open", license="Apache-2.0")
    address = re.findall(r"/terms/decisions/\w+", see(secretive, PRODUCT))[0]
    pages = [
        see(secretive, f"{PRODUCT}?goal=open&license=Apache-2.0", "stranger"),
        see(secretive, f"{PRODUCT}?goal=pass-on", "stranger"),
        see(secretive, f"{PRODUCT}/duties.csv?goal=pass-on", "stranger"),
        see(secretive, address, "stranger"),
        see(secretive, f"{address}?replay=1", "stranger"),
        see(secretive, f"{address}/record", "stranger"),
    ]
    assert [word for page in pages for word in SECRETS if word in page.replace("GPL-3.0-only</option>", "")] == []
    assert "3 of them hidden from you" in plain(pages[0])
    assert "something that you may not see (" in plain(pages[0])
    assert "what you download leaves them out" in plain(pages[3])
    assert "vault" in see(secretive, f"{PRODUCT}?goal=open&license=Apache-2.0", "researcher")
    see(secretive, "/assets/software/researcher/vault/versions/1/terms", "stranger", status=404)


def test_duties_and_reasons_are_given_as_csv(product: Graph) -> None:
    rows = see(product, f"{PRODUCT}/duties.csv?goal=pass-on").splitlines()
    assert rows[0].lstrip("\ufeff") == "what,fact,from,license,readings,witness,source"
    assert any(row.startswith("duties,attribution,dataset/researcher/corpus@1,CC-BY-NC-4.0,strict permissive,") for row in rows)
    see(product, f"{PRODUCT}/duties.csv?goal=open", status=422)


def test_what_is_not_named_whole_is_marked_and_long_lists_page(graph: Graph) -> None:
    graph.add("product", "MIT", complete=False)
    for place in range(51):
        graph.join(f"pkg:pypi/part-{place:02}@1", "product", "calls")
    page = see(graph, PRODUCT)
    assert "not all parts are named" in plain(page)
    assert "part-49" in page
    assert "part-50" not in page.partition('id="made"')[2]
    following = html.unescape(re.findall(r'href="([^"]*parts=[^"]*)#made"', page)[0])
    assert "part-50" in see(graph, following).partition('id="made"')[2]
    see(graph, f"{PRODUCT}?parts=nonsense", status=422)


def test_a_version_of_too_many_things_is_refused_and_its_parts_are_still_listed(product: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.provenance.cones.MOST_NODES", 1)
    told = plain(see(product, PRODUCT, status=422))
    assert "more than a decision looks at" in told
    assert "dataset/researcher/corpus@1" in told
