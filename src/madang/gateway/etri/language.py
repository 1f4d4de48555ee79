# SPDX-License-Identifier: Apache-2.0
"""``WiseNLU``: a text to the document that its clients know, as far as an engine is installed: morphemes."""

from typing import Any

from madang import serving
from madang.gateway.etri.errors import NoAnalysis, TextTooLong

MOST_CHARACTERS = 10_000
LAYERS = ("WSD", "NE", "NE_Link", "chunk", "dependency", "phrase_dependency", "SRL", "relation", "SA", "ZA")
"""Layers that nobody asked for: empty, never missing."""


def inputs_of(argument: dict[str, Any], offer: serving.Offer) -> dict[str, object]:
    """The service's inputs. ``NoAnalysis`` for every code but ``morp``: an empty layer would say that there is nothing in the text."""
    if argument["analysis_code"] != "morp":
        raise NoAnalysis(code=argument["analysis_code"][:20])
    if len(argument["text"]) > MOST_CHARACTERS:
        raise TextTooLong(limit=MOST_CHARACTERS)
    return {offer.counts or "text": argument["text"]}


def returned(argument: dict[str, Any], answer: serving.Answer) -> dict[str, Any]:
    """The document, with positions as bytes of UTF-8 in the whole text."""
    outputs: Any = answer.outputs
    text: str = argument["text"]
    positions = _Positions(text)
    sentences = [_sentence(number, each, text, positions) for number, each in enumerate(outputs["sentences"])]
    return {
        "doc_id": "", "DCT": "", "category": "", "category_weight": 0, "title": {"text": "", "NE": ""}, "metaInfo": {}, "paragraphInfo": [],
        "sentence": sentences, "entity": [],
    }  # fmt: skip


class _Positions:
    """From places in the text to bytes of UTF-8, asked in rising order."""

    def __init__(self, text: str) -> None:
        self.text, self.place, self.bytes = text, 0, 0

    def __call__(self, place: int) -> int:
        if place < self.place:
            return len(self.text[:place].encode("utf-8", "surrogatepass"))
        self.bytes += len(self.text[self.place : place].encode("utf-8", "surrogatepass"))
        self.place = place
        return self.bytes


def _sentence(number: int, given: Any, text: str, positions: _Positions) -> dict[str, Any]:
    start, end = int(given["start"]), int(given["end"])
    morphemes = [
        {
            "id": place,
            "lemma": each["form"],
            "type": each["tag"],
            "position": positions(int(each["start"])),
            "weight": each.get("weight", 0),
        }
        for place, each in enumerate(given["morphemes"])
    ]
    words = _words(text, start, end, [int(each["start"]) for each in given["morphemes"]])
    evaluated = [_evaluated(word, morphemes) for word in words]
    made = {"id": number, "reserve_str": "", "text": text[start:end], "morp": morphemes, "morp_eval": evaluated, "word": words}
    return made | {layer: [] for layer in LAYERS}


def _morpheme(place: int, given: Any, positions: _Positions) -> dict[str, Any]:
    at = positions(int(given["start"]))
    return {"id": place, "lemma": given["form"], "type": given["tag"], "position": at, "weight": given.get("weight", 0)}


def _words(text: str, start: int, end: int, places: list[int]) -> list[dict[str, Any]]:
    """The words between blanks, each with its first and last morpheme."""
    words: list[dict[str, Any]] = []
    morpheme, place = 0, start
    while place < end:
        if text[place].isspace():
            place += 1
            continue
        stop = place
        while stop < end and not text[stop].isspace():
            stop += 1
        first = morpheme
        while morpheme < len(places) and places[morpheme] < stop:
            morpheme += 1
        if morpheme > first:
            words.append({"id": len(words), "text": text[place:stop], "type": "", "begin": first, "end": morpheme - 1})
        place = stop
    return words


def _evaluated(word: dict[str, Any], morphemes: list[dict[str, Any]]) -> dict[str, Any]:
    own = morphemes[word["begin"] : word["end"] + 1]
    result = "+".join(f"{each['lemma']}/{each['type']}" for each in own)
    return {
        "id": word["id"], "result": result, "target": word["text"], "word_id": word["id"], "m_begin": word["begin"], "m_end": word["end"],
    }  # fmt: skip
