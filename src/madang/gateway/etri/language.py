# SPDX-License-Identifier: Apache-2.0
"""``WiseNLU``: a text to the document that its clients know. The service has an operation for each analysis that it makes."""

from typing import Any

from madang import serving
from madang.gateway.etri.errors import NoAnalysis, TextTooLong

MOST_CHARACTERS = 10_000
KEYS = ("doc_id", "DCT", "category", "category_weight", "title", "metaInfo", "paragraphInfo", "sentence", "entity")
CODES = frozenset({"morp", "wsd", "wsd_poly", "ner", "dparse", "srl"})
FINER = {"MMA": "MM", "MMD": "MM", "MMN": "MM"}
"""Tags that the standard parts further than its clients know: one that a client does not know breaks it."""


def inputs_of(argument: dict[str, Any], offer: serving.Offer) -> dict[str, object]:
    """The service's inputs. ``NoAnalysis`` for a code that it does not answer: an empty layer would say that nothing is in the text."""
    code = argument["analysis_code"]
    if code not in CODES or code not in offer.operations:
        known = ", ".join(sorted(CODES.intersection(offer.operations)))
        raise NoAnalysis(code=code[:20], known=known or "-")
    if len(argument["text"]) > MOST_CHARACTERS:
        raise TextTooLong(limit=MOST_CHARACTERS)
    return {offer.counts or "text": argument["text"]}


def returned(argument: dict[str, Any], answer: serving.Answer) -> dict[str, Any]:  # noqa: ARG001  # every adapter's signature
    """The document, with the known keys only and tags that clients know."""
    outputs: Any = answer.outputs
    for sentence in outputs["sentence"]:
        for each in sentence["morp"]:
            each["type"] = FINER.get(each["type"], each["type"])
        for each in sentence.get("morp_eval", ()):
            each["result"] = "+".join(_plain(part) for part in each["result"].split("+"))
    return {key: outputs[key] for key in KEYS}


def _plain(part: str) -> str:
    lemma, slash, tag = part.rpartition("/")
    return f"{lemma}{slash}{FINER.get(tag, tag)}"
