# SPDX-License-Identifier: Apache-2.0
"""What clients should not send: each is refused with a reason, and nothing of it is kept."""

import hashlib
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from builders import Yard
from hub_wire import Hub
from madang.hub import cards
from madang.hub.desk import Permit


@pytest.fixture(scope="module")
def address(hub: Hub) -> str:
    """A repository with one file."""
    made = hub.create("researcher/hostile")
    hub.commit(made, {"Data/a.txt": "1"})
    return made


@pytest.fixture(autouse=True)
def _nothing_is_kept(hub: Hub, address: str) -> Any:
    before = hub.ask("GET", address).json()["sha"]
    yield
    assert hub.ask("GET", address).json()["sha"] == before


PATHS = (
    "", "/", "..", "../x", "a/../b", "a//b", "/etc/passwd", "a/", "./a", "a/.", "\0", "a\0b", "a\nb", "\x7f", "a\\b", ".git/config",
    ".GIT/x", "x" * 256, "/".join(["d" * 100] * 50), "\ud800",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_a_path_that_leads_out_or_is_no_name_is_refused(hub: Hub, address: str, path: str) -> None:
    answer = hub.commit(address, {path: "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-path"), answer.text
    asked = {"files": [{"path": path, "size": 1, "sample": ""}]}
    assert hub.ask("POST", f"{address}/preupload/main", content=json.dumps(asked)).status_code == 400


@pytest.mark.parametrize("path", PATHS, ids=range(len(PATHS)))
def test_nothing_stands_at_a_path_that_is_no_name(hub: Hub, address: str, path: str) -> None:
    answer = hub.ask("POST", f"{address}/paths-info/main", content=json.dumps({"paths": [path]}))
    assert answer.status_code == (400 if path == "\ud800" else 200), answer.text
    assert answer.status_code == 400 or answer.json() == []


@pytest.mark.parametrize("said", [b'"\\ud800"', b'"\xed\xa0\x80"', b'"\xff"'], ids=["escaped", "raw", "no UTF-8"])
def test_half_a_character_is_no_text(hub: Hub, address: str, said: bytes) -> None:
    assert hub.ask("POST", f"{address}/branch/halved", content=b'{"startingPoint": %b}' % said).status_code == 400
    assert hub.ask("POST", "/api/repos/create", content=b'{"type": "dataset", "name": %b}' % said).status_code == 400


@pytest.mark.parametrize("path", ["data/A.txt", "DATA/a.txt", "Data", "data", "Data/a.txt/b", "data/a.TXT/b"])
def test_paths_that_are_one_where_case_does_not_count_clash(hub: Hub, address: str, path: str) -> None:
    answer = hub.commit(address, {path: "x"})
    assert (answer.status_code, answer.json()["code"]) == (400, "paths-clash"), answer.text
    assert hub.commit(address, {"가.txt": "1", "\u1100\u1161.txt": "2"}).json()["code"] == "paths-clash"


@pytest.mark.parametrize(
    "line",
    [
        "{", "[]", "1", '"x"', "null", '{"key": "file"}', '{"key": "file", "value": {"path": "a"}}',
        '{"key": "file", "value": {"path": "a", "content": "%%%", "encoding": "base64"}}',
        '{"key": "file", "value": {"path": 5, "content": "", "encoding": "base64"}}',
        '{"key": "lfsFile", "value": {"path": "a", "algo": "md5", "oid": "0"}}',
        '{"key": "lfsFile", "value": {"path": "a", "oid": "../../etc/passwd"}}',
        '{"key": "header", "value": {"summary": 7}}', "[" * 100_000, "\x00\x01",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_undoes_the_commit(hub: Hub, address: str, line: str) -> None:
    answer = hub.ask("POST", f"{address}/commit/main", content='{"key":"header","value":{"summary":"x"}}\n' + line)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid-commit"), answer.text


def test_bytes_of_somebody_else_cannot_be_had_by_their_digest(hub: Hub, neighbour: Hub, address: str) -> None:
    theirs = neighbour.create("neighbour/secret")
    sha256 = neighbour.send("datasets/neighbour/secret", b"secret" * 1000)
    neighbour.commit(theirs, lines=[{"key": "lfsFile", "value": {"path": "s", "algo": "sha256", "oid": sha256}}])
    stolen = hub.commit(address, lines=[{"key": "lfsFile", "value": {"path": "s", "algo": "sha256", "oid": sha256}}])
    assert (stolen.status_code, stolen.json()["code"]) == (400, "not-uploaded")
    body = {"operation": "upload", "objects": [{"oid": sha256, "size": 6000}]}
    told = hub.ask("POST", "/datasets/researcher/hostile.git/info/lfs/objects/batch", json=body).json()["objects"][0]
    assert "actions" in told  # as if nobody had it


def test_an_uploads_address_takes_what_it_says_and_nothing_else(hub: Hub, yard: Yard, address: str) -> None:
    data = b"x" * 5000
    sha256 = hashlib.sha256(data).hexdigest()
    body = {"operation": "upload", "objects": [{"oid": sha256, "size": len(data)}]}
    told = hub.ask("POST", "/datasets/researcher/hostile.git/info/lfs/objects/batch", json=body).json()["objects"][0]
    href = urlsplit(told["actions"]["upload"]["href"])
    here = f"{href.path}?{href.query}"

    def put(content: bytes, where: str = here) -> tuple[int, str]:
        answer = yard.client.put(where, content=content)
        return answer.status_code, answer.json()["code"] if answer.content else ""

    assert put(b"y" * 5000) == (400, "digest-mismatch")
    assert put(data[:4000]) == (400, "digest-mismatch")
    assert put(data + b"more") == (413, "body-too-large")
    assert put(data, here.replace("size=5000", "size=6000")) == (403, "invalid-signature")
    assert put(data, here.replace(sha256, "0" * 64)) == (403, "invalid-signature")
    assert put(data, href.path) == (403, "invalid-signature")
    given = {name: values[0] for name, values in parse_qs(href.query).items()}
    late = Permit(given["repository"], sha256, len(data), "researcher", int(time.time()) - 1)
    over = f"{href.path}?repository={late.repository}&size=5000&account=researcher&until={late.until}&mark="
    assert put(data, over + late.mark(yard.house.keys.derive("hub"))) == (403, "invalid-signature")
    assert not yard.house.store.exists(sha256)
    assert put(data) == (200, "")
    assert put(data) == (200, "")


def test_a_batch_that_makes_no_sense_is_refused(hub: Hub, address: str) -> None:
    batch = "/datasets/researcher/hostile.git/info/lfs/objects/batch"
    odd: list[Any] = [None, {}, [1], [{"oid": "x", "size": 1}], [{"oid": "0" * 64, "size": -1}], [{"oid": "0" * 64, "size": "1"}]]
    for objects in odd:
        assert hub.ask("POST", batch, json={"operation": "upload", "objects": objects}).status_code == 400, objects
    huge = {"operation": "upload", "objects": [{"oid": "0" * 64, "size": 1 << 60}]}
    assert hub.ask("POST", batch, json=huge).json()["objects"][0]["error"]["code"] == 422
    assert hub.ask("POST", batch, content=b"\xff").status_code == 400


def test_a_commit_over_the_limit_is_refused(hub: Hub, address: str) -> None:
    answer = hub.ask("POST", f"{address}/commit/main", content=b"x", headers={"Content-Length": str(1 << 40)})
    assert answer.status_code == 413


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b]\n"


@pytest.mark.parametrize(
    "matter",
    [
        BOMB,
        "a: [" * 500,
        "- a\n- b\n",
        "just text\n",
        "a: !!python/object/apply:os.system ['id']\n",
        "a: b: c\n",
        "x: " + "y" * 100_000,
        "\x07: 1",
    ],
)
def test_front_matter_that_is_none_is_said_before_and_kept_as_text(hub: Hub, matter: str, yard: Yard) -> None:
    content = f"---\n{matter}\n---\n# A card\n"
    told = hub.ask("POST", "/api/validate-yaml", json={"content": content, "repoType": "dataset"})
    assert told.status_code == 200
    assert len(told.json()["errors"]) == 1
    made = hub.create(f"researcher/matter-{hashlib.sha256(matter.encode()).hexdigest()[:8]}")
    assert hub.commit(made, {"README.md": content}).status_code == 200
    told = hub.ask("GET", made).json()
    assert (told["cardData"], told["tags"]) == ({}, [])


def test_values_of_cards_are_plain_json_whatever_they_were() -> None:
    data = cards.parse(
        "day: 2026-11-30\nbig: 1e999\nnone:\n5: x\nhuge: " + "9" * 100 + '\nnul: "a\\0b"\nset: !!set {a, b}\nbytes: !!binary aGk=\n'
    )
    assert json.loads(json.dumps(data, allow_nan=False)) == data
    assert data["day"] == "2026-11-30"


@pytest.mark.parametrize(
    ("said", "licence"),
    [
        ("license: mit", "MIT"), ("license: apache-2.0", "Apache-2.0"), ("license: [mit, gpl-3.0]", "GPL-3.0-only AND MIT"),
        ("license: kogl-1", "LicenseRef-KOGL-1"), ("license: KOGL Type 1 AI", "LicenseRef-KOGL-1-AI"), ("license: other", None),
        ("license: other\nlicense_name: our-own v2", None), ("license: openrail", "LicenseRef-OpenRAIL"), ("license: bsd", None),
        ("license: 5", None), ("license: {a: b}", None), ("x: y", None),
    ],
)  # fmt: skip
def test_a_licence_is_read_as_everywhere_else(hub: Hub, said: str, licence: str | None) -> None:
    made = hub.create(f"researcher/licence-{hashlib.sha256(said.encode()).hexdigest()[:8]}")
    assert hub.commit(made, {"README.md": f"---\n{said}\n---\n"}).status_code == 200
    shown = hub.ask("GET", made.replace("/api/datasets/", "/api/v1/assets/dataset/")).json()
    assert shown["declared_license_expression"] == licence
