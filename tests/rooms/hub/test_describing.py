# SPDX-License-Identifier: Apache-2.0
"""Datasets and models as catalogues elsewhere read of them: what is told, to whom, and in the words of each form."""

import json
from typing import Any
from xml.etree import ElementTree

import pytest
from sqlalchemy import select

from builders import HTML, Yard
from hub_wire import Hub
from madang import hub, tables
from madang.hub.prose import plain_text

NS = {"o": "http://www.openarchives.org/OAI/2.0/", "dc": "http://purl.org/dc/elements/1.1/", "d": "http://datacite.org/schema/kernel-4"}
CARD = """---
license: [cc-by-4.0, kogl-1]
language: [ko, en]
tags: [speech, 상담]
pretty_name: "상담 & 말뭉치 {1}"
authors:
  - {name: 음성 연구실 연구원, orcid: 0000-0002-1825-0097, affiliation: 연구원}
  - "Second_Author"
doi: https://doi.org/10.5072/madang.1
datasets: [researcher/told-of, somebody/elsewhere]
base_model: https://example.org/base
---
# 제목

상담 음성을 받아 적은 *자료*입니다.
둘째 줄.

```
code
```

| a |
| - |

끝.
"""
ROWS = "이름,수,날,참\n" + "".join(f"w{n},{n},2024-01-{1 + n % 28:02},{'true' if n % 2 else 'false'}\n" for n in range(30))
FILES: dict[str, bytes | str] = {
    "README.md": CARD, "data/a b.csv": ROWS, "줄.jsonl": '{"a": 1, "b": "x"}\n{"a": 2}\n', "list.json": '[{"a": 1}, {"a": 2}]',
    "semicolons.csv": "a;b\n1;2\n", "cp949.csv": "이름,값\n가,1\n".encode("cp949"), "gaps.json": '[{"a": 1}, {"b": 2}]',
    "x.tsv": "a\tb\n1\t2\n",
}  # fmt: skip


@pytest.fixture(scope="module")
def told(hub: Hub, yard: Yard) -> str:
    """An open dataset whose tables were read; its page."""
    hub.create("researcher/told-of", private=False)
    made = hub.create("researcher/told", private=False)
    assert hub.commit(made, FILES, title="처음").status_code == 200
    hub.create("researcher/secret-data")
    read_tables(yard)
    return "/datasets/researcher/told"


def read_tables(yard: Yard) -> None:
    with yard.house.database.reading() as session:
        waiting = [(row.sha256, row.form) for row in session.scalars(select(hub.Table).where(hub.Table.state == "reading"))]
    limits = tables.Limits(memory_bytes=256 << 20)
    reader = hub.Reader(yard.house.database, yard.house.store, yard.house.scratch, lambda: limits)
    for sha256, form in waiting:
        reader.read(sha256, form)


def get(way: Hub, address: str, status: int = 200) -> Any:
    answer = way.ask("GET", address)
    assert answer.status_code == status, answer.text
    return answer.json()


def oai(way: Hub, error: str = "", **given: str) -> ElementTree.Element:
    """The answer to a harvester, or the error that it is."""
    answer = way.ask("GET", "/oai", params=given)
    assert answer.status_code == 200, answer.text
    root = ElementTree.fromstring(answer.content)
    found = root.find("o:error", NS)
    assert (found.get("code") if found is not None else "") == error, answer.text
    return root


