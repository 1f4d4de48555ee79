# SPDX-License-Identifier: Apache-2.0
"""Contents of datasets and models: repositories with commits, branches and tags, pushed and pulled by clients that exist.

It speaks the Hugging Face Hub's wire and has the pages of datasets and models. What a repository is called, who may see it and what may be
done with it is asked of the rooms below; bytes lie in the store. What is inside a file it does not know, but for tables, of which it asks
the core ``tables``.
"""

from starlette.routing import Route

from madang.hub.actions import create, create_ref, move, remove, remove_ref
from madang.hub.deidentifying.api import router as _deidentifications_router
from madang.hub.deidentifying.web import routes as _deidentifying
from madang.hub.describing.web import routes as _descriptions
from madang.hub.desk import Desk
from madang.hub.errors import NoSuchEntry, NoSuchRepository, NoSuchRevision
from madang.hub.gates.actions import let_time_pass
from madang.hub.gates.api import router as _access_router
from madang.hub.gates.checking import check_open
from madang.hub.gates.downloads import write_downloads
from madang.hub.gates.web import routes as _access
from madang.hub.gates.wire import routes as _access_wire
from madang.hub.headers.api import router as _headers_router
from madang.hub.keeping import check, clean
from madang.hub.limits import Limits
from madang.hub.models import Commit, Ref, Repository, Sent, Table, Tag
from madang.hub.preview.api import router as _preview_router
from madang.hub.preview.reader import Reader, forget_tables
from madang.hub.preview.web import routes as _preview
from madang.hub.queries import Asked, Place, needed_objects, repositories
from madang.hub.web import routes as _pages
from madang.hub.wire.routes import routes as _wire
from madang.hub.writing.web import routes as _writing
from madang.hub.xet import sweep as sweep_xorbs

routes = [*_descriptions, *_deidentifying, *_access, *_access_wire, *_writing, *_pages, *_preview, *_wire]
routers = [_preview_router, _access_router, _headers_router, _deidentifications_router]
ADDRESSES = frozenset((method, route.path) for route in routes for method in (route.methods or ()) if method != "HEAD") | frozenset(
    (method, route.path) for router in routers for route in router.routes if isinstance(route, Route) for method in (route.methods or ())
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
    "check_open",
    "clean",
    "create",
    "create_ref",
    "forget_tables",
    "let_time_pass",
    "move",
    "needed_objects",
    "remove",
    "remove_ref",
    "repositories",
    "routers",
    "routes",
    "sweep_xorbs",
    "write_downloads",
]
