# SPDX-License-Identifier: Apache-2.0
"""What this wire's requests have in common, and how it says that something is wrong."""

from typing import Any

from madang import kit, serving, usage
from madang.gateway.admission import Admission
from madang.gateway.errors import WrongValue
from madang.gateway.replies import Problem

KINDS = {401: "invalid_request_error", 403: "permission_error", 404: "invalid_request_error", 429: "insufficient_quota"}
CODES = {"no-key": "invalid_api_key", "unknown-key": "invalid_api_key", "no-such-service": "model_not_found"}


def error_of(problem: Problem) -> dict[str, Any]:
    """The wire's ``error`` object."""
    kind = KINDS.get(problem.status, "invalid_request_error" if problem.status < 500 else "server_error")
    code = CODES.get(problem.code, "rate_limit_exceeded" if problem.status == 429 else problem.code.replace("-", "_"))
    return {"message": problem.detail, "type": kind, "param": problem.field or None, "code": code}


def offer_of(admission: Admission, grant: usage.Grant, model: object, task: str) -> serving.Offer:
    """The service that ``model`` names; one of another task refuses what it cannot do."""
    if not isinstance(model, str) or not model:
        raise WrongValue("model", kit.marked("it must be the name of a service, as “namespace/name”"))
    namespace, _slash, name = model.partition("/")
    offer = admission.offer(grant, namespace, name)
    if offer.task != task:
        raise WrongValue("model", kit.marked("this service does something else; its page says how it is called"))
    return offer


def used_tokens(offer: serving.Offer, units: int) -> dict[str, int]:
    """What a service that counts tokens says that a call used, where its engine says nothing finer."""
    return {"prompt_tokens": units, "completion_tokens": 0, "total_tokens": units} if offer.unit == "token" else {}
