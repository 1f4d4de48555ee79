# SPDX-License-Identifier: Apache-2.0
"""Lines to copy: the same call in the languages that developers use, whole, with the key in it when it is known."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

KEY = "API_KEY"


@dataclass(frozen=True, slots=True)
class Code:
    """A call in one language."""

    word: str
    text: str


def codes(
    url: str, full_name: str, example: Mapping[str, object], *, task: str, file: str = "", key: str = "", is_classic: bool = False
) -> tuple[Code, ...]:
    """The lines for a service; ``file`` is the input that a file is given in, "" for none; ``key`` is the secret, if it was just
    made; ``is_classic`` where the address ``/WiseNLU`` answers with this service."""
    address = f"{url}/api/v1/services/{full_name}/calls"
    made = [_curl(address, example, file, key), _python(address, example, file, key), _javascript(address, example, file, key)]
    if task in ("chat", "embeddings"):
        made.append(_openai(url, full_name, task, key))
    if is_classic:
        made.append(_etri(url, example, key))
    return tuple(made)


def _told(example: Mapping[str, object]) -> str:
    return json.dumps(example, ensure_ascii=False)


def _curl(address: str, example: Mapping[str, object], file: str, key: str) -> Code:
    head = f'curl {address} \\\n  -H "Authorization: Bearer {key or "$" + KEY}" \\\n'
    if file:
        return Code("curl", f"{head}  -F {file}=@example.bin")
    body = _told(example).replace("'", "'\\''")
    return Code("curl", f"{head}  -H \"Content-Type: application/json\" \\\n  -d '{body}'")


def _python(address: str, example: Mapping[str, object], file: str, key: str) -> Code:
    secret = repr(key) if key else f'os.environ["{KEY}"]'
    imports = "json, urllib.request" if key else "json, os, urllib.request"
    body = 'open("example.bin", "rb").read()' if file else f"json.dumps({example!r}).encode()"
    kind = "application/octet-stream" if file else "application/json"
    return Code(
        "Python",
        f"import {imports}\n\nrequest = urllib.request.Request(\n    {address!r},\n    data={body},\n"
        f'    headers={{"Authorization": "Bearer " + {secret}, "Content-Type": "{kind}"}},\n)\n'
        "with urllib.request.urlopen(request) as answer:\n    print(json.load(answer))",
    )


def _javascript(address: str, example: Mapping[str, object], file: str, key: str) -> Code:
    secret = json.dumps(key) if key else f"process.env.{KEY}"
    body = "file" if file else f"JSON.stringify({_told(example)})"
    kind = "application/octet-stream" if file else "application/json"
    before = 'import { readFile } from "node:fs/promises";\n\nconst file = await readFile("example.bin");\n' if file else ""
    return Code(
        "JavaScript",
        f'{before}const answer = await fetch("{address}", {{\n  method: "POST",\n'
        f'  headers: {{ Authorization: "Bearer " + {secret}, "Content-Type": "{kind}" }},\n  body: {body},\n}});\n'
        "console.log(await answer.json());",
    )


def _openai(url: str, full_name: str, task: str, key: str) -> Code:
    secret = repr(key) if key else f'os.environ["{KEY}"]'
    call = (
        f'client.chat.completions.create(model="{full_name}", messages=[{{"role": "user", "content": "…"}}])'
        if task == "chat"
        else f'client.embeddings.create(model="{full_name}", input="…")'
    )
    imports = "" if key else "import os\n"
    return Code("openai", f'{imports}from openai import OpenAI\n\nclient = OpenAI(base_url="{url}/v1", api_key={secret})\nprint({call})')


def _etri(url: str, example: Mapping[str, object], key: str) -> Code:
    body = json.dumps({"argument": {"analysis_code": "morp", "text": example.get("text", "")}}, ensure_ascii=False)
    return Code(
        "ETRI",
        f'curl {url}/WiseNLU \\\n  -H "Authorization: {key or "$" + KEY}" \\\n  -H "Content-Type: application/json" \\\n  -d \'{body}\'',
    )
