# SPDX-License-Identifier: Apache-2.0
"""One event a line, and no secret in any."""

import io
import json
import logging
import warnings
from collections.abc import Iterator

import pytest

from madang import logs

SECRETS = [
    ("cloning https://me:hunter2secret@git.example/x", "hunter2secret"),
    ("GET /link/AbCdEf0123456789 200", "AbCdEf0123456789"),
    ("GET /invitations/AbCdEf0123456789AbCdEf0123456789AbCdEf 200", "AbCdEf0123456789"),
    ("GET /me/feed/AbCdEf0123456789AbCdEf0123456789.atom 200", "AbCdEf0123456789"),
    ("Authorization: Bearer abc.def-ghi", "abc.def-ghi"),
    ("refused mdg_operator_0123456789abcdefABCDEF", "0123456789abcdefABCDEF"),
    ('{"password": "open-sesame"}', "open-sesame"),
    ("?token=abcdef123&x=1", "abcdef123"),
    ("Set-Cookie: madang=deadbeef", "deadbeef"),
    ("postgresql://madang:p4ss@db/x", "p4ss"),
]


@pytest.fixture(autouse=True)
def root() -> Iterator[None]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    logging.getLogger("madang.access").setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)


def written(form: str, level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    logs.set_up(level=level, form=form, process="web", stream=stream)
    return stream


@pytest.mark.parametrize(("line", "secret"), SECRETS)
def test_no_secret_is_written(line: str, secret: str) -> None:
    assert secret not in logs.mask(line)
    for form in ("text", "json"):
        stream = written(form)
        logging.getLogger("madang.web").info(line, extra={"given": line})
        assert secret not in stream.getvalue()


@pytest.mark.parametrize(
    "line",
    ["scan.done 7 files", "https://git.example/lab/tool.git", "/assets/software/lab/tool", "a.c: 3 tokens", "/admin/invitations/01hzy"],
)
def test_what_is_no_secret_stays(line: str) -> None:
    assert logs.mask(line) == line


def test_a_line_for_machines_is_one_object() -> None:
    stream = written("json")
    logging.getLogger("madang.jobs").warning("job.failed", extra={"task": "t1", "request_id": None, "session_token": "abc", "count": 3})
    line = json.loads(stream.getvalue())
    assert line.pop("time").endswith("Z")
    assert (line.pop("level"), line.pop("event"), line.pop("process"), line.pop("logger")) == (
        "warning",
        "job.failed",
        "web",
        "madang.jobs",
    )
    assert line == {"task": "t1", "session_token": "***", "count": 3}


def test_a_fault_s_trace_is_part_of_the_line() -> None:
    stream = written("json")
    try:
        raise ValueError("password=hunter2")
    except ValueError:
        logging.getLogger("madang").exception("fault")
    [line] = stream.getvalue().splitlines()
    assert "ValueError" in json.loads(line)["error"]
    assert "hunter2" not in line


def test_a_value_that_json_cannot_hold_is_written_as_text() -> None:
    stream = written("json")
    logging.getLogger("madang").info("x", extra={"path": OSError("token=abcdef")})
    assert json.loads(stream.getvalue())["path"] == "token=***"


def test_a_line_for_eyes_says_what_belongs_to_the_event() -> None:
    stream = written("text")
    logging.getLogger("madang.jobs").info("job.started", extra={"task": "t1"})
    logging.getLogger("madang.jobs").error("job.failed")
    first, second = stream.getvalue().splitlines()
    assert first.endswith(" web  job.started task=t1")
    assert second.endswith(" web  error job.failed")


def test_a_line_for_eyes_cannot_steer_the_terminal_or_forge_lines() -> None:
    stream = written("text")
    logging.getLogger("madang").info("file\n00:00:00 web fake", extra={"name_given": "\x1b[2J\udcff"})
    assert len(stream.getvalue().splitlines()) == 1
    assert "\x1b" not in stream.getvalue()


def test_a_trace_for_eyes_stands_below() -> None:
    stream = written("text")
    try:
        raise ValueError("no")
    except ValueError:
        logging.getLogger("madang").exception("fault")
    first, *trace = stream.getvalue().splitlines()
    assert first.endswith("fault")
    assert trace[0] == "    Traceback (most recent call last):"
    assert trace[-1] == "    ValueError: no"


def test_a_trace_for_eyes_cannot_steer_the_terminal_or_forge_lines() -> None:
    stream = written("text")
    try:
        raise ValueError("no\n00:00:00 web  error fake\r\x1b[2J\x85\u2028\udcff\n\n\tend")
    except ValueError:
        logging.getLogger("madang").exception("fault")
    written_out = stream.getvalue()
    assert all(line.startswith("    ") or not line for line in written_out.splitlines()[1:])
    assert all(character.isprintable() or character == "\n" for character in written_out)
    assert "    00:00:00 web  error fake\\x0d\\x1b[2J" in written_out


def test_what_is_below_the_level_is_not_written_and_libraries_are_quiet() -> None:
    stream = written("text", level="info")
    logging.getLogger("madang").debug("small")
    logging.getLogger("alembic.runtime").info("loud")
    assert stream.getvalue() == ""


def test_warnings_become_events() -> None:
    stream = written("text")
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(capture=True)
        warnings.warn("old", stacklevel=1)
    assert "warning" in stream.getvalue()


@pytest.mark.parametrize(("form", "level", "told"), [("text", "info", False), ("text", "debug", True), ("json", "info", True)])
def test_requests_are_told_to_machines_and_to_who_asks(form: str, level: str, told: bool) -> None:
    stream = written(form, level)
    logging.getLogger("madang.access").info("request", extra={"path": "/"})
    assert ("request" in stream.getvalue()) is told
