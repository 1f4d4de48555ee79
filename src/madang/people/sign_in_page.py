# SPDX-License-Identifier: Apache-2.0
"""The page on which people sign in, shown again with the reason when they could not."""

from starlette.requests import Request
from starlette.responses import Response

from madang import mail, web
from madang.kit import NotAllowed, Refusal, TooMany, Unavailable
from madang.people import oidc, pages
from madang.people.joining.given import sign_up_policy


def sign_in_page(request: Request, *, name: str = "", fault: str | None = None, back: str = "/", status: int = 200) -> Response:
    """The form for name and password, and the way through the institute where there is one."""
    provider = oidc.provider()
    page = pages.SignInPage(
        name=name[:96],
        fault=fault,
        back=back,
        provider=(provider.name or web.translate("The institute's sign-in")) if provider else None,
        takes_passwords=oidc.takes_passwords(),
        can_be_forgotten=mail.is_possible(),
        sign_up=sign_up_policy(request).mode,
    )
    return web.render(request, "people/sign_in.html", page, status=status)


def sign_in_again(request: Request, refusal: Refusal, *, name: str = "", back: str = "/", status: int = 422) -> Response:
    """The form again, with the reason."""
    for kind, code in ((TooMany, 429), (Unavailable, 503), (NotAllowed, 403)):
        status = code if isinstance(refusal, kind) else status
    answer = sign_in_page(request, name=name, fault=refusal.sentence(web.translate), back=back, status=status)
    if isinstance(refusal, TooMany) and refusal.retry_after:
        answer.headers["Retry-After"] = str(refusal.retry_after)
    return answer
