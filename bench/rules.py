# SPDX-License-Identifier: Apache-2.0
"""ScanCode's own rules as texts: does each rule's text yield its licence, for us and for ScanCode?

    bench/rules.py [--json] [--sample N | --all] [--seed N]

Each of the engine's rules and licence texts (some 37,500) is matched as a text, without the shortcut by which a whole text is known by its
digest, once by our parts on our index and once by ScanCode's code alone. Told is the share of rules of which the match is the rule itself
and nothing else ("exact", ScanCode's own test), and of which the licence expressions that are found are the rule's ("yields"; a rule that
marks a false positive yields nothing). The same with a word in the middle of the text left out, so that the approximate stage has to
answer. Every rule on which the two differ is named. Takes 3 GB of memory.
"""

import argparse
import json
import random
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from licensedcode import cache as theirs

from madang.scan import detection

Said = tuple[tuple[str, str, float, int, int], ...]


def _without_a_word(text: str) -> str:
    lines = text.split("\n")
    at = max(range(len(lines)), key=lambda number: (len(lines[number].split()), -abs(number - len(lines) // 2)))
    words = lines[at].split(" ")
    lines[at] = " ".join(words[: len(words) // 2] + words[len(words) // 2 + 1 :])
    return "\n".join(lines)


FORMS: Mapping[str, Callable[[str], str]] = {"whole": str, "a word left out": _without_a_word}


def found(index: Any, text: str) -> Said:
    """The matches in a text: rule, expression, score and lines."""
    matches = index.match(query_string=text, _skip_hash_match=True)
    return tuple((each.rule.identifier, each.rule.license_expression, each.score(), each.start_line, each.end_line) for each in matches)


def all_found(texts: Mapping[str, str]) -> tuple[dict[tuple[str, str], Said], float]:
    """What each form of each text holds, with the parts that run now, and the CPU seconds that it took."""
    index, began = theirs.get_index(), time.process_time()
    said = {(name, form): found(index, change(text)) for name, text in texts.items() for form, change in FORMS.items()}
    return said, time.process_time() - began


def judged(rules: Sequence[Mapping[str, Any]], said: Mapping[tuple[str, str], Said], form: str) -> dict[str, int]:
    """How many rules are found exactly, and of how many the expression is found."""
    exact = yields = 0
    for rule in rules:
        matches = said[rule["name"], form]
        if rule["is_false_positive"]:
            exact += not matches
            yields += not matches
            continue
        exact += [match[0] for match in matches] == [rule["name"]]
        yields += bool(matches) and {match[1] for match in matches} == {rule["expression"]}
    return {"exact": exact, "yields": yields}


def compare(count: int | None, seed: int) -> dict[str, Any]:
    """Both on the same rules."""
    index = theirs.get_index()
    rules = [
        {"name": rule.identifier, "text": rule.text, "expression": rule.license_expression, "is_false_positive": rule.is_false_positive}
        for rule in index.rules_by_rid
    ]
    rules.sort(key=lambda rule: str(rule["name"]))
    chosen = rules if count is None else random.Random(seed).sample(rules, k=min(count, len(rules)))
    texts = {str(rule["name"]): str(rule["text"]) for rule in chosen}
    alone, alone_cpu = all_found(texts)
    with tempfile.TemporaryDirectory() as folder:
        detection.load(Path(folder))
        ours, ours_cpu = all_found(texts)
    differing = [
        {"rule": name, "form": form, "scancode": alone[name, form], "ours": said}
        for (name, form), said in ours.items()
        if said != alone[name, form]
    ]
    return {
        "rules": len(chosen),
        "of": len(rules),
        "scancode": {form: judged(chosen, alone, form) for form in FORMS} | {"cpu_seconds": round(alone_cpu, 1)},
        "ours": {form: judged(chosen, ours, form) for form in FORMS} | {"cpu_seconds": round(ours_cpu, 1)},
        "differing": differing,
    }


def told(result: Mapping[str, Any]) -> str:
    """The result in words."""
    lines = [f"{result['rules']} of {result['of']} rules and licence texts, each as a text"]
    for form in FORMS:
        for who in ("scancode", "ours"):
            shares = {name: f"{count} ({100 * count / result['rules']:.2f} %)" for name, count in result[who][form].items()}
            lines.append(f"  {form:<16} {who:<9} exact {shares['exact']}, yields its licence {shares['yields']}")
    lines.append(f"  CPU s: ScanCode {result['scancode']['cpu_seconds']}, ours {result['ours']['cpu_seconds']}")
    lines.append(f"  texts on which the two differ: {len(result['differing'])} of {2 * result['rules']}")
    lines += [
        f"    {each['rule']} ({each['form']})\n      ScanCode {each['scancode']}\n      ours     {each['ours']}"
        for each in result["differing"]
    ]
    return "\n".join(lines)


def main() -> int:
    """Print the comparison; 1 when the two differ anywhere."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--sample", type=int, default=500, metavar="N", help="so many rules, drawn by chance (default 500)")
    parser.add_argument("--all", action="store_true", help="all rules")
    parser.add_argument("--seed", type=int, default=7, help="of the drawing (default 7)")
    arguments = parser.parse_args()
    result = compare(None if arguments.all else arguments.sample, arguments.seed)
    print(json.dumps(result, indent=1) if arguments.json else told(result))
    return int(bool(result["differing"]))


if __name__ == "__main__":
    sys.exit(main())
