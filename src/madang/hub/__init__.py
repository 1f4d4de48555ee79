# SPDX-License-Identifier: Apache-2.0
"""Contents of datasets and models: repositories with commits, branches and tags, pushed and pulled by clients that exist.

It speaks the Hugging Face Hub's wire and has the pages of datasets and models. What a repository is called, who may see it and what may be
done with it is asked of the rooms below; bytes lie in the store. What is inside a file it does not know, but for tables, of which it asks
the core ``tables``.
"""

from starlette.routing import Route

from madang.hub.actions import create, create_ref, move, remove, remove_ref
from madang.hub.describing.web import routes as _descriptions
from madang.hub.desk import Desk
from madang.hub.errors import NoSuchEntry, NoSuchRepository, NoSuchRevision
from madang.hub.headers.api import router as headers_router
from madang.hub.keeping import check, clean
from madang.hub.limits import Limits
from madang.hub.models import Commit, Ref, Repository, Sent, Table, Tag
from madang.hub.preview.api import router
from madang.hub.preview.reader import Reader, forget_tables
from madang.hub.preview.web import routes as _preview
from madang.hub.queries import Asked, Place, needed_objects, repositories
from madang.hub.web import routes as _pages
from madang.hub.wire.routes import routes as _wire
from madang.hub.xet import sweep as sweep_xorbs

routes = [*_descriptions, *_pages, *_preview, *_wire]
ADDRESSES = frozenset((method, route.path) for route in routes for method in (route.methods or ()) if method != "HEAD") | frozenset(
    (method, route.path)
    for route in (*router.routes, *headers_router.routes)
    if isinstance(route, Route)
    for method in (route.methods or ())
)
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
    "Reader",
    "Sent",
    "Table",
    "Tag",
    "check",
    "clean",
    "create",
    "create_ref",
    "forget_tables",
    "headers_router",
    "move",
    "needed_objects",
    "remove",
    "remove_ref",
    "repositories",
    "router",
    "routes",
    "sweep_xorbs",
]
