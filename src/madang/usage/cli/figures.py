# SPDX-License-Identifier: Apache-2.0
"""``madang usage``."""

import json
from datetime import datetime

import click

from madang.kit import SYSTEM
from madang.usage import queries
from madang.usage.cli.place import Opener, Translate, opened
from madang.usage.draining import drain
from madang.usage.log import FOLDER
from madang.usage.queries import UsageRow

DAY = click.DateTime(["%Y-%m-%d"])


def usage_command(open_house: Opener, _translate: Translate = str) -> click.Command:
    """``madang usage``."""

    @click.command("usage", help="Print what was used, every acknowledged call.")
    @click.option("--service", default="", help="NAMESPACE/NAME of one service.")
    @click.option("--key", default="", help="The id of one key; `madang key list` prints ids.")
    @click.option("--from", "begins", type=DAY, help="The first day, such as 2026-11-01.")
    @click.option("--to", "ends", type=DAY, help="The last day.")
    @click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True, help="How it is printed.")
    def usage(service: str, key: str, begins: datetime | None, ends: datetime | None, form: str) -> None:
        asked = queries.Asked(service, key, begins.date() if begins else None, ends.date() if ends else None)
        with opened(open_house) as house:
            drain(house.database, house.home / FOLDER)
            with house.database.reading() as session:
                rows = queries.sums(session, asked, viewer=SYSTEM)
        if form == "json":
            click.echo(json.dumps({"rows": [told(row) for row in rows]}, ensure_ascii=False))
            return
        for row in rows:
            click.echo(f"{row.service}  {row.key or '-'}  {row.plan}  {row.begins}  {row.ends}  {row.calls}  {row.units} {row.unit}")

    return usage


def told(row: UsageRow) -> dict[str, object]:
    """The row as the wire and the command line write it."""
    return {
        "service": row.service, "key": row.key, "plan": row.plan, "from": row.begins.isoformat(), "to": row.ends.isoformat(),
        "calls": row.calls, "units": row.units, "unit": row.unit,
    }  # fmt: skip
