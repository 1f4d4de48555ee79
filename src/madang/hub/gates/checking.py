# SPDX-License-Identifier: Apache-2.0
"""The one place where it is asked whether somebody may have a repository's files. Every door that gives bytes calls it."""

from urllib.parse import quote

from sqlalchemy.orm import Session

from madang import catalog, kit
from madang.hub import cards
from madang.hub.gates import queries
from madang.hub.gates.errors import AccessNeeded, AccountNeeded, Closed, Embargoed


def check_open(session: Session, asset: catalog.Asset, viewer: kit.Actor, path: str = "") -> None:
    """The viewer may have the files of what they see; else ``Closed``. The card is for whoever sees the repository."""
    refusal = why_closed(session, asset, viewer, path)
    if refusal is not None:
        raise refusal


def why_closed(session: Session, asset: catalog.Asset, viewer: kit.Actor, path: str = "") -> Closed | None:
    """Why the viewer may not have the files, or the one at the path; None when they may."""
    if path == cards.README:
        return None
    stands = queries.standing(session, asset, viewer=viewer)
    if stands.is_open:
        return None
    name, page = f"{asset.namespace}/{asset.name}", page_of(asset)
    if stands.embargo_until is not None:
        return Embargoed(name=name, page=page, until=f"{stands.embargo_until:%Y-%m-%d %H:%M} UTC")
    if not viewer.is_signed_in:
        return AccountNeeded(name=name, page=page)
    return AccessNeeded(name=name, page=page)


def page_of(asset: catalog.Asset) -> str:
    """Where access is asked for."""
    before = "" if asset.kind == "model" else "/datasets"
    return f"{before}/{quote(asset.namespace)}/{quote(asset.name)}/access"
