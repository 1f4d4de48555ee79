# SPDX-License-Identifier: Apache-2.0
"""How each address is asked so that only rights can refuse it: what its path holds, and a body that would be taken.

Path parameters come from the thing that is asked for (``access_cast``). A writing address needs a row in ``REQUESTS``; a reading one only
where it must be asked more than its path. An address that cannot be asked fails the build.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from access_cast import ORGANISATION, OWNER, PASSWORD, Thing
from madang import kit

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Ask:
    """One request: a query, and JSON, a form or nothing as its body.

    ``besides`` are statuses that say here something else than a right: whoever may can get them too.
    """

    query: Values = field(default_factory=dict)
    json: Values | None = None
    form: Values | None = None
    besides: frozenset[int] = frozenset()


Maker = Callable[[Thing], Ask]


def _json(**values: Any) -> Maker:
    return lambda _thing: Ask(json=values)


def _form(**values: Any) -> Maker:
    return lambda _thing: Ask(form=values)


def _query(**values: Any) -> Maker:
    return lambda _thing: Ask(query=values)


def _empty(_thing: Thing) -> Ask:
    return Ask(form={})


def _besides(*statuses: int, form: Values | None = None) -> Maker:
    return lambda _thing: Ask(form=form, besides=frozenset(statuses))


def _version_of(thing: Thing) -> dict[str, str]:
    return {name: thing.names[name] for name in ("kind", "namespace", "name", "version")}


def _ref_of(thing: Thing) -> str:
    return "{kind}/{namespace}/{name}@{version}".format(**thing.names)


def _nothing(_thing: Thing) -> Ask:
    return Ask()


ASSET = "/assets/{kind}/{namespace}/{name}"
VERSION = ASSET + "/versions/{version}"
API = "/api/v1"
SERVICE = "/assets/api/{namespace}/{name}"

REQUESTS: dict[tuple[str, str], Maker] = {
    ("POST", "/examples"): _empty,
    ("POST", "/sign-in"): _form(name="owner", password=PASSWORD),
    ("POST", "/link/{secret}"): _empty,
    ("GET", "/sign-in/provider"): _besides(404),  # no provider is set
    ("GET", "/sign-in/provider/return"): _besides(403, 404),  # nobody was sent to a provider
    ("POST", "/sign-in/code"): _form(code="123456"),
    ("POST", "/forgotten"): _form(who="somebody"),
    ("POST", "/me/email"): _besides(503, form={"email": "me@example.org"}),  # no mail server is set
    ("GET", "/me/email/{proof}"): _besides(404),
    ("GET", "/api/v1/services/{namespace}/{name}"): _besides(404),  # no service runs here
    ("GET", "/api/v1/services/{namespace}/{name}/openapi.json"): _besides(404),
    ("POST", "/me/email/{proof}"): _besides(404),
    ("POST", "/me/second-factor"): _form(password=PASSWORD),
    ("POST", "/me/second-factor/confirmation"): _form(code="123456"),
    ("POST", "/me/second-factor/recovery-codes"): _form(code="123456"),
    ("POST", "/me/second-factor/removal"): _form(code="123456"),
    ("GET", "/me/identities/new"): _besides(404),  # no provider is set
    ("POST", "/me/identities/{identity_id}/removal"): _empty,
    ("POST", "/me/sessions/elsewhere/revocation"): _empty,
    ("POST", "/me/sessions/{session_id}/revocation"): _empty,
    ("POST", "/admin/people/{name}/second-factor/removal"): _empty,
    ("DELETE", API + "/me/sessions/{session_id}"): _nothing,
    ("GET", "/people/{name}"): _besides(404),  # who has nothing to show is not told of
    ("GET", "/organisations/{name}"): _besides(404),
    ("POST", "/sign-up"): _form(email="somebody@example.org"),
    ("POST", "/invitations/{secret}"): _form(name="somebody", password=PASSWORD, again=PASSWORD),
    ("POST", "/conditions"): _form(version="1", accepted="yes"),
    ("POST", "/admin/people"): _form(name="newcomer", role="reader"),
    ("POST", "/admin/people/{name}"): _form(role="reader", reach="inner", sector="other"),
    ("POST", "/admin/people/{name}/closing"): _empty,
    ("POST", "/admin/people/{name}/opening"): _empty,
    ("POST", "/admin/people/{name}/link"): _empty,
    ("POST", "/admin/people/lists"): _empty,
    ("POST", "/admin/people/lists/{list}"): _empty,
    ("POST", "/admin/invitations"): _form(role="reader"),
    ("POST", "/admin/invitations/{invitation}/withdrawal"): _empty,
    ("POST", "/admin/organisations"): _form(name="works", sector="industry"),
    ("POST", "/organisations/{name}/members"): lambda thing: Ask(form={"account": thing.names["account"], "role": "member"}),
    ("POST", "/organisations/{name}/members/{account}/removal"): _empty,
    ("POST", "/organisations/{name}/settings"): _form(display_name="Laboratory", sector="university"),
    ("POST", API + "/accounts"): _json(name="newcomer"),
    ("PATCH", API + "/accounts/{name}"): _json(display_name="Somebody"),
    ("POST", API + "/accounts/{name}/link"): _nothing,
    ("POST", API + "/invitations"): _json(role="reader"),
    ("DELETE", API + "/invitations/{invitation}"): _nothing,
    ("POST", API + "/conditions/acceptance"): _json(version=1),
    ("POST", API + "/organisations"): _json(name="works", sector="industry"),
    ("PATCH", API + "/organisations/{name}"): _json(display_name="Laboratory"),
    ("PUT", API + "/organisations/{name}/members/{account}"): _json(role="member"),
    ("DELETE", API + "/organisations/{name}/members/{account}"): _nothing,
    ("POST", "/welcome"): _form(password="a password of nineteen letters"),
    ("POST", "/sign-out"): _empty,
    ("POST", "/preferences"): _form(lang="ko"),
    ("POST", "/me/password"): _form(password="a password of nineteen letters", old_password=PASSWORD),
    ("POST", "/me/tokens"): _form(role="reader", note="for a test"),
    ("POST", "/me/tokens/{token_id}/revocation"): _empty,
    ("POST", "/me/sessions/revocation"): _empty,
    ("POST", "/me/inbox/settings"): _form(language="ko"),
    ("POST", "/me/inbox/readings"): _empty,
    ("POST", "/me/tasks/{task_id}/end"): _empty,
    ("POST", "/me/notifications/{notice_id}/reading"): _empty,
    ("POST", "/me/feed"): _empty,
    ("POST", "/me/feed/end"): _empty,
    ("POST", API + "/me/tasks/{task_id}/end"): _nothing,
    ("POST", API + "/me/notifications/{notification_id}/reading"): _nothing,
    ("POST", "/register/list"): _empty,
    ("POST", "/register/list/{list_id}/rows/{number}"): _form(leave="out"),
    ("POST", "/register/list/{list_id}/confirmation"): _empty,
    ("POST", "/register/list/{list_id}/cancellation"): _empty,
    ("POST", "/register/list/{list_id}/retry"): _empty,
    ("POST", API + "/registrations"): _json(rows=[{"source": "https://example.org/new.git"}]),
    ("POST", API + "/registrations/{list_id}/confirmation"): _nothing,
    ("POST", API + "/registrations/{list_id}/attempts"): _nothing,
    ("DELETE", API + "/registrations/{list_id}"): _nothing,
    ("POST", "/register"): lambda thing: Ask(form={"git": "https://example.org/new.git", "namespace": thing.names["namespace"]}),
    ("POST", ASSET + "/title"): _form(title="Another title"),
    ("POST", ASSET + "/exposure"): _form(exposure="open"),
    ("POST", ASSET + "/field"): _form(field=""),
    ("POST", ASSET + "/versions"): _form(git="https://example.org/new.git"),
    ("POST", VERSION + "/cancellation"): _empty,
    ("POST", VERSION + "/retry"): _empty,
    ("GET", VERSION + "/file"): _query(path="LICENSE"),
    ("GET", VERSION + "/content"): _query(path="LICENSE"),
    ("POST", API + "/me/tokens"): _json(role="reader", note="for a test"),
    ("DELETE", API + "/me/tokens/{token_id}"): _nothing,
    ("POST", API + "/assets"): lambda thing: Ask(json={"kind": "software", "namespace": thing.names["namespace"], "name": "new"}),
    ("PATCH", API + ASSET): _json(title="Another title"),
    ("POST", API + ASSET + "/versions"): _json(source={"git": "https://example.org/new.git"}),
    ("POST", API + VERSION + "/attempts"): _nothing,
    ("DELETE", API + "/tasks/{task}"): _nothing,
    ("POST", API + "/terms/decisions"): lambda thing: Ask(json={**_version_of(thing), "goal": "use"}),
    ("POST", API + "/terms/what-if"): lambda thing: Ask(
        json={**_version_of(thing), "goal": "use", "changes": [{"change": "withdraw", "at": _ref_of(thing)}]}
    ),
    ("POST", "/admin/components"): _form(list="pkg:pypi/somebodys@1.0,MIT"),
    ("POST", "/admin/components/withdrawal"): _form(purl="pkg:pypi/somebodys@1.0"),
    ("POST", VERSION + "/terms/statement"): _form(licence="MIT"),
    ("POST", VERSION + "/terms/statement/withdrawal"): _empty,
    ("POST", VERSION + "/terms/sboms"): _besides(422, form={}),
    ("POST", VERSION + "/terms/sboms/{sbom}/withdrawal"): _empty,
    ("DELETE", API + VERSION + "/terms"): _nothing,
    ("POST", API + VERSION + "/sboms"): _besides(422, form={}),
    ("DELETE", API + VERSION + "/sboms/{sbom}"): _nothing,
    ("POST", VERSION + "/terms/decisions"): _form(goal="use"),
    ("POST", VERSION + "/terms/derivations"): _form(source="pkg:pypi/other@1.0", kind="links-dynamic"),
    ("POST", VERSION + "/terms/derivations/{derivation}/withdrawal"): _empty,
    ("POST", VERSION + "/terms/evidence"): _form(removes="forbidden:commercial-use", issuer="rights holder"),
    ("POST", VERSION + "/terms/evidence/{evidence}/withdrawal"): _empty,
    ("PUT", API + "/terms/components"): _json(purl="pkg:pypi/thing@1.0", license="MIT"),
    ("PATCH", API + VERSION + "/terms"): _json(own=True),
    ("POST", API + VERSION + "/derivations"): _json(purl="pkg:pypi/thing@1.0", kind="links-dynamic"),
    ("DELETE", API + VERSION + "/derivations/{derivation}"): _nothing,
    ("POST", API + VERSION + "/evidence"): _json(removes=["forbidden:commercial-use"], issuer="rights holder"),
    ("DELETE", API + VERSION + "/evidence/{evidence}"): _nothing,
    ("POST", API + "/keys"): _json(plan="development"),
    ("POST", API + "/keys/{key_id}/rotation"): _json(),
    ("PUT", API + "/keys/{key_id}/pause"): _nothing,
    ("DELETE", API + "/keys/{key_id}/pause"): _nothing,
    ("DELETE", API + "/keys/{key_id}"): _nothing,
    ("PUT", API + "/plans/{plan}"): _json(title={"ko": "개발", "en": "Development"}),
    ("POST", API + "/plans/{plan}/quotas"): _json(amount=10),
    ("DELETE", API + "/quotas/{quota_id}"): _besides(404),
    ("POST", API + "/plans/{plan}/prices"): _json(unit="call", amount="0.5"),
    ("POST", API + "/production-requests"): lambda thing: Ask(json={"key": thing.names["key_id"], "purpose": "a test", "wanted": 1}),
    ("PUT", API + "/production-requests/{request_id}/approval"): _json(amount=10),
    ("PUT", API + "/production-requests/{request_id}/refusal"): _json(reason="for a test"),
    ("DELETE", API + "/production-requests/{request_id}"): _nothing,
    ("POST", API + "/invoices"): lambda _thing: Ask(json={"month": "2026-01"}, besides=frozenset({404})),  # nothing was used
    ("PUT", API + "/invoices/{invoice_id}/issue"): _nothing,
    ("PUT", API + "/invoices/{invoice_id}/voidance"): _json(reason="for a test"),
    ("POST", "/me/production-requests"): lambda thing: Ask(form={"key": thing.names["key_id"], "purpose": "a test", "wanted": "1"}),
    ("POST", "/production-requests/{request_id}/approval"): _form(amount="10"),
    ("POST", "/production-requests/{request_id}/refusal"): _form(reason="for a test"),
    ("POST", "/production-requests/{request_id}/withdrawal"): _empty,
    ("POST", "/invoices"): lambda _thing: Ask(form={"month": "2026-01"}, besides=frozenset({404})),  # nothing was used
    ("POST", "/invoices/{invoice_id}/issue"): _empty,
    ("POST", "/invoices/{invoice_id}/voidance"): _form(reason="for a test"),
    ("POST", "/me/keys"): _form(plan="development", note="for a test"),
    **{("POST", f"/me/keys/{{key_id}}/{deed}"): _empty for deed in ("rotation", "revocation", "pause", "resumption")},
    **{("POST", f"/admin/keys/{{key_id}}/{deed}"): _empty for deed in ("pause", "resumption")},
    ("POST", SERVICE + "/trial"): _besides(503, form={}),  # pages are served alone
    ("POST", SERVICE + "/keys"): _empty,
    ("POST", SERVICE + "/pause"): _empty,
    ("POST", SERVICE + "/resumption"): _empty,
    ("POST", SERVICE + "/shares"): _form(version="1", share="100"),
    ("POST", "/services"): _json(share="100"),
    ("POST", API + "/services"): _json(name="elsewhere", url="https://models.example.org/v1"),
    ("PUT", API + "/services/{namespace}/{name}/pause"): _nothing,
    ("DELETE", API + "/services/{namespace}/{name}/pause"): _nothing,
    ("PUT", API + "/services/{namespace}/{name}/versions/{version}/share"): _json(share=100),
    ("DELETE", API + "/services/{namespace}/{name}"): _nothing,
    ("POST", "/admin/plans"): _form(name="trial", title_ko="시험", title_en="Trial", given="by-operator"),
    ("POST", "/admin/plans/{plan}/quotas"): _form(unit="call", every="day", amount="10", scope="account"),
    ("POST", "/admin/plans/{plan}/quotas/{quota_id}/removal"): _besides(404, form={}),  # the plan has no quota of that id
    ("POST", "/admin/plans/{plan}/prices"): _form(unit="call", amount="1.5", per="1000"),
    ("POST", "/admin/ledger/checks"): _empty,
    ("POST", "/admin/jobs/{task}/retry"): _besides(404, form={}),  # the queue knows no such task
    ("POST", "/admin/jobs/{task}/cancellation"): _besides(404, form={}),
    ("POST", "/admin/storage/collections"): _form(deed="count"),
    ("POST", "/admin/samples"): _empty,
    ("POST", "/admin/settings/{setting}"): _form(value="x", version="0"),
    ("POST", "/admin/changes/{change}/undoing"): _besides(404, form={"version": "0"}),  # nothing was changed that often
    ("POST", "/admin/hosts"): _form(host="git.example", reason="for a test", version="0"),
    ("POST", "/admin/hosts/removal"): _besides(404, form={"host": "git.other.example", "version": "0"}),
    ("POST", API + "/admin/ledger/checks"): _nothing,
    ("POST", API + "/admin/jobs/{task}/attempts"): _besides(404),
    ("DELETE", API + "/admin/jobs/{task}"): _besides(404),
    ("POST", API + "/admin/storage/collections"): _json(dry=True),
    ("POST", API + "/admin/samples"): _nothing,
    ("PATCH", API + "/admin/settings/{setting}"): _json(value="x", version=0),
    ("POST", API + "/admin/changes/{change}/undoing"): lambda _thing: Ask(json={"version": 0}, besides=frozenset({404})),
    ("POST", API + "/admin/hosts"): _json(host="git.example", reason="for a test", version=0),
    ("DELETE", API + "/admin/hosts"): lambda _thing: Ask(query={"host": "git.other.example", "version": 0}, besides=frozenset({404})),
}


NAMES: dict[str, dict[str, str]] = {
    "/licences/{licence}": {"licence": "MIT"},
    "/api/v1/licences/{licence}": {"licence": "MIT"},
    "/me/feed/{secret}.atom": {"secret": "a" * 32},
    "/people/{name}": {"name": OWNER},
    "/admin/plans/{plan}/quotas": {"plan": "development"},
    "/admin/plans/{plan}/quotas/{quota_id}/removal": {"plan": "development", "quota_id": kit.new_id()},
    "/admin/plans/{plan}/prices": {"plan": "development"},
    "/organisations/{name}": {"name": ORGANISATION},
    "/invitations/{secret}": {"secret": "a" * 43},
    "/link/{secret}": {"secret": "a" * 43},
    "/me/email/{proof}": {"proof": "a" * 43},
    "/static/{hash}/{name:path}": {"hash": "0", "name": "css/tokens.css"},
    "/me/identities/{identity_id}/removal": {"identity_id": kit.new_id()},
    SERVICE + "/keys": {"namespace": OWNER, "name": "service-open"},
    "/api/v1/plans/{plan}": {"plan": "development"},
    "/api/v1/services/{namespace}/{name}": {"namespace": "madang", "name": "nothing"},
    "/api/v1/services/{namespace}/{name}/openapi.json": {"namespace": "madang", "name": "nothing"},
    "/api/v1/plans/{plan}/quotas": {"plan": "development"},
    "/api/v1/plans/{plan}/prices": {"plan": "development"},
    "/api/v1/quotas/{quota_id}": {"quota_id": kit.new_id()},
    "/admin/settings/{setting}": {"setting": "contact"},
    "/admin/changes/{change}/undoing": {"change": "99"},
    "/admin/jobs/{task}/retry": {"task": kit.new_id()},
    "/admin/jobs/{task}/cancellation": {"task": kit.new_id()},
    "/api/v1/admin/settings/{setting}": {"setting": "contact"},
    "/api/v1/admin/changes/{change}/undoing": {"change": "99"},
    "/api/v1/admin/jobs/{task}/attempts": {"task": kit.new_id()},
    "/api/v1/admin/jobs/{task}": {"task": kit.new_id()},
}
"""What stands in the path of an address that is about no thing of anybody's."""


def ask_of(method: str, path: str, thing: Thing) -> Ask:
    """How this address is asked for this thing; ``KeyError`` for a writing address that nobody has told how."""
    maker = REQUESTS[method, path] if method != "GET" else REQUESTS.get((method, path), _nothing)
    return maker(thing)
