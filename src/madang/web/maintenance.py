# SPDX-License-Identifier: Apache-2.0
"""Maintenance: for a time only operators write, and whoever is refused is told until when."""

from starlette.requests import Request
from starlette.routing import compile_path

from madang import access, kit
from madang.kit import now
from madang.web.masthead import Masthead

OPEN = ("/sign-in", "/sign-out", "/preferences")
"""Deeds that change nothing but who asks and how they read; the table of rights names the others."""


class Maintenance(kit.Unavailable):
    """The operator works on the platform: everything is read, nothing is written."""

    code = "maintenance"
    message = kit.marked("The platform is being worked on: everything can be read, nothing can be changed now. Try again later.")

    def __init__(self, *, retry_after: int | None = None) -> None:
        super().__init__()
        self.retry_after = retry_after


def check_writes(request: Request, actor: kit.Actor, masthead: Masthead) -> None:
    """``Maintenance`` for everybody but operators while nothing may be written; signing in and out stays open."""
    if not masthead.is_read_only or access.allows(actor, "institute", "change") or _is_open(request):
        return
    ends_at = masthead.ends_at
    raise Maintenance(retry_after=max(1, int((ends_at - now()).total_seconds())) if ends_at else None)


def _is_open(request: Request) -> bool:
    path = request.url.path
    if path in OPEN or path.startswith("/link/"):
        return True
    forms = (route for route in access.routes() if route.thing == "form" and route.method == request.method)
    return any(compile_path(route.path)[0].match(path) for route in forms)
