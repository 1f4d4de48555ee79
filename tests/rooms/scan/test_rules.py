# SPDX-License-Identifier: Apache-2.0
"""The engine's own rules as texts: each yields its licence, with our parts as with ScanCode's own."""

import json
import random
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

with warnings.catch_warnings():
    # The engine's libraries warn of each other when they are imported.
    warnings.simplefilter("ignore")
    from licensedcode import index as index_module
    from licensedcode import models

    from madang.scan import alignment, detection, ranking
    from madang.scan.replacing import Parts

BENCH = Path(__file__).parents[3] / "bench" / "rules.py"
FAMILIES = ("artistic-2.0_", "boost-1.0_", "epl-1.0_", "isc_", "zlib_", "unlicense_")


@pytest.fixture(scope="module")
def index() -> Any:
    """A small index of real rules, each text once."""
    paths = [path for family in FAMILIES for path in sorted(Path(models.rules_data_dir).glob(f"{family}[0-9]*.RULE"))[:12]]
    rules = {rule.text: rule for rule in (models.Rule.from_file(rule_file=str(path)) for path in paths)}
    try:
        return index_module.LicenseIndex(list(rules.values()))
    except index_module.DuplicateRuleError as error:  # rules that only words beyond this small index tell apart
        return index_module.LicenseIndex([rule for rule in rules.values() if rule.identifier not in str(error)])


@pytest.fixture(autouse=True)
def scancode_alone() -> Iterator[None]:
    """Other tests of this process may have the engine loaded with our parts in it."""
    ours = detection._parts.are_ours
    detection._parts.use(ours=False)
    yield
    detection._parts.use(ours=ours)


def test_each_rules_text_yields_its_licence_and_a_torn_one_what_scancode_finds(index: Any) -> None:
    parts, chance = Parts([*ranking.parts(index), *alignment.parts()]), random.Random(11)
    for rule in index.rules_by_rid:
        words = rule.text.split()
        gone = chance.randrange(len(words))
        for text in (rule.text, " ".join(words[:gone] + words[gone + 1 :])):
            said = []
            for ours in (False, True):
                parts.use(ours=ours)
                matches = index.match(query_string=text, _skip_hash_match=True)
                said.append([(each.rule.identifier, each.score(), each.qspan) for each in matches])
            parts.use(ours=False)
            assert said[0] == said[1], rule.identifier
            assert text is not rule.text or rule.identifier in [each[0] for each in said[1]] or rule.is_false_positive, rule.identifier


@pytest.mark.soak
def test_every_rule_of_the_engine_is_found_by_us_as_by_scancode() -> None:
    """Some 37,500 texts, whole and with a word left out: an hour, of which ours is a few minutes."""
    done = subprocess.run([sys.executable, str(BENCH), "--all", "--json"], capture_output=True, text=True, check=False)
    result = json.loads(done.stdout)
    assert result["differing"] == []
    assert result["ours"]["whole"] == result["scancode"]["whole"]
    assert result["ours"]["whole"]["yields"] >= 0.99 * result["rules"]
