# SPDX-License-Identifier: Apache-2.0
"""The one place that touches the library ``license-expression``: its grammar and its index, as plain values."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import license_expression

from madang.kit import _

MAX_LENGTH = 20_000
MAX_DEPTH = 40
TOO_LONG = _("“%(text)s…” is too long for a licence expression. Name the parts apart.")
TOO_DEEP = _("“%(text)s…” has brackets that nest too deep for a licence expression. Write it flatter.")
UNFIT = _("“%(text)s” cannot be read as a licence expression. Write SPDX ids joined with AND, OR and WITH.")
_grammar = license_expression.Licensing()


class Unreadable(Exception):
    """The grammar refuses the text; the message says why, with a place for the ``text``."""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A licence as written, with the exception that WITH joined to it."""

    key: str
    exception: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by AND (``all_of``) or OR."""

    all_of: bool
    parts: tuple["Symbol | Joined", ...]


Parsed = Symbol | Joined


def parse(text: str) -> Parsed | None:
    """The tree of ``text`` as written, None when it is blank; ``Unreadable`` when it is no expression."""
    if len(text) > MAX_LENGTH:
        raise Unreadable(TOO_LONG)
    if _depth(text) > MAX_DEPTH:
        raise Unreadable(TOO_DEEP)
    try:
        tree = _grammar.parse(text, simple=True)
    except license_expression.ExpressionError as error:
        raise Unreadable(UNFIT) from error
    return None if tree is None else _plain(tree)


def index() -> list[dict[str, Any]]:
    """The rows of the library's licence index: SPDX key, other keys, category, whether it is an exception."""
    rows: list[dict[str, Any]] = json.loads(Path(license_expression.vendored_scancode_licensedb_index_location).read_bytes())
    return rows


def _depth(text: str) -> int:
    deepest = depth = 0
    for letter in text:
        if letter == "(":
            depth += 1
            deepest = max(deepest, depth)
        elif letter == ")":
            depth -= 1
    return deepest


def _plain(tree: Any) -> Parsed:
    if isinstance(tree, license_expression.LicenseWithExceptionSymbol):
        return Symbol(tree.license_symbol.key, tree.exception_symbol.key)
    if isinstance(tree, license_expression.LicenseSymbol):
        return Symbol(tree.key)
    return Joined(isinstance(tree, _grammar.AND), tuple(_plain(part) for part in tree.args))
