# SPDX-License-Identifier: Apache-2.0
"""Assets that the platform brings along: itself, and an example whose licences disagree."""

from sqlalchemy.orm import Session

from madang import access, catalog, compliance, jobs, kit, web
from madang.kit import _

EXAMPLE = "licence-conflict"
ITSELF = "madang"
EXAMPLE_TITLE = _("Example: a library whose parts disagree")
ITSELF_TITLE = _("Madang, this platform itself")
"""``EXAMPLE`` and ``ITSELF`` are names of folders that the composition knows (``compliance.Verifier.folders``)."""


def register_itself(session: Session, *, label: str, by: kit.Actor) -> bool:
    """Madang is an asset of its own yard and its release ``label`` is being verified in the background; whether that was to be done."""
    asset = catalog.find_asset(session, "software", "madang", "madang", viewer=kit.SYSTEM)
    if asset is None:
        title = web.translate(ITSELF_TITLE)
        asset = catalog.register(session, kind="software", namespace="madang", name="madang", title=title, exposure="inner", by=by)
    elif any(version.label == label for version in catalog.versions_of(session, asset, limit=200)):
        return False
    compliance.submit(session, asset, source=catalog.Source("folder", ITSELF), label=label, lane=jobs.Lane.BACKGROUND, by=by)
    return True


def register_example(session: Session, *, by: kit.Actor) -> str:
    """The example is the actor's asset and is being verified; the address of its version."""
    if not by.is_signed_in:
        raise kit.NotSignedIn()
    asset = catalog.find_asset(session, "software", by.name, EXAMPLE, viewer=by)
    if asset is None:
        title = web.translate(EXAMPLE_TITLE)
        asset = catalog.register(session, kind="software", namespace=by.name, name=EXAMPLE, title=title, by=by)
        compliance.submit(session, asset, source=catalog.Source("folder", EXAMPLE), label="1.0", by=by)
    return f"{catalog.asset_address(asset)}/versions/{asset.version_count}"


def offers_example(session: Session, *, viewer: kit.Actor) -> bool:
    """Whether the viewer may still register the example."""
    may_register = access.allows(viewer, "namespace", "open", own=True)
    return may_register and catalog.find_asset(session, "software", viewer.name, EXAMPLE, viewer=viewer) is None
