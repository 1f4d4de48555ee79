# SPDX-License-Identifier: Apache-2.0
"""What a process tells its operator: an event a line on standard error, for eyes or for machines, and never a secret.

Rooms log through the standard library: ``logging.getLogger("madang.<room>").info("version.published", extra={"version": id})``. The message
is the event's name; what belongs to it is ``extra``.
"""

import json
import logging
import re
import sys
from datetime import UTC, datetime
from typing import TextIO

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
_LOUD = ("alembic", "asyncio", "dbos", "httpx", "sqlalchemy", "uvicorn", "uvicorn.access", "uvicorn.error")
_HIDDEN = re.compile(r"(?i)password|passwd|secret|token|api_?key|cookie|authorization")
_SECRETS = (
    (re.compile(r"(?i)(://[^/\s:@\"']*:)[^/\s@\"']+(?=@)"), r"\1***"),
    (re.compile(r"(?i)(/(?:link|sign-in)/)[A-Za-z0-9._~-]{8,}"), r"\1***"),
    (re.compile(r"(?i)(/(?:invitations|me/feed)/)[A-Za-z0-9._~-]{30,}"), r"\1***"),
    (re.compile(r"(?i)\b(bearer|basic)([ +]+)[A-Za-z0-9._~+/=-]{4,}"), r"\1\2***"),
    (re.compile(r"(?i)\b((?:mdg|madang)_[a-z]*_?)[A-Za-z0-9]{16,}"), r"\1***"),
    (re.compile(r"(?i)(\b[\w-]*(?:password|passwd|secret|token|api_?key|cookie)[\"']?\s*[:=]\s*[\"']?)[^\s\"'&,;}]{3,}"), r"\1***"),
)


def mask(text: str) -> str:
    """``text`` without what opens doors: passwords in addresses, one-time links, tokens, cookies, values named like secrets."""
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


class JsonLines(logging.Formatter):
    """One JSON object a line: ``time`` (RFC 3339, UTC), ``level``, ``event``, ``process``, ``logger``, what belongs to it, ``error``."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """The event as a line, without secrets and without line breaks."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line: dict[str, object] = {
            "time": moment,
            "level": record.levelname.lower(),
            "event": mask(record.getMessage()),
            "process": self.process,
        }
        line |= {"logger": record.name} | _extras(record)
        if record.exc_info:
            line["error"] = mask(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=True, default=lambda value: mask(str(value)))


class Lines(logging.Formatter):
    """A line for eyes: time of day, process, level when it is grave, event, and what belongs to it; a fault's trace below."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        """The event as lines, without secrets and without characters that steer a terminal."""
        moment = datetime.fromtimestamp(record.created, UTC).astimezone().strftime("%H:%M:%S")
        level = f"{record.levelname.lower()} " if record.levelno >= logging.WARNING else ""
        extras = "".join(f" {name}={value}" for name, value in _extras(record).items())
        line = _printable(mask(f"{moment} {self.process:<4} {level}{record.getMessage()}{extras}"))
        if not record.exc_info:
            return line
        trace = mask(self.formatException(record.exc_info))
        # Indented, so that no message of a fault can pass for an event; only the line feed ends a line here.
        return "\n".join([line, *(f"    {_printable(each)}".rstrip() for each in trace.split("\n"))])


def set_up(*, level: str = "info", form: str = "text", process: str = "madang", stream: TextIO | None = None) -> None:
    """Every logger of this process writes to standard error (or ``stream``), in this form, from this level on."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines(process) if form == "json" else Lines(process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name in _LOUD:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    # On a terminal a line for every request would push the sign-in link away; machines get them all.
    logging.getLogger("madang.access").setLevel(logging.WARNING if form == "text" and level != "debug" else logging.NOTSET)


def _extras(record: logging.LogRecord) -> dict[str, object]:
    given = {name: value for name, value in vars(record).items() if name not in _STANDARD and value is not None}
    return {name: "***" if _HIDDEN.search(name) else _masked(value) for name, value in given.items()}


def _masked(value: object) -> object:
    return mask(value) if isinstance(value, str) else value


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else f"\\x{ord(character):02x}" for character in text)
