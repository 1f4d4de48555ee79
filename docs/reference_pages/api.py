# SPDX-License-Identifier: Apache-2.0
"""Every address of the JSON API, from its own OpenAPI document."""

import tempfile
from pathlib import Path
from typing import Any

from madang import app, settings

METHODS = ("get", "post", "put", "patch", "delete")
INTRODUCTION = """# API

Written by `make docs` from the API's own OpenAPI document, which a running platform gives at `/api/v1/openapi.json`; a test keeps it true.
Send a token as `Authorization: Bearer …`. Errors are problem documents (RFC 9457) with a stable `code`; lists answer `{"items": […],
"next": address or null}`; writes take an `Idempotency-Key`. [A walk through the usual calls](../guides/api.md).
"""


def document() -> dict[str, Any]:
    """The OpenAPI document of a platform that is opened for this and stands empty."""
    with tempfile.TemporaryDirectory() as folder:
        house = app.open_house(settings.read({}, home=Path(folder)))
        try:
            return app.web_application(house).openapi()
        finally:
            house.close()


def row(address: str, method: str, operation: dict[str, Any]) -> str:
    """One line of the table."""
    asked = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
    sentence = (
        (operation.get("description") or operation.get("summary") or "")
        .split("\n\n")[0]
        .replace("\n", " ")
        .replace("|", "\\|")
        .replace("``", "`")
    )
    answers = ", ".join(sorted(operation["responses"]))
    return f"| `{method.upper()} {address}` | {', '.join(f'`{name}`' for name in asked)} | {answers} | {sentence} |"


def page() -> str:
    """The whole page."""
    groups: dict[str, list[str]] = {}
    for address, operations in document()["paths"].items():
        for method in METHODS:
            if method in operations:
                tag = (operations[method].get("tags") or ["platform"])[0]
                groups.setdefault(tag, []).append(row(address, method, operations[method]))
    lines = [INTRODUCTION]
    for tag, rows in sorted(groups.items()):
        lines += [f"## {tag}\n", "| address | asks | answers | |", "| --- | --- | --- | --- |", *rows, ""]
    return "\n".join(lines)
