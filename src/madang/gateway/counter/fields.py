# SPDX-License-Identifier: Apache-2.0
"""The form of a service, made from what it says that it takes, and what is typed into it made into inputs again."""

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from madang import kit
from madang.kit import _

LONGEST = 200_000
SHORT = 80


class WrongField(kit.Invalid):
    """What was typed is not what the service takes there."""

    code = "wrong-field"
    message = _("“%(name)s” cannot be read as %(kind)s.")


@dataclass(frozen=True, slots=True)
class Field:
    """One input. ``kind``: text, line, number, choice, tick, file, sound or json. ``value`` is what stands in it."""

    name: str
    label: str
    kind: str
    value: str = ""
    choices: tuple[str, ...] = ()
    is_needed: bool = False
    note: str = ""


def fields_of(schema: Mapping[str, Any], example: Mapping[str, Any], typed: Mapping[str, str]) -> tuple[Field, ...]:
    """The fields of an object's schema (JSON Schema), those that are needed first; each with what was typed, else with the example."""
    needed = set(schema.get("required", ()))
    made = [_field(name, part, example, typed, name in needed) for name, part in schema.get("properties", {}).items()]
    if not made:
        made = [Field("", "JSON", "json", typed.get("", _json(example)), is_needed=True)]
    return tuple(sorted(made, key=lambda field: not field.is_needed))


def _field(name: str, part: Mapping[str, Any], example: Mapping[str, Any], typed: Mapping[str, str], is_needed: bool) -> Field:
    kind, choices = _kind(part), tuple(str(each) for each in part.get("enum", ()))
    given = example.get(name, part.get("default"))
    value = typed[name] if name in typed else "" if given is None or kind in ("file", "sound") else _said(given)
    if kind == "line" and len(value) > SHORT:
        kind = "text"
    return Field(name, str(part.get("title") or name), kind, value, choices, is_needed, str(part.get("description") or ""))


def _kind(part: Mapping[str, Any]) -> str:
    kind = part.get("type")
    media = str(part.get("contentMediaType", ""))
    if media.startswith("audio/"):
        return "sound"
    if media.startswith(("image/", "video/", "application/octet-stream")) or part.get("format") == "binary" or "contentEncoding" in part:
        return "file"
    if part.get("enum"):
        return "choice"
    if kind == "string":
        return "text" if part.get("maxLength", LONGEST) > SHORT else "line"
    return {"integer": "number", "number": "number", "boolean": "tick"}.get(str(kind), "json")


def _said(value: object) -> str:
    return value if isinstance(value, str) else _json(value)


def _json(value: object) -> str:
    if isinstance(value, list) and all(isinstance(each, int | float) for each in value):
        return ", ".join(str(each) for each in value)
    return json.dumps(value, ensure_ascii=False, indent=1 if isinstance(value, Mapping | list) else None)


def inputs_of(schema: Mapping[str, Any], typed: Mapping[str, str], file: BinaryIO | None) -> dict[str, object]:
    """What the service is given: only what was filled in, each in the type that the schema asks for; ``WrongField`` where it is not."""
    parts: Mapping[str, Mapping[str, Any]] = schema.get("properties", {})
    if not parts:
        value = _read("", "json", {"type": "object"}, typed.get("", ""))
        if not isinstance(value, dict):
            raise WrongField(name="JSON", kind=_("an object"), field="")
        return value
    return dict(_filled(parts, typed, file))


def _filled(parts: Mapping[str, Mapping[str, Any]], typed: Mapping[str, str], file: BinaryIO | None) -> Iterator[tuple[str, object]]:
    for name, part in parts.items():
        kind = _kind(part)
        if kind in ("file", "sound"):
            if file is not None:
                content = file.read()
                yield name, base64.b64encode(content).decode() if part.get("contentEncoding") == "base64" else content
                file = None
        elif kind == "tick":
            yield name, bool(typed.get(name))
        elif typed.get(name, "").strip():
            yield name, _read(name, kind, part, typed[name].replace("\r\n", "\n"))


def _read(name: str, kind: str, part: Mapping[str, Any], text: str) -> object:
    try:
        if kind == "number":
            return int(text) if part.get("type") == "integer" else float(text)
        if kind == "json":
            bare = text.strip()
            return json.loads(f"[{bare}]" if part.get("type") == "array" and not bare.startswith("[") else bare)
    except (ValueError, RecursionError) as fault:
        words = _("a number") if kind == "number" else _("JSON")
        raise WrongField(name=name or "JSON", kind=words, field=name) from fault
    return text
