# SPDX-License-Identifier: Apache-2.0
"""Catalogues elsewhere read what the hub says of its datasets, with the readers that they have."""

import base64
import http.client
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import hub_clients
import patience
from platforms import Platform

pytestmark = [pytest.mark.soak, pytest.mark.needs("hub-readers")]
CARD = (
    "---\nlicense: cc-by-4.0\nlanguage: [ko]\ntags: [음성]\npretty_name: {title}\nauthors: [연구원]\ndatasets: [a/b]\n---\n말뭉치입니다.\n"
)
MANY = 205  # more than one page of the catalogue, and of a harvest


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[Platform]:
    """A platform that is up."""
    made = Platform(tmp_path / "home")
    made.start()
    try:
        made.token = made.madang("token", "create", "--role", "operator", "--note", "readers").strip()
        yield made
    finally:
        made.stop()


def push(platform: Platform, name: str, files: dict[str, str]) -> None:
    """An open dataset with these files."""
    body = {"name": name, "organization": "operator", "type": "dataset", "private": False}
    assert platform.call("POST", "/api/repos/create", body)[0] == 200
    lines = [{"key": "header", "value": {"summary": "add", "description": ""}}]
    for path, text in files.items():
        lines.append({"key": "file", "value": {"content": base64.b64encode(text.encode()).decode(), "path": path, "encoding": "base64"}})
    headers = {"Authorization": f"Bearer {platform.token}", "Content-Type": "application/x-ndjson"}
    connection = http.client.HTTPConnection("127.0.0.1", platform.port, timeout=patience.SECONDS)
    try:
        connection.request("POST", f"/api/datasets/operator/{name}/commit/main", "\n".join(map(json.dumps, lines)), headers)
        assert connection.getresponse().status == 200
    finally:
        connection.close()


def test_croissant_dcat_datacite_and_oai_are_accepted_and_rows_are_read(platform: Platform, tmp_path: Path) -> None:
    tables = {
        "t/가 나.csv": "이름,수\n가,1\n나,2\n",
        "t/줄.jsonl": '{"a": 1}\n{"a": 2}\n',
        "t/l.json": '[{"a": 5}]',
        "t/x.tsv": "p\tq\n1\t2\n",
    }
    push(platform, "read", {"README.md": CARD.format(title="읽히는 자료"), **tables})
    for number in range(MANY):
        push(platform, f"many-{number:03}", {"README.md": CARD.format(title=f"자료 {number:03}")})
    patience.wait_until(lambda: platform.call("GET", "/api/v1/datasets/operator/read/statistics?file=t/l.json")[0] == 200)
    patience.wait_until(lambda: len(platform.call("GET", "/datasets/operator/read/croissant.json")[1]["recordSet"]) == len(tables))
    given = hub_clients.environment(tmp_path, "", "")
    told = hub_clients.told("readers", "read.py", [f"http://127.0.0.1:{platform.port}", "operator/read"], given)
    assert told["issues"] == []
    assert told["rows"] == {
        "t/가 나.csv": [["b'\\xea\\xb0\\x80'", "1"], ["b'\\xeb\\x82\\x98'", "2"]], "t/줄.jsonl": [["1"], ["2"]], "t/l.json": [["5"]],
        "t/x.tsv": [["1", "2"]],
    }  # fmt: skip
    assert told["dcat"] == [True, True, True], told["said"]
    assert not told["untitled"]  # the shapes do find what is missing
    assert told["oai"][:3] == ["2.0", sorted(["읽히는 자료", *(f"자료 {number:03}" for number in range(MANY))]), MANY + 1]
