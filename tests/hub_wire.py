# SPDX-License-Identifier: Apache-2.0
"""What a client of the hub's wire sends, without any client."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from builders import Yard

Files = Mapping[str, bytes | str] | None


@dataclass
class Hub:
    """The house and one person's way to its hub."""

    yard: Yard
    headers: Mapping[str, str]

    def ask(self, method: str, path: str, **options: Any) -> Any:
        """The answer."""
        headers = {**self.headers, **options.pop("headers", {})}
        return self.yard.client.request(method, path, headers=headers, **options)

    def create(self, name: str, *, kind: str = "dataset", private: bool = True) -> str:
        """A new repository; its address behind ``/api``."""
        owner, _slash, last = name.partition("/")
        body = {"name": last, "organization": owner, "type": kind, "private": private}
        answer = self.ask("POST", "/api/repos/create", json=body)
        assert answer.status_code == 200, answer.text
        return f"/api/{kind}s/{name}"

    def commit(self, address: str, files: Files = None, *, lines: list[Any] | None = None, **options: Any) -> Any:
        """The answer to a commit of these files, and of further lines."""
        branch, parent = options.get("branch", "main"), options.get("parent")
        told: list[Any] = [{"key": "header", "value": {"summary": options.get("title", "add"), "description": "", "parentCommit": parent}}]
        for path, content in (files or {}).items():
            data = content.encode() if isinstance(content, str) else content
            told.append({"key": "file", "value": {"content": base64.b64encode(data).decode(), "path": path, "encoding": "base64"}})
        body = "\n".join(json.dumps(line) for line in [*told, *(lines or [])])
        return self.ask("POST", f"{address}/commit/{branch}", content=body, headers={"Content-Type": "application/x-ndjson"})

    def send(self, git: str, data: bytes) -> str:
        """The bytes were sent as a large file to the repository ``datasets/lab/speech``; their digest."""
        sha256 = hashlib.sha256(data).hexdigest()
        body = {"operation": "upload", "transfers": ["basic", "multipart"], "objects": [{"oid": sha256, "size": len(data)}]}
        told = self.ask("POST", f"/{git}.git/info/lfs/objects/batch", json=body)
        assert told.status_code == 200, told.text
        actions = told.json()["objects"][0].get("actions")
        if actions:
            href = urlsplit(actions["upload"]["href"])
            answer = self.yard.client.put(f"{href.path}?{href.query}", content=data)
            assert answer.status_code == 200, answer.text
        return sha256
