# SPDX-License-Identifier: Apache-2.0
"""Files of models: their page and the JSON say what lies in them and what loading them would call; a platform may refuse what is unsafe."""

import io
import json
import pickle
import struct
import zipfile
from dataclasses import replace
from typing import Any

import pytest

from builders import HTML, Yard
from hub_wire import Hub
from madang.hub import Desk

HOSTILE = b"\x80\x02cos\nsystem\n(X\x02\x00\x00\x00idtR."


def tensors(count: int) -> bytes:
    told = {f"층.{n}": {"dtype": "F16", "shape": [2, 3], "data_offsets": [n * 12, n * 12 + 12]} for n in range(count)}
    header = json.dumps({"__metadata__": {"format": "pt"}, **told}, ensure_ascii=False).encode()
    return struct.pack("<Q", len(header)) + header + b"\0" * (12 * count)


def zipped(pickled: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("m/data.pkl", pickled)
    return made.getvalue()


@pytest.fixture(scope="module")
def model(hub: Hub) -> str:
    """An open model with files of each kind; its address behind ``/api/v1``."""
    made = hub.create("researcher/files", kind="model", private=False)
    files: dict[str, bytes | str] = {
        "model.safetensors": tensors(250), "bad.safetensors": struct.pack("<Q", 1000) + b"{}", "hostile.pt": zipped(HOSTILE),
        "clean.pkl": pickle.dumps({"a": 1}), "odd.bin": b"7z\xbc\xaf'\x1c" + b"\0" * 30, "README.md": "# 모형", "x.bin": b"",
    }  # fmt: skip
    answer = hub.commit(made, files)
    assert answer.status_code == 200, answer.text
    hub.create("researcher/hidden-model", kind="model")
    return "/api/v1/models/researcher/files/header"


def get(way: Hub, address: str, status: int = 200, **params: str) -> Any:
    answer = way.ask("GET", address, params=params)
    assert answer.status_code == status, answer.text
    return answer.json()


def test_the_json_says_what_lies_in_a_file(visitor: Hub, model: str) -> None:
    told = get(visitor, model, file="model.safetensors")
    assert (told["form"], told["state"], told["parameters"], told["tensors_in_all"]) == ("safetensors", "plain", 1500, 250)
    assert told["tensors"][1] == {"name": "층.1", "type": "F16", "shape": [2, 3], "bytes": 12}
    hostile = get(visitor, model, file="hostile.pt")
    assert (hostile["state"], hostile["calls"], hostile["findings"][0]["where"]) == ("unsafe", ["os.system"], "m/data.pkl")
    assert get(visitor, model, file="clean.pkl")["state"] == "clean"
    assert get(visitor, model, file="odd.bin")["state"] == "unknown"
    assert get(visitor, model, 422, file="bad.safetensors")["code"] == "bad-header"
    assert get(visitor, model, 422, file="README.md")["code"] == "no-model-file"
    assert get(visitor, model, 404, file="nothing.pt")["code"] == "no-such-entry"
    assert get(visitor, model, 422)["code"] is not None
    assert get(visitor, model, 404, file="clean.pkl", revision="nothing")["code"] == "no-such-revision"


def test_what_one_may_not_see_is_not_there(visitor: Hub, neighbour: Hub, model: str) -> None:
    for way in (visitor, neighbour):
        for name in ("hidden-model", "nothing"):
            assert get(way, f"/api/v1/models/researcher/{name}/header", 404, file="a.pt")["code"] == "no-such-repository"
    get(visitor, "/api/v1/datasets/researcher/files/header", 404, file="clean.pkl")
    get(visitor, "/api/v1/spaces/researcher/files/header", 422, file="clean.pkl")


def page(way: Hub, path: str) -> str:
    answer = way.ask("GET", f"/researcher/files/blob/main/{path}", headers={**HTML, "Accept-Language": "ko", "Cookie": ""})
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_the_page_of_a_file_shows_it(visitor: Hub, model: str) -> None:
    shown = page(visitor, "model.safetensors")
    assert "파라미터 1,500개" in shown
    assert "층.199" in shown
    assert "층.200" not in shown
    assert "텐서 50개" in shown
    hostile = page(visitor, "hostile.pt")
    assert "os.system" in hostile
    assert "불러오지 마십시오" in hostile
    assert "bad.safetensors" in page(visitor, "bad.safetensors")
    assert "safetensors" in page(visitor, "bad.safetensors")
    assert "머리" in page(visitor, "bad.safetensors")
    assert "알 수 없음" in page(visitor, "odd.bin")
    assert page(visitor, "x.bin")


def test_a_platform_may_refuse_what_is_unsafe(yard: Yard, hub: Hub, model: str) -> None:
    state = yard.client.app.state  # type: ignore[attr-defined]  # of the application in the client
    kept: Desk = state.hub
    state.hub = replace(kept, limits=lambda: replace(kept.limits(), refuse_unsafe=True))
    try:
        made = hub.create("researcher/guarded", kind="model", private=False)
        refused = hub.commit(made, {"a/hostile.pkl": HOSTILE, "fine.txt": "x"})
        assert (refused.status_code, refused.json()["code"]) == (400, "unsafe-model")
        assert hub.ask("GET", f"{made}/tree/main").json() == []
        assert hub.commit(made, {"clean.pkl": pickle.dumps([1]), "odd.bin": b"7z"}).status_code == 200
    finally:
        state.hub = kept
    assert hub.commit(made, {"a/hostile.pkl": HOSTILE}).status_code == 200  # marked, and taken
