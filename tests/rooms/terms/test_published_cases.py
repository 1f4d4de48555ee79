# SPDX-License-Identifier: Apache-2.0
"""What makers and users of real models and data sets publicly asked and answered about their licences, in own words; none was tuned to.

Where the answer in public was that training leaves a model free, our permissive reading must say yes and the strict one no; where it was
that the terms of the data bind the model, the strict reading must say so.
"""

from typing import Any

import pytest

from madang import terms
from madang.terms import Edge, Goal, Node

NO, YES = ("no", "no"), ("yes", "yes")
SPLIT = ("no", "yes")
TYPES = {"m": "model", "d": "dataset", "s": "software", "a": "service"}
CLOSED = "LicenseRef-proprietary-terms"


def readings(nodes: str, edges: str, node: str, goal: str, licence: str | None = None) -> tuple[str, str]:
    """``nodes`` as ``name:type licence``, ``edges`` as ``source kind target``, each list with semicolons between."""
    made = [Node(one.partition(":")[0], TYPES[one.partition(":")[2][0]], one.partition(" ")[2] or None) for one in nodes.split(";")]
    ways = [Edge(source, target, kind) for source, kind, target in (one.split() for one in edges.split(";"))]
    found = terms.decide(terms.make_graph(made, ways), node, Goal(goal, licence), mends=False).readings
    return found["strict"], found["permissive"]


MERGE = "base:m Apache-2.0;starling:m CC-BY-NC-4.0;other:m MIT;merge:m Apache-2.0"
ZEPHYR = "base:m Apache-2.0;chat:d {chat};feedback:d MIT;zephyr:m MIT"
TUNED = "base fine-tuned-from zephyr;chat trained-on zephyr;feedback trained-on zephyr"


@pytest.mark.parametrize(
    ("nodes", "edges", "node", "goal", "licence", "expected"),
    [
        # Mistral-7B-Merge-14-v0.2, discussion 1: of fourteen models one is CC-BY-NC, and the merge cannot be used for profit …
        (MERGE, "base merged-from merge;starling merged-from merge;other merged-from merge", "merge", "sell", None, NO),
        # … and after it was merged anew without that one, it can.
        (MERGE, "base merged-from merge;other merged-from merge", "merge", "sell", None, YES),
        # zephyr-7b-alpha, discussion 1: not for profit, because the data set UltraChat was so …
        (ZEPHYR.format(chat="CC-BY-NC-4.0"), TUNED, "zephyr", "open", "MIT", SPLIT),
        # … until its owners put it under the MIT licence, and the model followed.
        (ZEPHYR.format(chat="MIT"), TUNED, "zephyr", "open", "MIT", YES),
        # finegrain-box-segmenter, discussion 1: the data are CC-BY-NC, the makers hold that the model is not bound by that; to train anew
        # on the data for profit is another thing.
        ("boxes:d CC-BY-NC-4.0;segmenter:m MIT", "boxes trained-on segmenter", "segmenter", "sell", None, SPLIT),
        # UD_Japanese-GSD, issue 14: the curators hold the same of models trained on a CC-BY-NC-SA treebank.
        ("bank:d CC-BY-NC-SA-3.0;parser:m MIT", "bank trained-on parser", "parser", "open", "MIT", SPLIT),
        # llm-japanese-dataset, issue 73: a collection adapted from Wikipedia (CC-BY-SA) and Alpaca (CC-BY-NC) cannot be CC-BY-SA; Alpaca
        # was dropped.
        ("wiki:d CC-BY-SA-3.0;alpaca:d CC-BY-NC-4.0;all:d -", "wiki modifies all;alpaca modifies all", "all", "open", "CC-BY-SA-4.0", NO),
        ("wiki:d CC-BY-SA-3.0;all:d CC-BY-SA-4.0", "wiki modifies all", "all", "open", "CC-BY-SA-4.0", YES),
        # gpt4all, issue 1308: a quantized copy of orca_mini (CC-BY-NC-SA) was offered under the MIT licence, and the list was corrected.
        ("orca:m CC-BY-NC-SA-4.0;small:m MIT", "orca modifies small", "small", "open", "MIT", NO),
        ("orca:m CC-BY-NC-SA-4.0;small:m MIT", "orca modifies small", "small", "sell", None, NO),
        # OmniVoice, issue 211: the code is Apache-2.0 and may be sold, the weights are CC-BY-NC for the data (Emilia) and may not.
        ("code:s Apache-2.0;emilia:d CC-BY-NC-4.0;weights:m CC-BY-NC-4.0", "emilia trained-on weights", "weights", "sell", None, NO),
        ("code:s Apache-2.0;emilia:d CC-BY-NC-4.0;weights:m CC-BY-NC-4.0", "code built-with weights", "code", "sell", None, YES),
        # Llama-DNA-1.0-8B-Instruct, discussion 1: a tune of Llama 3.1 was put under CC-BY-NC; the licence of the base allows no other.
        ("llama:m llama3.1;dna:m CC-BY-NC-4.0", "llama fine-tuned-from dna", "dna", "open", "CC-BY-NC-4.0", NO),
        # ossbench, a list of cases with the answers that were expected: openness.
        ("data:d CC-BY-SA-4.0;derived:d LicenseRef-proprietary-terms", "data modifies derived", "derived", "pass-on", None, NO),
        ("base:m Apache-2.0;tune:m Apache-2.0", "base fine-tuned-from tune", "tune", "sell", None, YES),
        ("model:m MIT;product:s LicenseRef-proprietary-terms", "model contains product", "product", "sell", None, YES),
        ("model:m LicenseRef-Qwen-Research;product:s LicenseRef-proprietary-terms", "model contains product", "product", "sell", None, NO),
    ],
)  # fmt: skip
def test_what_was_answered_in_public_comes_out(
    nodes: str, edges: str, node: str, goal: str, licence: str | None, expected: tuple[str, str]
) -> None:
    assert readings(nodes.replace(" -", ""), edges, node, goal, licence) == expected


def test_a_changed_network_server_is_served_only_with_an_offer_of_its_source() -> None:
    """ossbench again: AGPL-3.0 offered as a hosted service with private changes is restricted; what restricts it is the duty."""
    made = terms.make_graph(
        [Node("server", "software", "AGPL-3.0-only"), Node("api", "service", CLOSED)], [Edge("server", "api", "served-as", modified=True)]
    )
    found = terms.decide(made, "api", Goal("serve"))
    duties: Any = found.document()["duties"]
    assert any(row["duty"].startswith("network-source-offer") for row in duties)


def test_data_out_of_a_closed_service_is_never_simply_free() -> None:
    """stanford_alpaca, issues 132 and 262, and flan-alpaca, issue 3: whether the provider's terms reach a model that others train on what
    the service put out is open. It is never yes in either reading."""
    nodes, ways = f"gpt:a {CLOSED};alpaca:d MIT;model:m MIT", "gpt output-of alpaca;alpaca trained-on model"
    assert "yes" not in readings(nodes, ways, "model", "sell")
