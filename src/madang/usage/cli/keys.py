# SPDX-License-Identifier: Apache-2.0
"""``madang key create | list | rotate | pause | resume | revoke``."""

import click

from madang import people
from madang.kit import SYSTEM
from madang.usage import actions, queries
from madang.usage.cli.place import Opener, Translate, opened, service_of

DEEDS = (
    ("pause", "Let a key rest until it is resumed.", actions.pause_key),
    ("resume", "Go on with a paused key.", actions.resume_key),
    ("revoke", "End a key within a second, for good.", actions.revoke_key),
)


def key_group(open_house: Opener, _translate: Translate = str) -> click.Group:
    """``madang key``."""
    group = click.Group("key", help="Make, list and end keys that call services.")

    @group.command("create")
    @click.option("--plan", required=True, help="What the key may use; `madang plan list` names the plans.")
    @click.option("--service", default="", help="NAMESPACE/NAME of the one service that it is for; every one when left out.")
    @click.option("--note", default="", help="What it is for.")
    @click.option("--as", "name", default=people.OPERATOR, show_default=True, help="Whose key it is.")
    @click.option("--organisation", default="", help="The organisation that it counts for.")
    @click.option("--days", type=click.IntRange(1, 3650), help="How many days it is good for; without an end when left out.")
    def create(plan: str, service: str, note: str, name: str, organisation: str, days: int | None) -> None:
        """Print one new key, and nothing else, on standard output. It is not kept and cannot be printed again."""
        with opened(open_house) as house, house.database.writing() as session:
            made = actions.create_key(
                session,
                account=people.get_account(session, name, viewer=SYSTEM),
                plan=plan,
                service=service_of(session, service),
                organisation=people.get_organisation(session, organisation, viewer=SYSTEM) if organisation else None,
                note=note,
                days=days,
                by=SYSTEM,
            )
        click.echo(made.secret)

    _add_list(group, open_house)
    _add_rotate(group, open_house)
    for word, sentence, deed in DEEDS:

        def do(key_id: str, *, deed: object = deed) -> None:
            with opened(open_house) as house, house.database.writing() as session:
                deed(session, queries.get_key(session, key_id, viewer=SYSTEM), by=SYSTEM)  # type: ignore[operator]

        group.add_command(click.Command(word, callback=do, params=[click.Argument(["key_id"])], help=sentence))
    return group


def _add_list(group: click.Group, open_house: Opener) -> None:
    @group.command("list")
    @click.option("--as", "name", default="", help="Whose keys; everybody's when left out.")
    def list_(name: str) -> None:
        """Print the id, owner, plan, state, service and note of each key, newest first."""
        with opened(open_house) as house, house.database.reading() as session:
            account = people.get_account(session, name, viewer=SYSTEM) if name else None
            for row in queries.keys(session, account=account, viewer=SYSTEM):
                click.echo(f"{row.id}  {row.account:<12}  {row.plan:<12}  {row.state:<8}  {row.service or '*'}  {row.note}")


def _add_rotate(group: click.Group, open_house: Opener) -> None:
    @group.command("rotate")
    @click.argument("key_id")
    @click.option("--hours", type=click.IntRange(0, 24 * 90), help="How long the old key is good beside the new one; 24 when left out.")
    def rotate(key_id: str, hours: int | None) -> None:
        """Print a new key that takes the place of an old one, and nothing else."""
        with opened(open_house) as house, house.database.writing() as session:
            made = actions.rotate_key(session, queries.get_key(session, key_id, viewer=SYSTEM), hours=hours, by=SYSTEM)
        click.echo(made.secret)
