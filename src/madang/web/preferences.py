# SPDX-License-Identifier: Apache-2.0
"""Language and light: what a reader chose, kept in cookies of their own and nowhere else."""

from dataclasses import dataclass

from sqlalchemy.orm import Session
from starlette.requests import Request
from starlette.responses import Response

from madang import kit
from madang.db import announce
from madang.web.answers import see_other
from madang.web.bodies import form
from madang.web.gate import page
from madang.web.languages import LANGUAGES
from madang.web.middleware import THEMES, preference_cookie


@dataclass(frozen=True, slots=True)
class PreferenceChosen:
    """Somebody who is signed in chose a language or a theme, "" for what they left as it was."""

    account_id: str
    language: str
    theme: str


def create_preference(request: Request, session: Session, actor: kit.Actor) -> Response:
    """Remember the language or theme and go back to where the reader was."""
    fields, response = form(request), see_other(local_path(form(request)["back"]))
    is_secure = request.app.state.gate.is_secure
    if fields["lang"] in LANGUAGES:
        response.headers.append("Set-Cookie", preference_cookie("language", fields["lang"], is_secure=is_secure))
    if fields["theme"] in THEMES:
        response.headers.append("Set-Cookie", preference_cookie("theme", fields["theme"], is_secure=is_secure))
    if actor.account_id and actor.via == "session" and (fields["lang"] in LANGUAGES or fields["theme"] in THEMES):
        language, theme = (fields["lang"] if fields["lang"] in LANGUAGES else ""), (fields["theme"] if fields["theme"] in THEMES else "")
        announce(session, PreferenceChosen(actor.account_id, language, theme))
    return response


def local_path(address: str) -> str:
    """``address`` if it is a path on this host, else ``/``: a browser reads ``//host`` and ``/\\host`` as another host."""
    good = address.startswith("/") and not address.startswith(("//", "/\\")) and not any(ord(c) < 33 for c in address)
    return address if good and "\\" not in address else "/"


route = page("/preferences", create_preference, methods=["POST"])
