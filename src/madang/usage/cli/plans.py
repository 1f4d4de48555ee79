# SPDX-License-Identifier: Apache-2.0
"""``madang plan list | set | quota | price``."""

import click
from sqlalchemy.orm import Session

from madang import people
from madang.kit import SYSTEM
from madang.usage import actions, queries
from madang.usage.cli.place import Opener, Translate, opened, service_of
from madang.usage.models import Plan, Price, Quota
from madang.usage.words import GIVEN, SCOPES, WINDOWS


def plan_group(open_house: Opener, _translate: Translate = str) -> click.Group:
    """``madang plan``."""
    group = click.Group("plan", help="List and change what one may use, and at what price.")

    @group.command("list")
    def list_() -> None:
        """Print every plan with its quotas and prices."""
        with opened(open_house) as house, house.database.reading() as session:
            for plan in queries.plans(session, viewer=SYSTEM):
                click.echo(f"{plan.name}  {plan.given}  {plan.title_ko}  {plan.title_en}")
                for line in _lines(session, plan):
                    click.echo(f"  {line}")

    @group.command("set")
    @click.argument("name")
    @click.option("--given", type=click.Choice(GIVEN), help="Who gets it.")
    @click.option("--title-ko", default="", help="What it is called in Korean.")
    @click.option("--title-en", default="", help="What it is called in English.")
    def set_(name: str, given: str | None, title_ko: str, title_en: str) -> None:
        """Make a plan, or change what is given of it."""
        with opened(open_house) as house, house.database.writing() as session:
            actions.set_plan(session, name, given=given or "", title_ko=title_ko, title_en=title_en, by=SYSTEM)

    _add_quota(group, open_house)
    _add_price(group, open_house)
    return group


def _add_quota(group: click.Group, open_house: Opener) -> None:
    @group.command("quota")
    @click.argument("plan")
    @click.argument("amount")
    @click.option("--unit", default="call", show_default=True, help="What is counted: call, character, second, image, token …")
    @click.option("--every", type=click.Choice(WINDOWS), default="day", show_default=True, help="In which time.")
    @click.option("--scope", type=click.Choice(SCOPES), default="account", show_default=True, help="Who shares it.")
    @click.option("--service", default="", help="NAMESPACE/NAME of the one service that it is for.")
    @click.option("--account", default="", help="The one account that it is for.")
    @click.option("--together", is_flag=True, help="All services share it; otherwise each has it for itself.")
    @click.option("--soft", is_flag=True, help="Only tell who is over it; refuse nobody.")
    def quota(plan: str, amount: str, unit: str, every: str, scope: str, service: str, account: str, together: bool, soft: bool) -> None:
        """Set how much of a unit a plan allows; AMOUNT `none` takes the quota away."""
        with opened(open_house) as house, house.database.writing() as session:
            given = queries.get_plan(session, plan, viewer=SYSTEM)
            asset = service_of(session, service)
            owner = people.get_account(session, account, viewer=SYSTEM) if account else None
            made = actions.set_quota(
                session, given, unit=unit, every=every, amount=_number(amount), scope=scope, account=owner, service=asset,
                is_each=not together, is_hard=not soft, by=SYSTEM,
            )  # fmt: skip
            if amount == "none":
                actions.drop_quota(session, made, by=SYSTEM)


def _add_price(group: click.Group, open_house: Opener) -> None:
    @group.command("price")
    @click.argument("plan")
    @click.argument("amount")
    @click.option("--unit", required=True, help="What is paid for: call, character, second, image, token …")
    @click.option("--per", type=int, default=1, show_default=True, help="For how many units: 1, 10, 100 …")
    @click.option("--currency", default="KRW", show_default=True, help="ISO 4217.")
    @click.option("--service", default="", help="NAMESPACE/NAME of the one service that it is for.")
    @click.option("--account", default="", help="The one account that it was agreed with.")
    def price(plan: str, amount: str, unit: str, per: int, currency: str, service: str, account: str) -> None:
        """Set what a unit costs from now on. What was used before keeps its price."""
        with opened(open_house) as house, house.database.writing() as session:
            actions.set_price(
                session, queries.get_plan(session, plan, viewer=SYSTEM), unit=unit, amount=amount, per=per, currency=currency,
                account=people.get_account(session, account, viewer=SYSTEM) if account else None,
                service=service_of(session, service), by=SYSTEM,
            )  # fmt: skip


def _number(text: str) -> int:
    if text == "none":
        return 0
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise click.BadParameter("write a whole number, or `none`", param_hint="AMOUNT")
    return int(text)


def _lines(session: Session, plan: Plan) -> list[str]:
    quotas = [_quota_line(each) for each in queries.quotas(session, plan, viewer=SYSTEM)]
    return quotas + [_price_line(each) for each in queries.prices(session, plan, viewer=SYSTEM)]


def _quota_line(each: Quota) -> str:
    whose = f"  account={each.account_id}" if each.account_id else ""
    service = f"  service={each.service_id}" if each.service_id else ("" if each.is_each else "  together")
    return f"{each.amount} {each.unit} a {each.every} for each {each.scope}{service}{whose}{'' if each.is_hard else '  soft'}"


def _price_line(each: Price) -> str:
    whose = f"  account={each.account_id}" if each.account_id else ""
    service = f"  service={each.service_id}" if each.service_id else ""
    return f"{each.amount:f} {each.currency} for {each.per} {each.unit}{service}{whose}"
