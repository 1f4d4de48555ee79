# SPDX-License-Identifier: Apache-2.0
"""What the forms of the page mean: a question, a derivation, a document."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy.orm import Session

from madang import catalog, kit, terms
from madang.kit import Invalid, _
from madang.provenance import actions

NAMES = ("goal", "license", "scope", "reading")


class LicenceAsked(Invalid):
    """Opening was asked for, and no licence given."""

    code = "licence-needed"
    message = _("Say under which licence it is opened, for example Apache-2.0.")


class NoSuchSource(Invalid):
    """What should name the source of a derivation names nothing."""

    code = "no-such-source"
    message = _(
        "“%(source)s” names neither a version (kind/namespace/name@version, for example dataset/lab/corpus@2) that you may see "
        "nor a package URL (pkg:pypi/requests@2.32.0)."
    )


class NoDay(Invalid):
    """What should be a day is none."""

    code = "no-day"
    message = _("“%(day)s” is no day. Write it as 2027-12-31, or leave it empty.")


class NothingRemoved(Invalid):
    """A document that removes no fact."""

    code = "nothing-removed"
    message = _("Name at least one fact that the document removes, for example forbidden:commercial-use.")


def question_of(given: Mapping[str, str], first: str) -> dict[str, str]:
    """What is asked: the goal ``first`` to everybody in both readings, where nothing else is said."""
    values = {name: given.get(name, "").strip()[:20_000] for name in NAMES}
    return {**values, "goal": values["goal"] or first, "scope": values["scope"] or "open", "reading": values["reading"] or "both"}


def goal_of(values: Mapping[str, str]) -> tuple[terms.Goal, str]:
    """The goal and the reading for the core."""
    if values["goal"] == "open" and not values["license"]:
        raise LicenceAsked(field="license")
    return terms.Goal(values["goal"], values["license"] or None, (), values["scope"]), values["reading"]


def state(session: Session, version: catalog.Version, given: Mapping[str, str], actor: kit.Actor) -> str:
    """What the form says of the version holds; a licence and a word on its parts that are left open go back to what was found."""
    complete = {"yes": True, "no": False}.get(given["complete"])
    facts = given["facts"].replace(",", " ").split()[:50]
    actions.state(
        session, version, license=given["licence"], is_own=bool(given["own"]), is_complete=complete, is_left_open=complete is None,
        facts=facts, by=actor,
    )  # fmt: skip
    return ""


def declare(session: Session, version: catalog.Version, given: Mapping[str, str], actor: kit.Actor) -> str:
    """The version is made with what the form names."""
    named = given["source"].strip()
    purl = named if named.startswith("pkg:") else ""
    source = None if purl else _source(session, named, actor)
    modified = {"yes": True, "no": False}.get(given["modified"])
    actions.declare(
        session, version, kind=given["kind"], source=source, purl=purl, released_with=not given["apart"], modified=modified,
        pinned=not given["floating"], complete=not given["incomplete"], note=given["note"], by=actor,
    )  # fmt: skip
    return ""


def _source(session: Session, named: str, actor: kit.Actor) -> catalog.Version:
    ref, _at, number = named.partition("@")
    parts = ref.split("/")
    if len(parts) != 3 or not all(parts):
        raise NoSuchSource(field="source", source=named[:120])
    try:
        return catalog.get_version(session, catalog.get_asset(session, *parts, viewer=actor), number or "latest")
    except (kit.NotFound, Invalid) as refusal:
        raise NoSuchSource(field="source", source=named[:120]) from refusal


def attach(session: Session, version: catalog.Version, given: Mapping[str, str], actor: kit.Actor) -> str:
    """A document removes the facts that the form names."""
    removes = given["removes"].replace(",", " ").split()[:50]
    if not removes:
        raise NothingRemoved(field="removes")
    actions.attach(
        session, version, removes=removes, issuer=given["issuer"], edge_id=given["derivation"][:26] or None, expires=_day(given["expires"]),
        sha256=given["sha256"].strip().lower() or None, note=given["note"], by=actor,
    )  # fmt: skip
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError as fault:
        raise NoDay(field="expires", day=text[:40]) from fault
