# SPDX-License-Identifier: Apache-2.0
"""Pages of datasets and models, at the addresses that clients print."""

import pytest

from builders import HTML, Yard
from hub_wire import Hub
from madang.hub.prose import rendered

CARD = """---
license: cc-by-4.0
language: [ko]
pretty_name: 상담 말뭉치
---
# 제목

자료입니다. [형식](docs/format.md) [밖](https://example.org/) [나쁜](javascript:alert(1)) <script>alert(1)</script>

| 가 | 나 |
| --- | ---: |
| 1 | 2 |

![그림](https://example.org/x.png)
"""


@pytest.fixture(scope="module")
def address(hub: Hub) -> str:
    """An open dataset with a card, a table, and two commits."""
    made = hub.create("researcher/shown", private=False)
    hub.commit(made, {"README.md": CARD, "data/a b.csv": "가,나\n1,2\n", "noise.dat": b"\0\1\2"}, title="처음")
    hub.commit(made, {"data/a b.csv": "가,나\n3,4\n", "new.txt": "x"}, title="두 번째 <b>")
    hub.ask("POST", f"{made}/tag/main", json={"tag": "v1"})
    return made


def page(yard: Yard, path: str, status: int = 200) -> str:
    answer = yard.client.get(path, headers={**HTML, "Cookie": ""})
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def test_the_page_of_a_dataset_shows_its_card_its_files_and_lines_to_copy(yard: Yard, address: str) -> None:
    shown = page(yard, "/datasets/researcher/shown")
    for said in (
        "상담 말뭉치",
        "CC-BY-4.0",
        "hf download researcher/shown --repo-type dataset",
        "/datasets/researcher/shown/tree/main/data",
    ):
        assert said in shown, said
    assert "hf upload" not in shown  # a visitor sends nothing
    assert 'href="/assets/dataset/researcher/shown/versions/2/terms"' in shown
    page(yard, "/assets/dataset/researcher/shown/versions/2/terms")
    page(yard, "/assets/dataset/researcher/shown")
    page(yard, "/assets/dataset/researcher/shown/versions/2")


def test_a_cards_text_is_text(yard: Yard, address: str) -> None:
    shown = page(yard, "/datasets/researcher/shown")
    assert "&lt;script&gt;alert(1)" in shown
    assert "<script>alert" not in shown
    assert 'href="javascript:' not in shown
    assert "<img" not in shown
    assert 'href="/datasets/researcher/shown/blob/main/docs/format.md"' in shown
    assert 'rel="nofollow noopener noreferrer"' in shown
    assert "style=" not in shown
    assert '<td class="num">2</td>' in shown


@pytest.mark.parametrize(
    "text", ["> " * 5000, "[" * 20_000, "*a " * 30_000, "`" * 50_000, "|a" * 20_000 + "\n" + "|-" * 20_000, "\0\ud7ff"]
)
def test_a_card_that_is_made_to_be_slow_or_odd_is_shown(text: str) -> None:
    assert rendered(text, base="/datasets/a/b") is not None


def test_files_and_folders_have_pages(yard: Yard, address: str) -> None:
    here = "/datasets/researcher/shown"
    assert "a b.csv" in page(yard, f"{here}/tree/main/data")
    shown = page(yard, f"{here}/blob/v1/data/a%20b.csv")
    assert "3,4" in shown
    assert f"{here}/resolve/v1/data/a%20b.csv" in shown
    assert "This is no text" in page(yard, f"{here}/blob/main/noise.dat")
    for gone in ("tree/none", "tree/main/none", "blob/main/none", "blob/main/data", "commit/" + "0" * 40, "commits/none"):
        page(yard, f"{here}/{gone}", 404)


def test_history_and_commits_have_pages(yard: Yard, address: str, hub: Hub) -> None:
    head = hub.ask("GET", address).json()["sha"]
    shown = page(yard, "/datasets/researcher/shown/commits/main")
    assert "두 번째 &lt;b&gt;" in shown
    assert f"/datasets/researcher/shown/commit/{head}" in shown
    assert "/datasets/researcher/shown/tree/v1" in shown
    shown = page(yard, f"/datasets/researcher/shown/commit/{head}")
    assert shown.count(">added<") == 1
    assert shown.count(">changed<") == 1


def test_a_model_has_its_page_under_its_bare_name(yard: Yard, hub: Hub) -> None:
    made = hub.create("researcher/bare", kind="model", private=False)
    hub.commit(made, {"README.md": "---\nlicense: mit\nbase_model: lab/base\n---\n# Bare\n"})
    shown = page(yard, "/researcher/bare")
    assert "lab/base" in shown
    assert "snapshot_download" in shown
    assert "/researcher/bare/tree/main" in shown
    assert "researcher/bare" in page(yard, "/models?q=bare")


def test_lists_are_filtered_by_name_and_by_the_cards_words(yard: Yard, address: str) -> None:
    assert "researcher/shown" in page(yard, "/datasets")
    assert "researcher/shown" in page(yard, "/datasets?tag=language:ko")
    assert "researcher/shown" not in page(yard, "/datasets?tag=language:en")
    assert "researcher/shown" not in page(yard, "/datasets?q=nothing")
    assert "/datasets/researcher/shown" in page(yard, "/assets?kind=dataset")


def test_what_is_private_and_what_is_not_there_look_alike(yard: Yard, hub: Hub) -> None:
    hub.commit(hub.create("researcher/veiled"), {"a": "1"})
    one, other = (page(yard, f"/datasets/researcher/{name}", 404) for name in ("veiled", "nowhere"))
    assert one.count("veiled") == other.count("nowhere")
    assert "researcher/veiled" not in page(yard, "/datasets")
    page(yard, "/me/nothing", 404)


def test_a_dataset_that_was_registered_and_not_pushed_leads_to_its_page(yard: Yard) -> None:
    body = {"kind": "dataset", "namespace": "operator", "name": "by-hand", "exposure": "open"}
    assert yard.client.post("/api/v1/assets", json=body, headers=yard.signed).status_code == 201
    answer = yard.client.get("/datasets/operator/by-hand", headers=HTML)
    assert (answer.status_code, answer.headers["location"]) == (303, "/assets/dataset/operator/by-hand")


def test_the_empty_list_says_how_to_begin(yard: Yard) -> None:
    assert "Nothing matches" in page(yard, "/models?q=zzz")
