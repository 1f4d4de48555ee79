# SPDX-License-Identifier: Apache-2.0
"""Contents of datasets and models: repositories with commits, branches and tags, pushed and pulled by clients that exist.

It speaks the Hugging Face Hub's wire and has the pages of datasets and models. What a repository is called, who may see it and what may be
done with it is asked of the rooms below; bytes lie in the store. It does not know what is inside a file.
"""

from madang.hub.actions import create, create_ref, move, remove, remove_ref
from madang.hub.desk import Desk
from madang.hub.errors import NoSuchEntry, NoSuchRepository, NoSuchRevision
from madang.hub.keeping import check, clean
from madang.hub.limits import Limits
from madang.hub.models import Commit, Ref, Repository, Sent, Tag
from madang.hub.queries import Asked, Place, needed_objects, repositories
from madang.hub.web import routes as _pages
from madang.hub.wire.routes import routes as _wire
from madang.hub.xet import sweep as sweep_xorbs

routes = [*_pages, *_wire]
ADDRESSES = frozenset((method, route.path) for route in routes for method in (route.methods or ()) if method != "HEAD")
"""What the hub answers, as the table of rights names it."""
__all__ = [
    "ADDRESSES",
    "Asked",
    "Commit",
    "Desk",
    "Limits",
    "NoSuchEntry",
    "NoSuchRepository",
    "NoSuchRevision",
    "Place",
    "Ref",
    "Repository",
    "Sent",
    "Tag",
    "check",
    "clean",
    "create",
    "create_ref",
    "move",
    "needed_objects",
    "remove",
    "remove_ref",
    "repositories",
    "routes",
    "sweep_xorbs",
]
