# SPDX-License-Identifier: Apache-2.0
"""Every read of gates. Who asked is for the owner's side and for themselves."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from madang import access, catalog, kit
from madang.hub.gates import rules
from madang.hub.gates.errors import NoRequest
from madang.hub.gates.models import AccessRequest, Conditions, Gate
from madang.hub.queries import Place

CURRENT = ("pending", "accepted")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a viewer stands before a repository's files: ``is_open`` says whether they have them, ``is_within`` whether they are of the
    owner's side. ``embargo_until`` is None once it is over. ``request`` is the viewer's newest one; ``owes_anew``: it was granted, and the
    conditions have to be accepted anew. ``text`` are the conditions that stand."""

    gate: Gate | None = None
    is_open: bool = True
    is_within: bool = False
    embargo_until: datetime | None = None
    request: AccessRequest | None = None
    owes_anew: bool = False
    text: str = ""

    @property
    def mode(self) -> str:
        """How files are given."""
        return self.gate.mode if self.gate is not None else "open"


UNGATED = Standing()
"""How everybody stands where nothing was set."""


def standing(session: Session, asset: catalog.Asset, *, viewer: kit.Actor) -> Standing:
    """How the viewer stands. The one decision on who has files; ``checking`` refuses by it."""
    gate = session.get(Gate, asset.id)
    if gate is None:
        return UNGATED
    now = kit.now()
    embargo = gate.embargo_until if gate.embargo_until is not None and gate.embargo_until > now else None
    is_within = within(session, asset, viewer)
    request = newest_of(session, asset.id, viewer.account_id)
    is_granted = request is not None and rules.holds(request.state, request.ends_at, 1 << 30, least=0, now=now)
    owes_anew = request is not None and is_granted and request.text_number < gate.least_number
    is_open = is_within or (embargo is None and (gate.mode == "open" or (is_granted and not owes_anew)))
    return Standing(gate, is_open, is_within, embargo, request, owes_anew, text_of(session, asset.id, gate.text_number))


def within(session: Session, asset: catalog.Asset, viewer: kit.Actor) -> bool:
    """Whether the viewer is of the owner's side, which always has the files."""
    owner_id, organisation_id = catalog.place_of(session, asset)
    is_own = owner_id is not None and owner_id == viewer.account_id
    return access.allows(viewer, "gated", "read", own=is_own, organisation=organisation_id)


def newest_of(session: Session, repository_id: str, account_id: str | None) -> AccessRequest | None:
    """The account's request that counts: the current one, else the newest."""
    if account_id is None:
        return None
    wanted = select(AccessRequest).where(AccessRequest.repository_id == repository_id, AccessRequest.account_id == account_id)
    return session.scalar(wanted.order_by(AccessRequest.state.in_(CURRENT).desc(), AccessRequest.id.desc()).limit(1))


def text_of(session: Session, repository_id: str, number: int) -> str:
    """The conditions of that number, "" where there are none."""
    found = session.get(Conditions, (repository_id, number)) if number else None
    return found.text if found is not None else ""


def gates_of(session: Session, places: Iterable[Place]) -> Mapping[str, Gate]:
    """The gate of each repository that has one, by its id."""
    ids = [place.repository.id for place in places]
    return {gate.repository_id: gate for gate in session.scalars(select(Gate).where(Gate.repository_id.in_(ids)))}


def requests(
    session: Session, place: Place, *, states: Sequence[str] = (), viewer: kit.Actor, before: str = "", limit: int = 50,
    offset: int = 0,
) -> Sequence[AccessRequest]:  # fmt: skip
    """Who asked for access, newest first: everybody for whoever may change the repository, one's own for others."""
    wanted = select(AccessRequest).where(AccessRequest.repository_id == place.repository.id).order_by(AccessRequest.id.desc())
    wanted = wanted.limit(limit).offset(offset)
    if not catalog.changeable(session, place.asset, viewer=viewer):
        wanted = wanted.where(AccessRequest.account_id == (viewer.account_id or "-"))
    if states:
        wanted = wanted.where(AccessRequest.state.in_(states))
    if before:
        wanted = wanted.where(AccessRequest.id < before)
    return session.scalars(wanted).all()


def get_request(session: Session, place: Place, request_id: str, *, viewer: kit.Actor) -> AccessRequest:
    """The request of that id; ``NoRequest`` to others than whoever asked and whoever decides."""
    found = session.get(AccessRequest, request_id) if "\0" not in request_id else None
    is_here = found is not None and found.repository_id == place.repository.id
    if found is None or not is_here:
        raise NoRequest
    if found.account_id != viewer.account_id and not catalog.changeable(session, place.asset, viewer=viewer):
        raise NoRequest
    return found


def count_requests(session: Session, repository_id: str, account_id: str) -> int:
    """How often the account asked."""
    mine = (AccessRequest.repository_id == repository_id, AccessRequest.account_id == account_id)
    return session.scalar(select(func.count()).where(*mine)) or 0
