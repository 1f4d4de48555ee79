# SPDX-License-Identifier: Apache-2.0
"""``madang service``: begin one, publish it, look after it; beside a running platform or without one."""

import contextlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from madang import catalog, kit, people, sandbox
from madang.kit import _
from madang.serving import actions, preparing, queries, templates
from madang.serving.building import FOLDER
from madang.serving.engines import places
from madang.serving.errors import BadService
from madang.serving.models import Release
from madang.serving.states import read_states

BEGUN = _("%(folder)s is begun. Write your function in function.py and its card in card.toml; then: madang service deploy %(folder)s")
DEPLOYED = _("%(name)s %(version)s is published and takes %(share)s per cent of its calls: %(url)s")
SHARED = _("%(name)s %(version)s takes %(share)s per cent of its calls.")
REMOVED = _("%(name)s is no longer run. Deploying it again brings it back.")
PAUSED = _("%(name)s answers no call until it is resumed.")
RESUMED = _("%(name)s answers calls again.")
NO_LOG = _("%(name)s %(version)s has printed nothing yet.")
NOT_SHUT_IN = _(
    "This machine cannot shut a service in wholly: its code could read files or reach the network. `madang doctor` says what lacks."
)
Deed = Callable[..., None]
DEEDS: tuple[tuple[str, Deed, str, str], ...] = (
    ("pause", actions.pause, PAUSED, "Let NAME (namespace/name) answer no call until it is resumed."),
    ("resume", actions.resume, RESUMED, "Go on with NAME (namespace/name)."),
    ("remove", actions.remove, REMOVED, "Run NAME (namespace/name) no longer."),
)


