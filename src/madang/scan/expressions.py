# SPDX-License-Identifier: Apache-2.0
"""Many licence expressions to one. The typed adapter to the library ``license_expression``."""

import re
from collections.abc import Iterable
from typing import Any

from license_expression import ExpressionError, ExpressionParseError, LicenseWithExceptionSymbol, Licensing

_LICENSING = Licensing()
_SIMPLIFIED_UP_TO = 200
"""More different expressions than this are joined and freed of repetition only: simplifying grows with the square of their number."""
MOST_LETTERS = 20_000
"""What a document gives as an expression and is longer is not read as one."""
_ID = re.compile(r"(?:DocumentRef-[A-Za-z0-9.-]+:)?[A-Za-z0-9.-]+\+?")
"""An id of SPDX 2.3, annex D."""


def joined(expressions: Iterable[str | None]) -> str | None:
    """All ``expressions``, each once, joined with AND and simplified, in an order of its own; None when there is none."""
    distinct = sorted({expression for expression in expressions if expression})
    parsed = [tree for tree in map(_parsed, distinct) if tree is not None]
    if not parsed:
        return None
    whole = parsed[0] if len(parsed) == 1 else _LICENSING.AND(*parsed)
    return str(whole.simplify() if len(parsed) <= _SIMPLIFIED_UP_TO else _LICENSING.dedup(whole))


def _parsed(expression: str) -> Any:
    try:
        return _LICENSING.parse(expression)
    except (ExpressionError, ExpressionParseError):
        return None


def says_something(expression: str | None) -> bool:
    """Whether an expression names at least one licence that is known, and not only "some licence"."""
    tree = _parsed(expression) if expression else None
    if tree is None:
        return False
    return any("unknown" not in key.lower() for key in _LICENSING.license_keys(tree))


def licences_of(expression: str) -> list[str]:
    """Each licence that ``expression`` names, once and sorted, without exceptions."""
    tree = _parsed(expression)
    if tree is None:
        return []
    return sorted({symbol.key for symbol in _LICENSING.license_symbols(tree, unique=True, decompose=True)} - set(_exceptions(tree)))


def _exceptions(tree: Any) -> list[str]:
    return [symbol.exception_symbol.key for symbol in tree.symbols if isinstance(symbol, LicenseWithExceptionSymbol)]


def for_spdx_2(expression: str | None) -> str | None:
    """``expression`` as SPDX 2.3 (annex D) allows it: an exception that is not on the SPDX list stands beside its licence with AND.

    None when it is no expression.
    """
    tree = _parsed(expression) if expression else None
    if tree is None:
        return None
    own = {symbol for symbol in tree.symbols if isinstance(symbol, LicenseWithExceptionSymbol) and _is_own(symbol.exception_symbol.key)}
    parted = {symbol: _LICENSING.AND(symbol.license_symbol, symbol.exception_symbol) for symbol in own}
    return str(tree.subs(parted) if parted else tree)


def _is_own(key: str) -> bool:
    return key.startswith("LicenseRef-")


def spdx(text: str) -> str | None:
    """``text`` as an SPDX expression in its usual form, or None when it is none: a sentence, a name with spaces, a broken bracket."""
    if len(text) > MOST_LETTERS:
        return None
    try:
        tree = _parsed(text)
        keys = {key for symbol in tree.symbols for key in _keys(symbol)} if tree is not None else set()
        return str(tree) if keys and all(map(_ID.fullmatch, keys)) else None
    # Brackets can stand deeper than a tree may be walked.
    except RecursionError:
        return None


def _keys(symbol: Any) -> tuple[str, ...]:
    if isinstance(symbol, LicenseWithExceptionSymbol):
        return symbol.license_symbol.key, symbol.exception_symbol.key
    return (symbol.key,)
