# SPDX-License-Identifier: Apache-2.0
"""Pages of services: the list by field, one service with a try on the spot, a key in one click, and its owner's figures."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from madang import catalog, compliance, kit, people, serving, sheets, usage, web
from madang.gateway.admission import Admission
from madang.gateway.counter import figures, keeping, operating, publishing, reading
from madang.gateway.counter.codes import Code, codes
from madang.gateway.counter.fields import Field, fields_of
from madang.gateway.counter.pages import SECTORS, ServicePage, ServicesPage, Trial
from madang.gateway.counter.trying import tried
from madang.gateway.path import CallPath

SERVICE = "/assets/api/{namespace}/{name}"
DEVELOPMENT = "development"
MOST_SERVICES = 500


def admission_of(request: Request) -> Admission:
    """What lets calls in; the composition hung it on the application. Where pages are served alone, nothing answers for a service."""
    path: CallPath | None = getattr(request.app.state, "calls", None)
    if path is None:
        raise serving.EngineDown
    return path.admission


def offers_of(session: Session, actor: kit.Actor) -> Mapping[str, serving.Offer]:
    """Every service that the viewer may see, by the id of its asset."""
    return {offer.id: offer for offer in serving.offers(session, viewer=actor)}


def list_services(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The services by field."""
    days = reading.lately(reading.today_of(request))
    assets = catalog.assets(session, catalog.Filter(kind=("api",)), viewer=actor, limit=MOST_SERVICES)
    calls = usage.calls_by_service(session, begins=days[0], ends=days[-1])
    ids = [asset.id for asset in assets]
    use = reading.use_of(usage.sector_days(session, begins=days[0], ends=days[-1], services=ids), days)
    page = ServicesPage(reading.service_rows(assets, offers_of(session, actor), calls), use, serving.may_deploy_somewhere(by=actor))
    return web.render(request, "gateway/services.html", page)


