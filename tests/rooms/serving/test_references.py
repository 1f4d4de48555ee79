# SPDX-License-Identifier: Apache-2.0
"""The services that come along: what they answer, and that their cards say what is so."""

import asyncio
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import databases
import drawn
from madang import kit, serving, storage
from madang.db import Database
from madang.serving import cards
from madang.serving.publishing import REFERENCES, laid_out
from serving_calls import called

SECONDS = 240.0
TEXT = "마당은 기관이 운영하는 열린 플랫폼이다. 😀 누구나 써 볼 수 있다!\nETRI에서 새 음식을 먹었다."
# Keys of the document and of each sentence, as clients of WiseNLU read them.
DOCUMENT = ["doc_id", "DCT", "category", "category_weight", "title", "metaInfo", "paragraphInfo", "sentence", "entity"]
SENTENCE = {"id", "reserve_str", "text", "morp", "morp_eval", "WSD", "word", "NE", "NE_Link", "chunk", "dependency", "phrase_dependency",
            "SRL", "relation", "SA", "ZA"}  # fmt: skip
TTA = frozenset(
    [
        "NNG",
        "NNP",
        "NNB",
        "NP",
        "NR",
        "VV",
        "VA",
        "VX",
        "VCP",
        "VCN",
        "MMA",
        "MMD",
        "MMN",
        "MAG",
        "MAJ",
        "IC",
        "JKS",
        "JKC",
        "JKG",
        "JKO",
        "JKB",
        "JKV",
        "JKQ",
        "JX",
        "JC",
        "EP",
        "EF",
        "EC",
        "ETN",
        "ETM",
        "XPN",
        "XSN",
        "XSV",
        "XSA",
        "XR",
        "SF",
        "SP",
        "SS",
        "SE",
        "SO",
        "SW",
        "SL",
        "SH",
        "SN",
        "NA",
    ]
)


class Yard:
    """A home in which the services are kept, and a way to call them."""

    def __init__(self, database: Database, home: Path) -> None:
        self.database, self.home = database, home

    def call(self, name: str, inputs: Any, operation: str = "") -> serving.Answer:
        async def act(board: serving.Switchboard) -> Any:
            offer = board.find("madang", name)
            assert offer is not None
            return await board.call(offer, inputs, operation=operation)

        made: serving.Answer = called(self.database, self.home, act)
        return made


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    home = tmp_path_factory.mktemp("references")
    limits = serving.Limits(seconds=int(SECONDS))
    with databases.opened(home) as database:
        store = storage.Store(home / "store")
        assert len(serving.publish_references(database, store, limits=limits)) == len(REFERENCES)
        assert serving.publish_references(database, store, limits=limits) == []
        ended: list[Any] = []

        async def keep() -> None:
            end = asyncio.Event()
            ended.extend([asyncio.get_running_loop(), end])
            await serving.keeper_of(database, store, home, limits=lambda: limits).run(end)

        thread = threading.Thread(target=lambda: asyncio.run(keep()))
        thread.start()
        yield Yard(database, home)
        ended[0].call_soon_threadsafe(ended[1].set)
        thread.join()


def test_visitors_see_them_all_with_cards_in_both_languages(yard: Yard) -> None:
    with yard.database.reading() as session:
        offers = serving.offers(session, viewer=kit.anonymous())
    assert {each.name for each in offers} == {"korean-language", "language-id", "deidentify", "faces", "people", "anomaly"}
    for offer in offers:
        card: Any = offer.card
        for part in ("title", "summary", "can", "cannot", "terms"):
            assert set(card[part]) == {"ko", "en"}, (offer.name, part)
        assert card["license"]
        assert offer.inputs["properties"]


def test_a_removed_service_does_not_come_back_by_itself(tmp_path: Path) -> None:
    with databases.opened(tmp_path) as database:
        store = storage.Store(tmp_path / "store")
        prepared = serving.prepare(laid_out("deidentify", tmp_path / "deidentify"), store, limits=serving.Limits())
        with database.writing() as session:
            serving.deploy(session, prepared, namespace="madang", by=kit.SYSTEM)
        with database.writing() as session:
            serving.remove(session, *serving.get_service(session, "madang", "deidentify", viewer=kit.SYSTEM), by=kit.SYSTEM)
        assert "deidentify" not in serving.publish_references(database, store, limits=serving.Limits())


def nothing_but_text_and_numbers(value: object) -> bool:
    if isinstance(value, dict):
        return all(nothing_but_text_and_numbers(each) for each in value.values())
    if isinstance(value, list):
        return all(nothing_but_text_and_numbers(each) for each in value)
    return isinstance(value, str | int | float) and not isinstance(value, bool)


def test_korean_is_told_as_the_document_that_clients_read(yard: Yard) -> None:
    answer = yard.call("korean-language", {"text": TEXT}, "morp")
    document: Any = answer.outputs
    assert answer.units == len(TEXT)
    assert list(document) == DOCUMENT
    assert nothing_but_text_and_numbers(document)
    data = TEXT.encode()
    assert len(document["sentence"]) == 3
    for number, sentence in enumerate(document["sentence"]):
        assert (sentence["id"], set(sentence)) == (number, SENTENCE)
        assert [each["id"] for each in sentence["morp"]] == list(range(len(sentence["morp"])))
        assert {each["type"] for each in sentence["morp"]} <= TTA
        words = [data[each["position"] :].decode(errors="strict") for each in sentence["morp"]]  # each begins at a whole character
        assert all(words)
        spans = [(each["begin"], each["end"]) for each in sentence["word"]]
        assert [place for begin, end in spans for place in range(begin, end + 1)] == list(range(len(sentence["morp"])))
        assert [each["text"] for each in sentence["word"]] == sentence["text"].split()
    first, last = document["sentence"][0]["morp"], document["sentence"][2]["morp"]
    assert [(each["lemma"], each["type"], each["position"]) for each in first[:3]] == [
        ("마당", "NNG", 0),
        ("은", "JX", 6),
        ("기관", "NNG", 10),
    ]
    assert next(each["position"] for each in last if each["lemma"] == "음식") == data.index("음식".encode())


