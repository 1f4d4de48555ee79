# SPDX-License-Identifier: Apache-2.0
"""What the card of a model or a data set says of itself: the words at the head of its README. Pure.

A card never says that it names all, and a model is made of what it was trained on: so a model is complete only where a person says so.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from madang import licensing
from madang.provenance.making import DATASET, MODEL, Made, Part, floating
from madang.provenance.rules import is_purl

README = "README.md"
LARGEST = 1_000_000
HEAD = re.compile(r"\ufeff?---[ \t]*\r?\n(.{0,65536}?)\r?\n---[ \t]*(?:\r?\n|$)", re.DOTALL)
KINDS = {"model": MODEL, "dataset": DATASET}
"""Kinds of assets that have cards, and what they are."""
MOST_NAMES = 500
RELATIONS = {"finetune": "fine-tuned-from", "adapter": "fine-tuned-from", "quantized": "modifies", "merge": "merged-from"}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?")
OPEN = ("other", "unknown")
KOGL = re.compile(r"kogl[- ]?(?:type[- ]?)?([0-4])(?:[- ]?(ai))?", re.IGNORECASE)
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Words = Mapping[str, list[str]]


def made_of(text: str | None, kind: str) -> Made:
    """What the README ``text`` of an asset of that kind says. Where it cannot be read it says nothing, and the version is not complete."""
    if kind not in KINDS:
        return Made()
    head = HEAD.match(text or "")
    if head is None:
        return Made(is_complete=kind != "model" and not (text or "").startswith("---"))
    try:
        words = _words(head[1])
    except (yaml.YAMLError, ValueError):
        return Made(is_complete=False)
    parts, is_clear = _model(words) if kind == "model" else _dataset(words)
    return Made(tuple(parts), is_clear and kind != "model", licence_of(words))


def licence_of(words: Words) -> str | None:
    """The licence that a card names, as an SPDX expression; NOASSERTION where it names one that nobody knows. Several hold together."""
    named = words.get("license", [])[:20]
    told = [_licence(each, words) for each in named]
    return licensing.combine(told) if len(told) > 1 and "NOASSERTION" not in told else told[0] if len(told) == 1 else _nobody(named)


def _nobody(named: list[str]) -> str | None:
    return "NOASSERTION" if named else None


def _licence(word: str, words: Words) -> str:
    """``other`` is told by its name, where that is known."""
    names = words.get("license_name", [])[:1] if word.lower() in OPEN else [word]
    for each in (form for name in names for form in (name, f"LicenseRef-{name}", _korean(name))):
        try:
            found = licensing.normalise(each[:400])
        except licensing.InvalidExpression:
            continue
        if all(licensing.is_known(key) for key in licensing.keys(found)):
            return found
    return "NOASSERTION"


def _korean(name: str) -> str:
    """The licence for public works that is named as people write it, by its type."""
    told = KOGL.fullmatch(name)
    return f"LicenseRef-KOGL-{told[1]}{'-AI' if told[2] else ''}" if told else ""


def _model(words: Words) -> tuple[list[Part], bool]:
    bases, named = words.get("base_model", []), "".join(words.get("base_model_relation", [])[:1]).lower()
    kind = RELATIONS.get(named, "merged-from" if len(bases) > 1 else "fine-tuned-from")
    parts = [_part(name, kind, MODEL) for name in bases]
    parts += [_part(name, "trained-on", DATASET) for name in words.get("datasets", [])]
    return parts, False


def _dataset(words: Words) -> tuple[list[Part], bool]:
    """``original`` is of its makers; ``extended|name`` was made of that one; anything else is a source that the card does not name."""
    found, is_clear = [], True
    for source in words.get("source_datasets", []):
        sort, _bar, name = source.partition("|")
        if sort == "extended" and NAME.fullmatch(name) and name != "other":
            found.append(_part(name, "modifies", DATASET))
        elif sort != "original":
            is_clear = False
    return found, is_clear


def _part(name: str, kind: str, type_: str) -> Part:
    """A model or a data set by the name that it has on a hub; it may stand in the yard under the same."""
    apart = kind == "trained-on"
    if is_purl(name):
        return Part(name, kind, type=type_, pinned=not floating(name), apart=apart)
    if not NAME.fullmatch(name):
        ref = f"card:{name[:200]}" if name.isprintable() else ""
        return Part("", kind, is_inside=True, ref=ref, type=type_, is_whole=False, apart=apart)
    folder = "datasets/" if type_ == DATASET else ""
    asset = f"{type_}/{name}" if "/" in name else ""
    return Part(f"pkg:huggingface/{folder}{name}", kind, type=type_, pinned=False, asset=asset, apart=apart)


def _words(text: str) -> Words:
    """The top of the head: each name with its text, or the texts of its list. What lies deeper is passed over, and nothing is built."""
    found: dict[str, list[str]] = {}
    name, depth, is_list = "", 0, False
    for event in _events(text):
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
            is_list = depth == 2 and isinstance(event, yaml.SequenceStartEvent)
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
            name = name if depth > 1 else ""
        elif depth == 1 and isinstance(event, yaml.ScalarEvent):
            name = _told(found, name, str(event.value)) if name else str(event.value)
        elif depth == 2 and is_list and name and isinstance(event, yaml.ScalarEvent):
            _told(found, name, str(event.value))
        elif depth == 1 and isinstance(event, yaml.AliasEvent):
            name = ""
    return found


def _told(found: dict[str, list[str]], name: str, value: str) -> str:
    values = found.setdefault(name, [])
    if value.strip() and len(values) < MOST_NAMES:
        values.append(value.strip())
    return ""


def _events(text: str) -> Iterator[Any]:
    return iter(yaml.parse(text, Loader=_Loader))
