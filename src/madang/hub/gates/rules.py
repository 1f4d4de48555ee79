# SPDX-License-Identifier: Apache-2.0
"""What a gate may ask, and what answers it. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from madang.hub.gates.errors import AnswerMissing, BadGate, EndsBefore, ReasonMissing
from madang.kit import marked

MODES = ("open", "auto", "manual")
KINDS = ("text", "checkbox")
MOST_FIELDS, LONGEST_NAME, LONGEST_ANSWER, LONGEST_TEXT = 20, 100, 2000, 50_000
PURPOSE = marked("What do you need it for")


@dataclass(frozen=True, slots=True)
class Field:
    """Something that is asked besides the purpose: a ``text``, or a ``checkbox`` that must be ticked."""

    name: str
    kind: str = "text"


def check_mode(mode: str) -> str:
    """Hand back ``mode`` if files can be given so."""
    if mode not in MODES:
        raise BadGate(field="mode", reason=f"“{mode[:40]}” is none of {', '.join(MODES)}")
    return mode


def clean(text: str, *, field: str, limit: int) -> str:
    """``text`` without what no text has; ``BadGate`` when it is longer than ``limit``."""
    made = "".join(c for c in text.replace("\r\n", "\n") if c in "\n\t" or (ord(c) >= 32 and not 0xD7FF < ord(c) < 0xE000)).strip()
    if len(made) > limit:
        raise BadGate(field=field, reason=f"it is longer than {limit} letters")
    return made


def fields_of(given: Sequence[Any]) -> list[dict[str, str]]:
    """What is asked, as rows keep it; each name once. ``BadGate`` for what cannot be asked."""
    made: dict[str, dict[str, str]] = {}
    for each in given:
        name, kind = (each.get("name"), each.get("kind", "text")) if isinstance(each, Mapping) else (each, "text")
        if not isinstance(name, str) or not isinstance(kind, str) or kind not in KINDS:
            raise BadGate(field="fields", reason=f"a field has a name and one of the kinds {', '.join(KINDS)}")
        line = " ".join(clean(name, field="fields", limit=LONGEST_NAME).split())
        if line:
            made[line] = {"name": line, "kind": kind}
    if len(made) > MOST_FIELDS:
        raise BadGate(field="fields", reason=f"these are more than {MOST_FIELDS} fields")
    return list(made.values())


def asked_by_card(data: Mapping[str, Any]) -> tuple[str, list[dict[str, str]]]:
    """The conditions and the fields that a card's front matter names (``extra_gated_prompt``, ``extra_gated_fields``); what cannot be asked
    is left out."""
    prompt, fields = data.get("extra_gated_prompt"), data.get("extra_gated_fields")
    text = clean(prompt[:LONGEST_TEXT], field="text", limit=LONGEST_TEXT) if isinstance(prompt, str) else ""
    names = list(fields.items())[:MOST_FIELDS] if isinstance(fields, Mapping) else []
    return text, fields_of([{"name": name[:LONGEST_NAME], "kind": "checkbox" if kind == "checkbox" else "text"} for name, kind in names])


def answers_to(fields: Sequence[Mapping[str, str]], given: Mapping[str, Any]) -> dict[str, Any]:
    """An answer to each field; ``AnswerMissing`` for one without. What was not asked is not kept."""
    made: dict[str, Any] = {}
    for field in fields:
        value = given.get(field["name"])
        if field["kind"] == "checkbox":
            if value is not True:
                raise AnswerMissing(field=field["name"], asked=field["name"], limit=LONGEST_ANSWER)
            made[field["name"]] = True
        else:
            made[field["name"]] = answer(value, asked=field["name"])
    return made


def answer(value: Any, *, asked: str, field: str = "") -> str:
    """The answer to what is ``asked``; ``AnswerMissing`` where it is none, empty or too long."""
    text = value.replace("\0", "").strip() if isinstance(value, str) else ""
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise AnswerMissing(field=field or asked, asked=asked, limit=LONGEST_ANSWER)
    return text.encode("utf-8", "replace").decode()


def check_reason(reason: str) -> str:
    """Why somebody gets no access; ``ReasonMissing`` where nothing is said."""
    text = reason.replace("\0", "").strip()
    if not 0 < len(text) <= LONGEST_ANSWER:
        raise ReasonMissing(field="reason", limit=LONGEST_ANSWER)
    return text.encode("utf-8", "replace").decode()


def check_end(ends_at: datetime | None, *, now: datetime) -> datetime | None:
    """Hand back the time at which access ends if it is to come; None for never."""
    if ends_at is not None and ends_at <= now:
        raise EndsBefore(field="ends_at")
    return ends_at


def holds(state: str, ends_at: datetime | None, text_number: int, *, least: int, now: datetime) -> bool:
    """Whether files are given on this request."""
    return state == "accepted" and (ends_at is None or ends_at > now) and text_number >= least