@pytest.mark.parametrize(
    ("name", "inputs", "operation", "outputs"),
    [
        ("korean-language", {"text": "아버지가방에들어가신다"}, "spacing", "아버지가 방에 들어가신다"),
        ("korean-language", {"text": ""}, "morphemes", []),
        ("korean-language", {"text": "  \n"}, "sentences", []),
        ("language-id", {"text": "12 34 …"}, "", {"language": "", "likely": []}),
        ("deidentify", {"text": "전화 010-1234-5678", "method": "generalise"}, "", {
            "text": "전화 [phone]", "replaced": [{"kind": "phone", "start": 3, "end": 10, "text": "[phone]"}]}),
        ("anomaly", {"values": [1.0] * 8}, "", {"anomalies": [], "spread": 0.0, "threshold": 5.0}),
    ],
)  # fmt: skip
def test_each_answers_what_it_is_asked(yard: Yard, name: str, inputs: Any, operation: str, outputs: Any) -> None:
    assert yard.call(name, inputs, operation).outputs == outputs


@pytest.mark.parametrize(
    ("text", "language"),
    [("오늘은 날씨가 맑습니다.", "ko"), ("The weather is fine today.", "en"), ("今日は天気がいいです。", "ja"), ("今天天气很好。", "zh"),
     ("Wie geht es Ihnen heute?", "de"), ("Il fait beau aujourd’hui.", "fr"), ("Сегодня хорошая погода.", "ru")],
)  # fmt: skip
def test_the_language_of_a_sentence_is_known(yard: Yard, text: str, language: str) -> None:
    outputs: Any = yard.call("language-id", {"text": text}).outputs
    assert outputs["language"] == language


def test_one_wild_value_among_waves_is_found_and_the_waves_are_not(yard: Yard) -> None:
    waves = [float(10 + each % 12) + (each * 7919 % 13) / 100 for each in range(240)]
    waves[100] += 6
    outputs: Any = yard.call("anomaly", {"values": waves, "period": 12}).outputs
    assert [each["index"] for each in outputs["anomalies"]] == [100]


@pytest.mark.parametrize(
    ("name", "inputs", "word"),
    [
        ("korean-language", {"text": "가" * 100_001}, "100000"),
        ("korean-language", {"text": ["가"]}, "str"),
        ("language-id", {}, "text"),
        ("deidentify", {"text": "a", "method": "burn"}, "method|enum"),
        ("deidentify", {"text": "a", "method": "pseudonym"}, "16"),
        ("deidentify", b"text", "JSON"),
        ("anomaly", {"values": [1.0] * 7}, "8"),
        ("anomaly", {"values": ["x"] * 9}, "float"),
        ("faces", {"image": ""}, "no picture"),
        ("faces", b"\x89PNG rubbish", "no picture"),
        ("people", {"image": "???"}, "base64"),
    ],
)
def test_what_they_cannot_take_is_told(yard: Yard, name: str, inputs: Any, word: str) -> None:
    with pytest.raises(serving.BadInputs, match=f"(?i){word}"):
        yard.call(name, inputs)


def told(name: str) -> list[int]:
    """The figures that a card prints: pictures, found, pictures of nobody, false alarms."""
    folder = Path(cards.__file__).parent / "reference"
    card = cards.made(__import__("tomllib").loads((folder / f"{name}.toml").read_text(encoding="utf-8")))
    figures = [int(each) for each in re.findall(r"\d+", card.measured["en"])]
    assert figures == [int(each) for each in re.findall(r"\d+", card.measured["ko"])]
    return figures


def found_in(outputs: Any) -> Any:
    return outputs["faces"] if isinstance(outputs, dict) else outputs


def box_of(each: Any) -> tuple[int, int, int, int]:
    return each["x"], each["y"], each["width"], each["height"]


@pytest.mark.parametrize(("name", "draw"), [("faces", drawn.face), ("people", drawn.person)])
def test_recall_and_false_alarms_are_as_the_card_prints_them(yard: Yard, name: str, draw: Any) -> None:
    pictures, found, empty, alarms = told(name)
    hits = extra = 0

    async def act(board: serving.Switchboard) -> None:
        nonlocal hits, extra
        offer = board.find("madang", name)
        assert offer is not None
        for seed in range(pictures):
            picture, box = draw(seed)
            boxes = found_in((await board.call(offer, drawn.png(picture), operation="detect")).outputs)
            hits += any(drawn.overlap(box_of(each), box) > 0.25 for each in boxes)
        for seed in range(empty):
            boxes = found_in((await board.call(offer, drawn.png(drawn.neither(1000 + seed)), operation="detect")).outputs)
            extra += len(boxes)

    called(yard.database, yard.home, act)
    # Another build of OpenCV may decide a border case otherwise; by more than these the card would be wrong.
    assert abs(hits - found) <= 1
    assert abs(extra - alarms) <= 3


def test_a_blurred_face_is_no_face_any_more(yard: Yard) -> None:
    picture, box = drawn.face(0)
    outputs: Any = yard.call("faces", drawn.png(picture), "blur").outputs
    assert drawn.overlap(box_of(outputs["faces"][0]), box) > 0.25
    assert yard.call("faces", outputs["image"], "detect").outputs == {"faces": []}
