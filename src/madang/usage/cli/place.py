# SPDX-License-Identifier: Apache-2.0
"""What these commands need of the place."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from madang import catalog
from madang.db import Database
from madang.kit import SYSTEM
from madang.usage import queries


class House(Protocol):
    """Its rows, and the folder of everything that is kept."""

    @property
    def database(self) -> Database:
        """The database, with every table."""
        ...

    @property
    def home(self) -> Path:
        """The folder."""
        ...


Opener = Callable[[], House]
Translate = Callable[[str], str]


@contextmanager
def opened(open_house: Opener) -> Iterator[House]:
    """The house while the block lasts."""
    house = open_house()
    try:
        yield house
    finally:
        house.database.close()


def service_of(session: Session, text: str) -> catalog.Asset | None:
    """The service that an option names, if it names one."""
    return queries.find_service(session, text, viewer=SYSTEM) if text else None
