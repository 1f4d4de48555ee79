# SPDX-License-Identifier: Apache-2.0
"""When tokens and sessions were last used: noted in memory while reading, written in one unit now and then.

Reading never waits for a write this way. A process that is killed loses at most the notes since the last writing; nothing rests on them but
"last used" on a page and the idle end of a session, which is counted in days.
"""

from datetime import datetime, timedelta
from threading import Lock

from sqlalchemy import Update, or_, update

from madang.db import Database, slices
from madang.people.models import BrowserSession, Token

NOT_OFTENER_THAN = timedelta(hours=1)
MOST = 10_000
_lock = Lock()
_tokens: dict[str, datetime] = {}
_sessions: dict[str, datetime] = {}


def note_token(token_id: str, last: datetime | None, at: datetime) -> None:
    """The token was used, if that is worth a row: not when it was written within the hour."""
    _note(_tokens, token_id, last, at)


def note_session(session_id: str, last: datetime, at: datetime) -> None:
    """The session was used."""
    _note(_sessions, session_id, last, at)


def write_uses(database: Database) -> int:
    """What was noted in this process stands in the rows; how many notes that were. Call it every few minutes and when the process ends."""
    with _lock:
        tokens, sessions = dict(_tokens), dict(_sessions)
        _tokens.clear()
        _sessions.clear()
    for chunk in slices([*_statements(tokens, sessions)]):
        with database.writing() as session:
            for statement in chunk:
                session.execute(statement)
    return len(tokens) + len(sessions)


def _statements(tokens: dict[str, datetime], sessions: dict[str, datetime]) -> list[Update]:
    older = [
        update(Token).where(Token.id == key, or_(Token.last_used_at.is_(None), Token.last_used_at < at)).values(last_used_at=at)
        for key, at in tokens.items()
    ]
    return older + [
        update(BrowserSession).where(BrowserSession.id == key, BrowserSession.seen_at < at).values(seen_at=at)
        for key, at in sessions.items()
    ]


def _note(notes: dict[str, datetime], key: str, last: datetime | None, at: datetime) -> None:
    if last is not None and at - last < NOT_OFTENER_THAN:
        return
    with _lock:
        if key in notes or len(notes) < MOST:
            notes.setdefault(key, at)


def forget() -> None:
    """What was noted and not written is let go."""
    with _lock:
        _tokens.clear()
        _sessions.clear()
