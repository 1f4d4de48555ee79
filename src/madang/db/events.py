# SPDX-License-Identifier: Apache-2.0
"""News between rooms: a lower room announces, higher rooms listen, in the same unit of work.

A listener may write rows or queue work. It never refuses: what must be refused is refused before the deed.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy.orm import Session

E = TypeVar("E")
_listeners: defaultdict[type, list[Callable[[Session, Any], None]]] = defaultdict(list)


def subscribe(event: type[E], listener: Callable[[Session, E], None]) -> None:
    """``listener`` hears every ``event`` announced from now on; subscribing the same listener twice changes nothing."""
    if listener not in _listeners[event]:
        _listeners[event].append(listener)


def announce(session: Session, event: object) -> None:
    """Every listener of this event's type has been told, within the announcer's unit of work."""
    for listener in _listeners[type(event)]:
        listener(session, event)