def test_croissant_tells_files_and_the_columns_of_tables_that_others_can_read(visitor: Hub, told: str) -> None:
    made = get(visitor, f"{told}/croissant.json")
    assert made["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    assert (made["name"], made["inLanguage"], made["@context"]["@language"]) == ("상담 & 말뭉치 {1}", ["ko", "en"], "ko")
    assert made["description"] == "상담 음성을 받아 적은 자료입니다. 둘째 줄.\n\n끝."
    assert made["license"] == ["https://spdx.org/licenses/CC-BY-4.0.html", "https://www.kogl.or.kr/info/licenseType1.do"]
    assert [each["name"] for each in made["creator"]] == ["음성 연구실 연구원", "Second_Author"]
    assert made["creator"][0]["url"] == "https://orcid.org/0000-0002-1825-0097"
    files = {each["name"]: each for each in made["distribution"]}
    assert set(files) == set(FILES)
    assert files["data/a b.csv"]["@id"] == "data/a%20b.csv"
    assert visitor.ask("GET", files["data/a b.csv"]["contentUrl"]).text == ROWS
    records = {each["name"]: each for each in made["recordSet"]}
    assert set(records) == {"data/a b.csv", "줄.jsonl", "list.json", "x.tsv"}  # those of other separators, encodings and gaps are left out
    assert [each["dataType"] for each in records["data/a b.csv"]["field"]] == ["sc:Text", "sc:Integer", "sc:Date", "sc:Boolean"]
    assert records["list.json"]["field"][0]["source"]["extract"] == {"jsonPath": "$[*].'a'"}
    assert get(visitor, "/api/datasets/researcher/told/croissant") == made


def test_what_it_is_made_of_leads_here_where_one_may_see_it(visitor: Hub, hub: Hub, told: str) -> None:
    based = get(visitor, f"{told}/croissant.json")["isBasedOn"]
    assert based == [
        "https://example.org/base",
        "http://testserver/datasets/researcher/told-of",
        "https://huggingface.co/datasets/somebody/elsewhere",
    ]


def test_dcat_tells_each_dataset_and_its_files(visitor: Hub, hub: Hub, told: str) -> None:
    one = get(visitor, f"{told}/dcat.jsonld")
    assert one["dct:accessRights"]["@id"].endswith("/PUBLIC")
    assert {each["dct:title"] for each in one["dcat:distribution"]} == set(FILES)
    listed = get(visitor, "/catalog.jsonld")
    names = {each["@id"].rpartition("/")[2] for each in listed["dcat:dataset"]}
    assert {"told", "told-of"} <= names
    assert "secret-data" not in names
    mine = get(hub, "/catalog.jsonld")
    assert "secret-data" in {each["@id"].rpartition("/")[2] for each in mine["dcat:dataset"]}
    assert mine["hydra:totalItems"]["@value"] == listed["hydra:totalItems"]["@value"] + 1


def test_datacite_tells_who_made_it_and_under_what(visitor: Hub, told: str) -> None:
    made = get(visitor, f"{told}/datacite.json")
    assert made["doi"] == "10.5072/madang.1"
    assert made["creators"][0]["affiliation"] == [{"name": "연구원"}]
    assert [each["rightsIdentifier"] for each in made["rightsList"]] == ["CC-BY-4.0", "LicenseRef-KOGL-1"]
    assert made["relatedIdentifiers"][0] == {
        "relatedIdentifier": "https://example.org/base", "relatedIdentifierType": "URL", "relationType": "IsDerivedFrom",
    }  # fmt: skip


def test_the_page_says_how_to_cite_and_search_engines_read_it(yard: Yard, visitor: Hub, told: str) -> None:
    shown = visitor.ask("GET", told, headers={**HTML, "Cookie": ""}).text
    assert "음성 연구실 연구원, &amp; Second_Author (20" in shown
    inside = shown.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert json.loads(inside)["@type"] == "Dataset"
    bib = visitor.ask("GET", f"{told}/cite.bib")
    assert "title = {{상담 \\& 말뭉치 \\{1\\}}}" in bib.text
    assert bib.text.startswith("@misc{researcher-told,")


def test_a_cards_words_do_not_leave_the_page_s_data(hub: Hub, visitor: Hub) -> None:
    made = hub.create("researcher/hostile", private=False)
    hub.commit(
        made,
        {"README.md": "---\npretty_name: '</script><script>alert(1)</script>'\nauthors: [{}, [], 3, null]\ndoi: [1]\n---\n<!--<script>\n"},
    )
    shown = visitor.ask("GET", "/datasets/researcher/hostile", headers={**HTML, "Cookie": ""}).text
    assert "<script>alert" not in shown
    assert get(visitor, "/datasets/researcher/hostile/croissant.json")["creator"] == [{"@type": "sc:Person", "name": "researcher"}]
    assert oai(visitor, verb="ListRecords", metadataPrefix="oai_datacite") is not None


def test_what_one_may_not_see_is_described_nowhere(visitor: Hub, neighbour: Hub, hub: Hub, told: str) -> None:
    for path in ("croissant.json", "dcat.jsonld", "datacite.json", "cite.bib"):
        assert visitor.ask("GET", f"/datasets/researcher/secret-data/{path}").status_code == 404
        assert visitor.ask("GET", f"/datasets/researcher/nothing/{path}").status_code == 404
        assert hub.ask("GET", f"/datasets/researcher/secret-data/{path}").status_code == 200
    assert neighbour.ask("GET", "/api/datasets/researcher/secret-data/croissant").status_code == 404
    assert visitor.ask("GET", f"{told}/croissant.json?revision=nothing").status_code == 404


def test_a_model_has_a_record_and_a_line_to_cite(hub: Hub, visitor: Hub) -> None:
    made = hub.create("researcher/cited-model", kind="model", private=False)
    hub.commit(made, {"README.md": "---\nlicense: apache-2.0\n---\n모형입니다.\n"})
    assert get(visitor, "/researcher/cited-model/datacite.json")["types"]["resourceTypeGeneral"] == "Model"
    assert "[Model]" in visitor.ask("GET", "/researcher/cited-model", headers={**HTML, "Cookie": ""}).text
    assert "@misc{" in visitor.ask("GET", "/researcher/cited-model/cite.bib").text


def test_harvesters_are_told_of_the_house_and_its_forms(visitor: Hub, told: str) -> None:
    who = oai(visitor, verb="Identify").find("o:Identify", NS)
    assert who is not None
    assert who.findtext("o:protocolVersion", "", NS) == "2.0"
    assert "@" in who.findtext("o:adminEmail", "", NS)
    forms = [each.text for each in oai(visitor, verb="ListMetadataFormats").iter(f"{{{NS['o']}}}metadataPrefix")]
    assert forms == ["oai_dc", "oai_datacite"]
    assert [each.text for each in oai(visitor, verb="ListSets").iter(f"{{{NS['o']}}}setSpec")] == ["dataset", "model"]


@pytest.mark.parametrize("prefix", ["oai_dc", "oai_datacite"])
def test_each_record_is_harvested_once_in_pages(hub: Hub, visitor: Hub, told: str, prefix: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madang.hub.describing.harvest.PAGE", 2)
    found, given, pages = list[str](), {"verb": "ListRecords", "metadataPrefix": prefix}, 0
    while True:
        root = oai(visitor, **given)
        found += [each.text or "" for each in root.iter(f"{{{NS['o']}}}identifier")]
        token = root.findtext(".//o:resumptionToken", "", NS)
        pages += 1
        if not token:
            break
        given = {"verb": "ListRecords", "resumptionToken": token}
    assert pages > 1
    assert len(found) == len(set(found))
    single = oai(visitor, verb="GetRecord", identifier=found[0], metadataPrefix=prefix)
    assert single.find(".//o:metadata", NS) is not None
    every = oai(visitor, verb="ListIdentifiers", metadataPrefix=prefix, set="dataset")
    assert every.find(".//o:metadata", NS) is None
    mine = {each.text for each in oai(hub, verb="ListIdentifiers", metadataPrefix=prefix).iter(f"{{{NS['o']}}}identifier")}
    assert mine is not None


def test_what_was_open_and_is_gone_is_told_as_deleted(hub: Hub, visitor: Hub) -> None:
    for name, private in (("gone-open", False), ("gone-private", True)):
        made = hub.create(f"researcher/{name}", private=private)
        hub.commit(made, {"README.md": name})
        hub.ask("DELETE", "/api/repos/delete", json={"name": name, "organization": "researcher", "type": "dataset"})
    whole = oai(visitor, verb="ListIdentifiers", metadataPrefix="oai_dc", **{"from": "2020-01-01", "until": "2999-12-31"})
    deleted = [each for each in whole.iter(f"{{{NS['o']}}}header") if each.get("status") == "deleted"]
    assert len(deleted) == 1


@pytest.mark.parametrize(
    ("error", "given"),
    [
        ("badVerb", {}),
        ("badVerb", {"verb": "Nothing"}),
        ("badArgument", {"verb": "Identify", "more": "1"}),
        ("badArgument", {"verb": "ListRecords"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "yesterday"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2024-01-02", "until": "2024-01-01"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "from": "2024-01-01", "until": "2024-01-01T00:00:00Z"}),
        ("badArgument", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "9999-12-31T99:00:00Z"}),
        ("badArgument", {"verb": "ListRecords", "resumptionToken": "x", "metadataPrefix": "oai_dc"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "x"}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "e30="}),
        ("badResumptionToken", {"verb": "ListRecords", "resumptionToken": "W1tbW1tbW1s="}),
        ("badResumptionToken", {"verb": "ListSets", "resumptionToken": "x"}),
        ("cannotDisseminateFormat", {"verb": "ListRecords", "metadataPrefix": "marc"}),
        ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "until": "1999-01-01"}),
        ("noRecordsMatch", {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": "nothing"}),
        ("idDoesNotExist", {"verb": "GetRecord", "metadataPrefix": "oai_dc", "identifier": "oai:localhost:8000:\0\ud7ff"}),
        ("idDoesNotExist", {"verb": "ListMetadataFormats", "identifier": "x"}),
    ],
)
def test_a_harvester_that_asks_wrongly_is_told_how(visitor: Hub, error: str, given: dict[str, str]) -> None:
    oai(visitor, error, **given)


def test_a_harvester_may_ask_in_a_form(visitor: Hub, told: str) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = visitor.ask("POST", "/oai", content="verb=Identify", headers=headers)
    assert b"<Identify>" in answer.content
    assert b"badArgument" in visitor.ask("POST", "/oai", content="verb=Identify&x=1&x=2", headers=headers).content


def test_plain_text_is_what_the_paragraphs_say() -> None:
    assert plain_text("# T\n\na **b** `c` [d](e)\nf\n\n- g\n\n<b>h</b>", most=100) == "a b c d f\n\ng\n\n<b>h</b>"
    assert len(plain_text("word " * 10_000, most=100)) == 100
    assert plain_text("", most=5) == ""
