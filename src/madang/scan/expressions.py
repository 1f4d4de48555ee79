# SPDX-License-Identifier: Apache-2.0
"""Many licence expressions to one. The typed adapter to the library ``license_expression``."""

from collections.abc import Iterable

from license_expression import ExpressionError, ExpressionParseError, Licensing

_LICENSING = Licensing()
_SIMPLIFIED_UP_TO = 200
"""More different expressions than this are joined and freed of repetition only: simplifying grows with the square of their number."""


def joined(expressions: Iterable[str | None]) -> str | None:
    """All ``expressions``, each once, joined with AND and simplified, in an order of its own; None when there is none."""
    distinct = sorted({expression for expression in expressions if expression})
    parsed = [tree for tree in map(_parsed, distinct) if tree is not None]
    if not parsed:
        return None
    whole = parsed[0] if len(parsed) == 1 else _LICENSING.AND(*parsed)
    return str(whole.simplify() if len(parsed) <= _SIMPLIFIED_UP_TO else _LICENSING.dedup(whole))


def _parsed(expression: str) -> object:
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
