# SPDX-License-Identifier: Apache-2.0
"""``madang hub access``: how files of a dataset or model are given, who asked, and access that is given or taken."""

import contextlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import click
from sqlalchemy.orm import Session

from madang import kit, people
from madang.hub import contents
from madang.hub import queries as repositories
from madang.hub.gates import actions, queries, rules
from madang.hub.gates.errors import NoRequest
from madang.hub.gates.models import AccessRequest
from madang.hub.queries import Place
from madang.hub.rules import KINDS, MAIN
from madang.kit import _

GIVEN = _("%(name)s: files are given %(mode)s, conditions %(text)s")
EMBARGO = _("under embargo until %(until)s")
LISTED = 1000


def access_command(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    """The command, done as the platform itself."""

    @click.command(name="access")
    @click.argument("name", metavar="NAMESPACE/NAME")
    @click.option("--kind", default="dataset", show_default=True, type=click.Choice(list(KINDS)), help="What it is.")
    @click.option("--mode", default="", type=click.Choice(["", *rules.MODES]), help="Give files so from now on.")
    @click.option("--embargo", default="", help="Nobody but the owner's side has them until this time (ISO 8601); none ends it.")
    @click.option("--grant", default="", help="Give this account access.")
    @click.option("--refuse", default="", help="Refuse this account's request, or end its access.")
    @click.option("--reason", default="", help="Why, for the one who is refused.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(name: str, kind: str, as_json: bool, **asked: str) -> None:
        """Say how files are given and who asked; or set it, grant and refuse."""
        namespace, _slash, last = name.partition("/")
        with contextlib.closing(open_house()) as house:
            with house.database.writing() as session:
                place = repositories.get(session, kind, namespace, last, viewer=kit.SYSTEM)
                _set(session, house, place, asked)
                if asked["grant"]:
                    actions.grant(session, place, _account(session, asked["grant"]), by=kit.SYSTEM)
                if asked["refuse"]:
                    row = queries.newest_of(session, place.repository.id, _account(session, asked["refuse"]).id)
                    if row is None:
                        raise NoRequest
                    actions.reject(session, place, row, reason=asked["reason"], by=kit.SYSTEM)
            with house.database.reading() as session:
                _print(session, repositories.get(session, kind, namespace, last, viewer=kit.SYSTEM), as_json, translate)

    return command


def _set(session: Session, house: Any, place: Place, asked: dict[str, str]) -> None:
    if not asked["mode"] and not asked["embargo"]:
        return
    embargo = actions.STAYS
    if asked["embargo"]:
        try:
            found = None if asked["embargo"] == "none" else datetime.fromisoformat(asked["embargo"])
        except ValueError:
            raise click.BadParameter(asked["embargo"], param_hint="--embargo") from None
        embargo = found.replace(tzinfo=found.tzinfo or UTC) if found else None
    card = contents.card_of(house.store, repositories.get_commit(session, place, MAIN).tree)
    actions.set_gate(session, place, actions.Setting(asked["mode"] or actions.STAYS, embargo_until=embargo), card, by=kit.SYSTEM)


def _account(session: Session, name: str) -> people.Account:
    found = people.find_account(session, name)
    if found is None:
        raise people.NoAccount(name=name)
    return found


def _print(session: Session, place: Place, as_json: bool, translate: Callable[[str], str]) -> None:
    stands = queries.standing(session, place.asset, viewer=kit.SYSTEM)
    rows = queries.requests(session, place, viewer=kit.SYSTEM, limit=LISTED)
    number, until = stands.gate.text_number if stands.gate else 0, stands.embargo_until.isoformat() if stands.embargo_until else None
    if as_json:
        told = {
            "name": place.name,
            "mode": stands.mode,
            "text_number": number,
            "embargo_until": until,
            "requests": [_row(row) for row in rows],
        }
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    click.echo(translate(GIVEN) % {"name": place.name, "mode": stands.mode, "text": number})
    if until:
        click.echo(translate(EMBARGO) % {"until": until})
    for row in rows:
        click.echo("\t".join(" ".join(str(value or "").split()) for value in _row(row).values()))


def _row(row: AccessRequest) -> dict[str, Any]:
    ends = row.ends_at.isoformat() if row.ends_at else None
    asked = row.asked_at.isoformat(timespec="seconds")
    return {"account": row.account, "state": row.state, "asked_at": asked, "ends_at": ends, "purpose": row.purpose, "reason": row.reason}
