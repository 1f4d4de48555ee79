# SPDX-License-Identifier: Apache-2.0
"""What the composition hands to doors: who may make an account, the conditions of use, and what letters say."""

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response

from madang import web
from madang.people import policy
from madang.people.letters import Letters
from madang.people.models import Account


def sign_up_policy(request: Request) -> policy.SignUpPolicy:
    """Who may make an account, as the composition says it now."""
    given: policy.SignUpPolicy = getattr(request.app.state, "sign_up", policy.SignUpPolicy)()
    return given


def conditions(request: Request) -> policy.Conditions:
    """The conditions of use, as the composition has them now."""
    given: policy.Conditions = getattr(request.app.state, "conditions", policy.Conditions)()
    return given


def lead_to_conditions(request: Request, answer: Response, account: Account) -> Response:
    """The answer; one that leads on leads over the conditions of use first, where this account has still to accept them."""
    if account.conditions < conditions(request).version and "location" in answer.headers:
        answer.headers["location"] = f"/conditions?back={quote(answer.headers['location'])}"
    return answer


def letters(request: Request) -> Letters:
    """What letters say that leave from here."""
    place = request.app.state.gate.masthead().name.get(web.current_language()) or "Madang"
    return Letters(place, web.printed_address(request), web.in_each_language)
