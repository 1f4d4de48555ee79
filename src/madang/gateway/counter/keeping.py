# SPDX-License-Identifier: Apache-2.0
"""Deeds of whoever keeps a service, from its page: pause and resume it, and share its calls among its versions."""

from collections.abc import Callable

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import catalog, kit, serving, web
from madang.gateway.counter.pages import Keeping, ReleaseRow

DONE = frozenset({"paused", "resumed", "shared", "published"})
Page = Callable[..., Response]


def keeping_of(request: Request, session: Session, asset: catalog.Asset, *, viewer: kit.Actor) -> Keeping | None:
    """What the keeper of the service sees and may do; None for everybody else."""
    if not serving.may_deploy(session, asset, by=viewer):
        return None
    service, _asset = serving.get_service(session, asset.namespace, asset.name, viewer=viewer)
    states = serving.read_states(serving.workplace_of(request).engines)
    rows = tuple(
        ReleaseRow(each.label, each.engine, each.share, str(states.get(each.version_id, {}).get("state", "")), each.made_at, each.made_by)
        for each in serving.releases_of(session, service)
    )
    done = request.query_params.get("done", "")
    return Keeping(rows, service.paused_at, service.paused_by or "", done if done in DONE else "")


def _found(request: Request, session: Session, actor: kit.Actor) -> tuple[serving.Service, catalog.Asset]:
    names = request.path_params
    return serving.get_service(session, names["namespace"], names["name"], viewer=actor)


def _back(request: Request, asset: catalog.Asset, done: str) -> Response:
    if web.form(request)["back"] == "operate":
        return web.see_other(f"/admin/services?done={done}")
    return web.see_other(f"/assets/api/{asset.namespace}/{asset.name}?done={done}#keep")


def create_pause(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The service answers no call."""
    service, asset = _found(request, session, actor)
    serving.pause(session, service, asset, by=actor)
    return _back(request, asset, "paused")


def create_resumption(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The service answers again."""
    service, asset = _found(request, session, actor)
    serving.resume(session, service, asset, by=actor)
    return _back(request, asset, "resumed")


def create_share(request: Request, session: Session, actor: kit.Actor, *, page: Page) -> Response:
    """The version takes so many of a hundred calls."""
    service, asset = _found(request, session, actor)
    serving.check_deploys(session, asset, by=actor)
    form = web.form(request)
    try:
        with session.begin_nested():
            release = serving.get_release(session, service, asset, form["version"])
            serving.set_share(session, service, asset, release, serving.share_of(form["share"].strip()), by=actor)
    except (kit.Invalid, kit.NotFound) as refusal:
        return page(request, session, actor, faults={"share": refusal.sentence(web.translate)}, status=web.status_of(refusal))
    return _back(request, asset, "shared")
