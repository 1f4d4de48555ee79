# SPDX-License-Identifier: Apache-2.0
"""The card of a repository: the README, whose front matter says what the rest may rest on. The file is the truth; rows are its index.

What a user wrote is read and not believed: no object is made, an alias (of which a small file can make gigabytes) is refused, and what is
too long or too deep says so.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from madang.kit import Invalid, _

README = "README.md"
LONGEST_CARD = 1 << 20
LONGEST_MATTER = 64 << 10
DEEPEST = 20
MOST_TAGS = 200
_MATTER = re.compile(r"\A---[ \t]*\r?\n(.*?)^---[ \t]*\r?$\n?", re.DOTALL | re.MULTILINE)
_PREFIXED = ("language", "license", "task_categories", "task_ids", "size_categories", "annotations_creators", "multilinguality")
_PLAIN = ("tags", "pipeline_tag", "library_name")


class BadCard(Invalid):
    """The front matter cannot be read."""

    code = "invalid-card"
    message = _("The front matter of README.md cannot be read: %(reason)s.")


@dataclass(frozen=True, slots=True)
class Card:
    """What a README says: its front matter, the text below it, and what was wrong with the front matter ("" for nothing). ``readme`` is
    all of it, as it came: what it says of licences and of what the thing is made of is read where terms flow."""

    data: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    fault: str = ""
    readme: str = ""

    @property
    def title(self) -> str:
        """What the thing is called, if the card says so."""
        found = self.data.get("pretty_name")
        return " ".join(found.split())[:200] if isinstance(found, str) else ""

    def words_of(self, *members: str) -> list[str]:
        """What stands under these names, each word once, in the card's order."""
        return list(dict.fromkeys(word[:200] for member in members for word in _words(self.data.get(member))))

    @property
    def tags(self) -> list[str]:
        """The tags that lists are filtered by, each once, in the card's order."""
        found = [f"{name}:{value}" for name in _PREFIXED for value in _words(self.data.get(name))]
        found += [value for name in _PLAIN for value in _words(self.data.get(name))]
        found += [f"dataset:{value}" for value in _words(self.data.get("datasets"))]
        found += [f"base_model:{value}" for value in _words(self.data.get("base_model"))]
        return list(dict.fromkeys(each[:200] for each in found))[:MOST_TAGS]


def read(text: str) -> Card:
    """The card; one whose front matter cannot be read is a card without data that says what is wrong."""
    found = _MATTER.match(text)
    if not found:
        return Card(text=text, readme=text)
    try:
        return Card(parse(found[1]), text[found.end() :], readme=text)
    except BadCard as fault:
        return Card(text=text[found.end() :], fault=str(fault.values["reason"]), readme=text)


def check(content: str) -> None:
    """Refuse a README whose front matter cannot be read."""
    found = _MATTER.match(content)
    if found:
        parse(found[1])


def parse(matter: str) -> dict[str, Any]:
    """The front matter as plain JSON values; ``BadCard`` for what is no mapping, no YAML, too long, too deep, or refers to itself."""
    if len(matter) > LONGEST_MATTER:
        raise BadCard(reason=f"it is longer than {LONGEST_MATTER} characters")
    try:
        value = yaml.load(matter, Loader=_Plain)  # noqa: S506  # a SafeLoader without aliases
    except yaml.YAMLError as fault:
        mark = getattr(fault, "problem_mark", None)
        reason = getattr(fault, "problem", None) or "it is no YAML"
        raise BadCard(reason=f"{reason} (line {mark.line + 2})" if mark else str(reason)) from fault
    except (ValueError, RecursionError) as fault:
        raise BadCard(reason="a value in it cannot be read") from fault
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise BadCard(reason="it is no list of names and values")
    made: dict[str, Any] = _plain(value)
    return made


class _Plain(yaml.SafeLoader):  # type: ignore[misc]  # untyped library
    """YAML without aliases and not too deep."""

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        """A node; an alias is refused."""
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()
            raise yaml.MarkedYAMLError(problem="aliases are not read", problem_mark=event.start_mark)
        self._depth += 1
        if self._depth > DEEPEST:
            raise yaml.MarkedYAMLError(problem="it is too deep", problem_mark=self.peek_event().start_mark)
        made = super().compose_node(parent, index)
        self._depth -= 1
        return made


def _plain(value: Any) -> Any:
    """``value`` as JSON has it: names are texts, moments are written out, numbers are finite."""
    if isinstance(value, dict):
        return {str(name)[:200]: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(each) for each in value]
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, float) and not -1e308 < value < 1e308:
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 1 << 63:
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def _words(value: Any) -> list[str]:
    """A text or a list of texts, as a list."""
    found = value if isinstance(value, list) else [value]
    return [" ".join(str(each).split()) for each in found[:MOST_TAGS] if isinstance(each, str | int) and str(each).strip()]
