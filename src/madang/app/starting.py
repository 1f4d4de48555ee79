# SPDX-License-Identifier: Apache-2.0
"""What is made ready once, before any process serves."""

from madang import __version__, kit, people, portal, web
from madang.app.house import open_house
from madang.settings import Settings


def prepare(settings: Settings) -> str | None:
    """Everything is ready for ``web`` and ``jobs`` to start. A one-time link's secret for the operator while they have no password."""
    house = open_house(settings)
    try:
        with house.database.writing() as session, web.use_language(settings.language):
            operator = people.ensure_operator(session, by=kit.SYSTEM)
            if settings.register_itself:
                portal.register_itself(session, label=__version__, by=kit.SYSTEM)
            return None if operator.has_password else people.create_link(session, operator, by=kit.SYSTEM)
    finally:
        house.close()
