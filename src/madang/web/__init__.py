# SPDX-License-Identifier: Apache-2.0
"""The gate: what stands between the wire and the doors of the rooms.

It opens the unit of work, says who asks, checks that a form came from our own page, chooses the language, turns refusals into answers and
gives every answer its headers. It does not know any room: the composition hands it the doors, the template folders and the way to tell
who asks.
"""

from madang.web import pictures
from madang.web.answers import WHOLE, attachment, json_answer, lines_of, no_content, see_other, streamed
from madang.web.application import Composition, Imprint, application
from madang.web.bodies import Upload, allow_body, form, read_upload
from madang.web.csrf import ForgedForm
from madang.web.csrf import check as check_form
from madang.web.csrf import identity as browser_of
from madang.web.csrf import token_for as csrf_token
from madang.web.gate import Debt, Door, Gate, confirm, page, perform, printed_address, reading
from madang.web.idempotency import IdempotentAnswer
from madang.web.languages import LANGUAGES, current_language, in_each_language, preferred, translate, use_language
from madang.web.limits import Limits
from madang.web.masthead import Masthead
from madang.web.metrics import Exposition, Figure, Meter, leave
from madang.web.middleware import preference_cookie
from madang.web.moments import InTime, in_utc, local_text, moment_in, offset_seconds
from madang.web.paging import BadCursor, Page, next_address, page_address, page_of, place_of, position, write_cursor
from madang.web.preferences import PreferenceChosen, local_path
from madang.web.problems import status_of
from madang.web.routers import NAME, ApiRouter, InId, InName, api_router
from madang.web.streams import event_stream
from madang.web.templating import render, render_text
from madang.web.templating import size as shown_size

__all__ = [
    "LANGUAGES",
    "NAME",
    "WHOLE",
    "ApiRouter",
    "BadCursor",
    "Composition",
    "Debt",
    "Door",
    "Exposition",
    "Figure",
    "ForgedForm",
    "Gate",
    "IdempotentAnswer",
    "Imprint",
    "InId",
    "InName",
    "InTime",
    "Limits",
    "Masthead",
    "Meter",
    "Page",
    "PreferenceChosen",
    "Upload",
    "allow_body",
    "api_router",
    "application",
    "attachment",
    "browser_of",
    "check_form",
    "confirm",
    "csrf_token",
    "current_language",
    "event_stream",
    "form",
    "in_each_language",
    "in_utc",
    "json_answer",
    "lines_of",
    "leave",
    "local_path",
    "local_text",
    "moment_in",
    "next_address",
    "no_content",
    "offset_seconds",
    "page",
    "page_address",
    "page_of",
    "perform",
    "pictures",
    "printed_address",
    "place_of",
    "position",
    "preference_cookie",
    "preferred",
    "read_upload",
    "reading",
    "render",
    "render_text",
    "see_other",
    "shown_size",
    "status_of",
    "streamed",
    "translate",
    "use_language",
    "write_cursor",
]