def service_group(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Group:
    """The commands. ``open_house`` gives what the composition opened."""

    @click.group(name="service")
    def service() -> None:
        """Publish an AI service and keep it."""

    made = (_init(translate), _deploy(open_house, translate), _list(open_house), _logs(open_house, translate))
    deeds = (_deed(open_house, translate, *each) for each in DEEDS)
    for each in (*made, _share(open_house, translate), _rollback(open_house, translate), *deeds):
        service.add_command(each)
    return service


def _init(translate: Callable[[str], str]) -> click.Command:
    @click.command(name="init")
    @click.argument("folder", type=click.Path(path_type=Path))
    def command(folder: Path) -> None:
        """Write a small service into the new FOLDER: a typed function and a card."""
        templates.write(folder)
        click.echo(translate(BEGUN) % {"folder": folder})

    return command


def _deploy(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="deploy")
    @click.argument("source")
    @click.option("--namespace", default="", help="Whose it is; the name of --by unless set.")
    @click.option("--by", "by_name", default=people.OPERATOR, show_default=True, help="The account that publishes it.")
    @click.option("--exposure", type=click.Choice(catalog.EXPOSURES), default="private", show_default=True, help="Who may see it at first.")
    @click.option("--share", type=click.IntRange(0, 100), default=100, show_default=True, help="Its part of the calls, in per cent.")
    @click.option("--name", default="", help="For an address: the service's name.")
    @click.option(
        "--wire", type=click.Choice(["json", "openai", "oip", "ray"]), default="json", help="For an address: what is spoken there."
    )
    @click.option("--model", default="", help="For an address: the model's name there.")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(
        source: str, namespace: str, by_name: str, exposure: str, share: int, name: str, wire: str, model: str, as_json: bool
    ) -> None:
        """Publish SOURCE as a service: a folder with a card, an MLflow model, an .onnx file, or the address of a server that answers."""
        with contextlib.closing(open_house()) as house:
            if not house_is_whole():
                click.echo(translate(NOT_SHUT_IN), err=True)
            prepared = _prepared(house, source, name, wire, model)
            with house.database.writing() as session:
                actor = _actor(session, by_name)
                release = actions.deploy(session, prepared, namespace=namespace or actor.name, exposure=exposure, share=share, by=actor)
                told = {
                    "name": f"{namespace or actor.name}/{prepared.card.name}",
                    "version": release.label,
                    "share": release.share,
                    "url": f"{house.url}/api/v1/services/{namespace or actor.name}/{prepared.card.name}",
                }
            click.echo(json.dumps(told) if as_json else translate(DEPLOYED) % told)

    return command


def _prepared(house: Any, source: str, name: str, wire: str, model: str) -> preparing.Prepared:
    if source.startswith(("http://", "https://")):
        if not name:
            raise BadService(reason="--name ?")
        return preparing.of_address(house.guard, house.store, url=source, name=name, wire=wire, model=model, limits=house.serving_limits)
    return preparing.prepare(
        Path(source), house.store, limits=house.serving_limits, allow_pickle=house.settings.allow_pickle, guard=house.guard
    )


def house_is_whole() -> bool:
    """Whether this machine can shut a stranger's code in."""
    return sandbox.confinement().is_whole


def _list(open_house: Callable[[], Any]) -> click.Command:
    @click.command(name="list")
    @click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    def command(as_json: bool) -> None:
        """Print every service with its versions and their shares of the calls."""
        with contextlib.closing(open_house()) as house:
            states = read_states(house.home / FOLDER)
            rows = []
            with house.database.reading() as session:
                for offer in queries.offers(session, viewer=kit.SYSTEM):
                    service, _asset = queries.get_service(session, offer.namespace, offer.name, viewer=kit.SYSTEM)
                    rows += [_row(offer.full_name, offer.is_paused, each, states) for each in queries.releases_of(session, service)]
            if as_json:
                click.echo(json.dumps({"services": rows}, ensure_ascii=False))
            else:
                for row in rows:
                    click.echo("  ".join(str(value) for value in row.values()))

    return command


def _row(name: str, is_paused: bool, release: Release, states: dict[str, Any]) -> dict[str, object]:
    state = states.get(release.version_id, {}).get("state", "-") if release.share else "retired"
    return {
        "name": name, "version": release.label, "engine": release.engine, "share": release.share, "state": "paused" if is_paused else state
    }  # fmt: skip


def _logs(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="logs")
    @click.argument("name")
    @click.option("--version", "label", default="", help="Which version; the one that most calls go to unless set.")
    def command(name: str, label: str) -> None:
        """Print what the process of NAME (namespace/name) printed last."""
        with contextlib.closing(open_house()) as house:
            with house.database.reading() as session:
                service, asset = _find(session, name)
                release = (
                    queries.get_release(session, service, asset, label) if label else queries.main_of(queries.releases_of(session, service))
                )
            path = places.log_file(house.home / FOLDER, release.version_id)
            if not path.is_file():
                click.echo(translate(NO_LOG) % {"name": name, "version": release.label}, err=True)
                return
            sys.stdout.write(path.read_text(encoding="utf-8", errors="replace"))

    return command


def _rollback(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="rollback")
    @click.argument("name")
    @click.option("--version", "label", default="", help="To which version; the one before unless set.")
    @click.option("--by", "by_name", default=people.OPERATOR, show_default=True, help="The account that does it.")
    def command(name: str, label: str, by_name: str) -> None:
        """Send all calls of NAME (namespace/name) to an older version."""
        with contextlib.closing(open_house()) as house:
            with house.database.writing() as session:
                service, asset = _find(session, name)
                release = queries.get_release(session, service, asset, label) if label else queries.before_main(session, service, asset)
                actions.set_share(session, service, asset, release, 100, by=_actor(session, by_name))
                told = {"name": name, "version": release.label, "share": 100}
            click.echo(translate(SHARED) % told)

    return command


def _deed(open_house: Callable[[], Any], translate: Callable[[str], str], name: str, deed: Deed, said: str, help_: str) -> click.Command:
    """A command that does one thing to a service and says what holds then."""

    @click.command(name=name, help=help_)
    @click.argument("name")
    @click.option("--by", "by_name", default=people.OPERATOR, show_default=True, help="The account that does it.")
    def command(name: str, by_name: str) -> None:
        with contextlib.closing(open_house()) as house:
            with house.database.writing() as session:
                service, asset = _find(session, name)
                deed(session, service, asset, by=_actor(session, by_name))
            click.echo(translate(said) % {"name": name})

    return command


def _share(open_house: Callable[[], Any], translate: Callable[[str], str]) -> click.Command:
    @click.command(name="share")
    @click.argument("name")
    @click.argument("version")
    @click.argument("share", type=click.IntRange(0, 100))
    @click.option("--by", "by_name", default=people.OPERATOR, show_default=True, help="The account that does it.")
    def command(name: str, version: str, share: int, by_name: str) -> None:
        """Send SHARE of a hundred calls of NAME (namespace/name) to VERSION; the other versions share the rest."""
        with contextlib.closing(open_house()) as house:
            with house.database.writing() as session:
                service, asset = _find(session, name)
                release = queries.get_release(session, service, asset, version)
                actions.set_share(session, service, asset, release, share, by=_actor(session, by_name))
                told = {"name": name, "version": release.label, "share": release.share}
            click.echo(translate(SHARED) % told)

    return command


def _find(session: Any, name: str) -> Any:
    namespace, _slash, short = name.partition("/")
    return queries.get_service(session, namespace, short, viewer=kit.SYSTEM)


def _actor(session: Any, name: str) -> kit.Actor:
    account = people.get_account(session, name, viewer=kit.SYSTEM)
    if account.disabled_at is not None:
        raise kit.NotAllowed
    return people.actor_of(session, account, via="cli")
