# SPDX-License-Identifier: Apache-2.0
"""Every read of lists: one's own; operators see all."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, catalog, forges, kit
from madang.compliance.many import planning
from madang.compliance.many.errors import NoList, NoRow
from madang.compliance.many.models import CANCELLING, MADE, READY, ROW_STATES, RUNNING, Registration, RegistrationRow
from madang.compliance.models import FINAL, Verification
from madang.db import slices

Raw = tuple[int, dict[str, str], str, bool]


def get_list(session: Session, list_id: str, *, viewer: kit.Actor, action: str = "see") -> Registration:
    """The list of that id; ``NoList`` when there is none that the viewer may see, ``NotAllowed`` when they may only see it."""
    made = session.get(Registration, list_id) if list_id.isascii() and list_id.isalnum() else None
    own = made is not None and viewer.account_id is not None and made.account_id == viewer.account_id
    if made is None or not access.allows(viewer, "registration-list", "see", own=own):
        raise NoList
    if not access.allows(viewer, "registration-list", action, own=own):
        raise kit.NotAllowed
    return made


def lists(session: Session, *, viewer: kit.Actor, limit: int, before: str | None = None) -> Sequence[Registration]:
    """The viewer's own lists, newest first."""
    wanted = select(Registration).where(Registration.account_id == viewer.account_id).order_by(Registration.id.desc()).limit(limit)
    return session.scalars(wanted.where(Registration.id < before) if before else wanted).all()


def get_row(session: Session, made: Registration, number: int) -> RegistrationRow:
    """The list's row of that number; ``NoRow`` otherwise."""
    row = session.get(RegistrationRow, (made.id, number)) if 0 < number < 10**9 else None
    if row is None:
        raise NoRow(row=number)
    return row


def rows(
    session: Session, made: Registration, *, limit: int, offset: int = 0, after: int = 0, state: str = ""
) -> Sequence[RegistrationRow]:
    """The list's rows in the file's order, from behind the number ``after``."""
    wanted = select(RegistrationRow).where(RegistrationRow.registration_id == made.id, RegistrationRow.number > after)
    if state:
        wanted = wanted.where(RegistrationRow.state == state)
    return session.scalars(wanted.order_by(RegistrationRow.number).limit(limit).offset(offset)).all()


def counts(session: Session, made: Registration) -> dict[str, int]:
    """How many rows are in each state."""
    counted = select(RegistrationRow.state, func.count()).where(RegistrationRow.registration_id == made.id).group_by(RegistrationRow.state)
    found = {state: count for state, count in session.execute(counted)}  # noqa: C416 (rows are typed by unpacking)
    return {state: found.get(state, 0) for state in ROW_STATES}


def progress(session: Session, made: Registration) -> dict[str, int]:
    """How far the versions of the list are: how many are in each state of verification."""
    joined = select(Verification.state, func.count()).join(RegistrationRow, RegistrationRow.version_id == Verification.version_id)
    counted = joined.where(RegistrationRow.registration_id == made.id).group_by(Verification.state)
    return dict(Counter({state: count for state, count in session.execute(counted)}))  # noqa: C416 (rows are typed by unpacking)


def is_over(session: Session, made: Registration) -> bool:
    """Whether nothing more will happen to a confirmed list by itself."""
    if made.state == RUNNING and counts(session, made)[READY]:
        return False
    return not any(count for state, count in progress(session, made).items() if state not in FINAL)


def verifications_of(session: Session, some: Sequence[RegistrationRow]) -> dict[str, tuple[catalog.Asset, catalog.Version, Verification]]:
    """Asset, version and verification of these rows, by the version's id."""
    ids = [row.version_id for row in some if row.version_id]
    wanted = (
        select(catalog.Asset, catalog.Version, Verification)
        .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
        .join(Verification, Verification.version_id == catalog.Version.id)
        .where(catalog.Version.id.in_(ids))
    )
    return {version.id: (asset, version, verification) for asset, version, verification in session.execute(wanted)}


def list_of(session: Session, version_id: str) -> Registration | None:
    """The list that the version came from, or None."""
    return session.scalar(
        select(Registration)
        .join(RegistrationRow, RegistrationRow.registration_id == Registration.id)
        .where(RegistrationRow.version_id == version_id)
        .limit(1)
    )


def count_under_way(session: Session, actor: kit.Actor) -> int:
    """How many rows of the actor's confirmed lists have not been made yet."""
    mine = (Registration.account_id == actor.account_id, Registration.state.in_((RUNNING, CANCELLING)))
    counted = select(func.count()).select_from(RegistrationRow).join(Registration, Registration.id == RegistrationRow.registration_id)
    return session.scalar(counted.where(*mine, RegistrationRow.state.in_((READY, MADE)))) or 0


def ground(session: Session, raw: Iterable[Raw], made: Registration, guard: forges.Guard, *, viewer: kit.Actor) -> planning.Ground:
    """What the rows meet in the catalogue as it stands now."""
    cells = [planning.resolved(given, namespace=made.namespace, exposure=made.exposure) for _number, given, _state, _forced in raw]
    keys = {planning.key_of(each["kind"], each["namespace"], each["name"]) for each in cells}
    writable = {name.lower() for name in catalog.namespaces_of(session, viewer)}
    may_all = access.allows(viewer, "namespace", "open")

    def parse(address: str) -> str:
        return guard.parse(address).url

    return planning.Ground(
        parse, lambda name: may_all or name.lower() in writable, _assets(session, keys, viewer), _sources(session, cells, parse, viewer)
    )


def _assets(session: Session, keys: set[planning.Key], viewer: kit.Actor) -> dict[planning.Key, bool]:
    found = {}
    for some in slices(sorted({name for _kind, _namespace, name in keys}), 500):
        for asset in session.scalars(select(catalog.Asset).where(catalog.Asset.key.in_(some))):
            key = (asset.kind, asset.namespace_key, asset.key)
            if key in keys:
                found[key] = catalog.changeable(session, asset, viewer=viewer)
    return found


def _sources(session: Session, cells: list[dict[str, str]], parse: Any, viewer: kit.Actor) -> dict[tuple[str, str], str]:
    addresses = set()
    for each in cells:
        try:
            addresses.add(parse(each["source"]))
        except kit.Refusal:
            continue
    found: dict[tuple[str, str], str] = {}
    for some in slices(sorted(addresses), 500):
        wanted = (
            select(catalog.Asset.namespace, catalog.Asset.name, catalog.Version.source, catalog.Version.source_ref)
            .join(catalog.Version, catalog.Version.asset_id == catalog.Asset.id)
            .where(catalog.Version.source.in_(some), catalog.visible(viewer))
        )
        for namespace, name, source, ref in session.execute(wanted):
            found[source, ref or ""] = f"{namespace}/{name}"
    return found
