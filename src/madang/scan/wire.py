# SPDX-License-Identifier: Apache-2.0
"""Frozen dataclasses to JSON values and back, by their own type hints."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from functools import cache
from typing import Any, Self, Union, get_args, get_origin, get_type_hints


class Wired:
    """A dataclass that can be written as JSON and read back to an equal value."""

    __slots__ = ()

    def to_json(self) -> dict[str, Any]:
        """Plain dictionaries, lists, strings and numbers; what equals its default is left out."""
        value = plain(self)
        assert isinstance(value, dict)
        return value

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Self:
        """The value that ``to_json`` wrote. ``KeyError``, ``TypeError`` or ``ValueError`` when it is of another shape."""
        made = built(cls, value)
        assert isinstance(made, cls)
        return made


def plain(value: Any, *, without: str = "") -> Any:
    """``value`` with every dataclass in it turned to a dictionary and every tuple to a list; fields at their default are left out, and
    of ``value`` itself the field that it shall be ``without``."""
    if type(value) in _PLAIN:
        return value
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: item if type(item) in _PLAIN else plain(item)
            for name, _hint, default in _shape(type(value))
            if name != without and ((item := getattr(value, name)) != default or default is MISSING)
        }
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(item) for item in value]
    return value


_PLAIN = frozenset({str, int, float, bool, type(None)})


@cache
def _shape(cls: type) -> tuple[tuple[str, Any, Any], ...]:
    hints = get_type_hints(cls)
    return tuple((each.name, hints[each.name], _default(each)) for each in fields(cls))


def _default(each: Field[Any]) -> Any:
    return each.default if each.default_factory is MISSING else each.default_factory()


def built(hint: Any, value: Any) -> Any:
    """The value of the type ``hint`` that ``plain`` wrote. ``KeyError``, ``TypeError`` or ``ValueError`` when it is of another shape."""
    if is_dataclass(hint) and isinstance(hint, type):
        if not isinstance(value, Mapping):
            raise TypeError(f"{hint.__name__} is not written as {type(value).__name__}")
        return hint(**{name: built(kind, value[name]) for name, kind, default in _shape(hint) if name in value or default is MISSING})
    origin = get_origin(hint)
    if origin is tuple:
        if not isinstance(value, (list, tuple)):
            raise TypeError(f"a list is not written as {type(value).__name__}")
        return tuple(built(get_args(hint)[0], item) for item in value)
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise TypeError(f"an object is not written as {type(value).__name__}")
        return {key: built(get_args(hint)[1], item) for key, item in value.items()}
    if origin in (Union, types.UnionType):
        return None if value is None else built(next(kind for kind in get_args(hint) if kind is not types.NoneType), value)
    if hint is float and isinstance(value, int):
        return float(value)
    if hint is not Any and isinstance(hint, type) and not isinstance(value, hint):
        raise TypeError(f"{hint.__name__} is not written as {type(value).__name__}")
    return value
