# SPDX-License-Identifier: Apache-2.0
"""How long things take, for whoever collects traces. Until the composition says where they go, a span is nothing and costs nothing."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager


class Span:
    """One piece of work under way. This one tells nobody."""

    trace_id: str = ""

    def note(self, name: str = "", **facts: str | int | float | bool) -> None:
        """What became known of the work: its final name, and facts (no secrets, no names of people)."""


Opener = Callable[[str, str], AbstractContextManager[Span]]
NOBODY = Span()


@contextmanager
def _untold(_name: str, _parent: str) -> Iterator[Span]:
    yield NOBODY


_opener: Opener = _untold


def tell_spans(opener: Opener | None) -> None:
    """From now on ``opener`` is called with the name of each piece of work and what it belongs to; None is for telling nobody."""
    global _opener
    _opener = opener or _untold


def span(name: str, *, parent: str = "") -> AbstractContextManager[Span]:
    """The work within the block, as a part of what is under way here or of ``parent`` (W3C Trace Context, the header ``traceparent``)."""
    return _opener(name, parent)