def list_use_csv(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Calls of the last 30 days by day and sector, of all services or of one (``?service=``)."""
    days = reading.lately(reading.today_of(request))
    wanted = request.query_params.get("service", "")
    assets = catalog.assets(session, catalog.Filter(kind=("api",)), viewer=actor, limit=MOST_SERVICES)
    ids = [asset.id for asset in assets if not wanted or f"{asset.namespace}/{asset.name}" == wanted]
    use = reading.use_of(usage.sector_days(session, begins=days[0], ends=days[-1], services=ids), days)
    text = sheets.write_csv(((day, *row) for day, row in use.rows), header=("day", *SECTORS))
    return web.attachment(text, name="calls.csv", media_type="text/csv; charset=utf-8")


def show_service(request: Request, session: Session, actor: kit.Actor) -> Response:
    """One service: what it does, a form to try it, lines to copy, what is allowed, how fast it is."""
    return service_page(request, session, actor)


def service_page(
    request: Request, session: Session, actor: kit.Actor, *, trial: Trial | None = None, typed: Mapping[str, str] | None = None,
    secret: str = "", faults: Mapping[str, str] | None = None, status: int = 200,
) -> Response:  # fmt: skip
    """The page, with what came of a try or with a key that was just made. An asset that nothing answers for is shown as others are."""
    request.path_params["kind"] = "api"
    asset = catalog.get_asset(session, "api", request.path_params["namespace"], request.path_params["name"], viewer=actor)
    offer = offers_of(session, actor).get(asset.id)
    if offer is None or request.query_params.get("view") == "versions":
        return compliance.show_asset(request, session, actor)
    days = reading.lately(reading.today_of(request))
    versions = catalog.versions_of(session, asset, limit=1)
    mine = reading.mine_of(session, offer, days[-1], viewer=actor)
    fields = fields_of(reading.inputs_of_all(offer), offer.example, typed or {})
    page = ServicePage(
        kind="api",
        namespace=asset.namespace,
        name=asset.name,
        title=asset.title or asset.name,
        version=offer.version,
        about=reading.about_of(offer),
        exposure=asset.exposure,
        field=asset.field,
        unit=offer.unit,
        state="paused" if offer.is_paused else "open",
        owner=asset.namespace,
        licence=asset.license_expression or asset.declared or "",
        calls=usage.calls_by_service(session, begins=days[0], ends=days[-1]).get(asset.id, 0),
        fields=fields,
        operations=offer.operations,
        operation=(typed or {}).get(".operation", ""),
        codes=lines_of(request, offer, fields, typed or {}, secret),
        allowances=reading.allowances(session, offer, mine.plan if mine else "", viewer=actor),
        speed=reading.speed_of(usage.timings(session, asset.id, begins=days[0], ends=days[-1]), days),
        versions=asset.version_count,
        card=reading.card_of(offer),
        terms=f"{catalog.version_address(asset, versions[0])}/terms" if versions else "",
        secret=secret,
        trial=trial,
        mine=mine,
        may_change=catalog.changeable(session, asset, viewer=actor),
        keeping=keeping.keeping_of(request, session, asset, viewer=actor),
        faults=faults or ({trial.field: trial.fault} if trial and trial.fault else {}),
    )  # fmt: skip
    answer = web.render(request, "gateway/service.html", page, status=status)
    if secret:
        answer.headers["Cache-Control"] = "no-store"
    return answer


def lines_of(request: Request, offer: serving.Offer, fields: Sequence[Field], typed: Mapping[str, str], secret: str) -> tuple[Code, ...]:
    """Lines to copy, with the texts that were typed last."""
    texts = {name: value for name, value in typed.items() if isinstance(offer.example.get(name), str)}
    file = next((field.name for field in fields if field.kind in ("file", "sound")), "")
    address = web.printed_address(request)
    classic = reading.is_classic(offer)
    return codes(address, offer.full_name, {**offer.example, **texts}, task=offer.task, key=secret, file=file, is_classic=classic)


async def create_trial(request: Request) -> Response:
    """Try the service with what was typed or uploaded."""
    names = request.path_params
    await web.reading(request, lambda session, actor: serving.get_offer(session, names["namespace"], names["name"], viewer=actor))
    admission = admission_of(request)
    limit = admission.limits.body
    upload = await web.read_upload(request, limit=limit, setting="MADANG_MAX_CALL_BYTES")
    trial = await tried(request, admission, upload, names["namespace"], names["name"])
    typed = {key: value for key, value in upload.fields.items() if isinstance(value, str)}

    def door(request: Request, session: Session, actor: kit.Actor) -> Response:
        return service_page(request, session, actor, trial=trial, typed=typed, secret=typed.get(".key", ""), status=trial.status)

    return await web.perform(request, door, writes=False)


def create_key(request: Request, session: Session, actor: kit.Actor) -> Response:
    """A development key at once, shown this once and placed in the lines to copy."""
    if not actor.account_id:
        raise kit.NotSignedIn
    asset = catalog.get_asset(session, "api", request.path_params["namespace"], request.path_params["name"], viewer=actor)
    account = people.get_account(session, actor.name, viewer=actor)
    made = usage.create_key(session, account=account, plan=DEVELOPMENT, note=asset.name, by=actor)
    return service_page(request, session, actor, secret=made.secret)


def create_share(request: Request, session: Session, actor: kit.Actor) -> Response:
    """The version takes so many of a hundred calls; what cannot be is said on the page."""
    return keeping.create_share(request, session, actor, page=service_page)


routes = [
    web.page("/services", list_services),
    web.page("/services/calls.csv", list_use_csv),
    web.page("/services/new", publishing.new_service),
    Route("/services", publishing.create_service, methods=["POST"]),
    web.page("/admin/services", operating.list_services),
    web.page("/admin/services.csv", operating.list_services_csv),
    web.page("/admin/services.json", operating.list_services_json),
    web.page(SERVICE, show_service),
    Route(SERVICE + "/trial", create_trial, methods=["POST"]),
    web.page(SERVICE + "/keys", create_key, methods=["POST"]),
    web.page(SERVICE + "/pause", keeping.create_pause, methods=["POST"]),
    web.page(SERVICE + "/resumption", keeping.create_resumption, methods=["POST"]),
    web.page(SERVICE + "/shares", create_share, methods=["POST"]),
    web.page(SERVICE + "/figures", figures.show_figures),
    web.page(SERVICE + "/figures.csv", figures.list_figures_csv),
]
