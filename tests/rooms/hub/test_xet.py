# SPDX-License-Identifier: Apache-2.0
"""Uploads by Xet, from bytes that are made here: what is sound becomes a file, whatever is not is refused and leaves nothing."""

import hashlib
import os
import struct
import time
from pathlib import Path
from typing import Any

import lz4.frame
import pytest

from builders import Yard
from hub_wire import Hub
from madang.hub import xet
from madang.hub.wire.chunked import Pass

XORB = "ab" * 32
DATA = [b"first chunk " * 500, bytes(range(256)) * 17 + b"odd", os.urandom(3000)]


def grouped(data: bytes) -> bytes:
    return b"".join(data[place::4] for place in range(4))


def chunk(data: bytes, kind: int = 0, *, size: int | None = None, packed: bytes | None = None) -> bytes:
    body = packed if packed is not None else data if kind == 0 else lz4.frame.compress(grouped(data) if kind == 2 else data)
    told = len(data) if size is None else size
    return b"\0" + len(body).to_bytes(3, "little") + bytes([kind]) + told.to_bytes(3, "little") + body


def raw(hash_text: str) -> bytes:
    return struct.pack("<4Q", *(int(hash_text[at : at + 16], 16) for at in range(0, 64, 16)))


def shard(sha256: str, segments: list[tuple[str, int, int, int]], *, flags: int = 3 << 30, count: int | None = None) -> bytes:
    told = len(segments) if count is None else count
    made = b"HFRepoMetaData".ljust(32, b"\0") + struct.pack("<QQ", 2, 0)
    made += b"\7" * 32 + struct.pack("<IIQ", flags, told, 0)
    made += b"".join(raw(xorb) + struct.pack("<4I", 0, size, first, end) for xorb, size, first, end in segments)
    made += b"\1" * 48 * len(segments) if flags >> 31 else b""
    made += raw(sha256) + b"\0" * 16 if flags & 1 << 30 else b""
    return made + b"\xff" * 32 + b"\0" * 16


BLOCK = chunk(DATA[0], 1) + chunk(DATA[1], 2) + chunk(DATA[2]) + b"XETBLOB" + b"\0" * 40


def test_chunks_of_every_kind_become_the_file(tmp_path: Path) -> None:
    xorbs = xet.Xorbs(tmp_path, "researcher")
    assert xorbs.put(XORB, [BLOCK[:1000], BLOCK[1000:]])
    assert not xorbs.put(XORB, [BLOCK])
    whole = b"".join(DATA)
    made = shard(hashlib.sha256(whole).hexdigest(), [(XORB, len(DATA[0]) + len(DATA[1]), 0, 2), (XORB, len(DATA[2]), 2, 3)])
    [file] = xet.read_shard(made)
    assert (file.sha256, file.size) == (hashlib.sha256(whole).hexdigest(), len(whole))
    assert b"".join(xorbs.unpacked(file)) == whole
    with pytest.raises(xet.NoSuchXorb):
        list(xet.Xorbs(tmp_path, "neighbour").unpacked(file))


@pytest.mark.parametrize(
    "block",
    [
        b"", b"\0", BLOCK[:20], chunk(b"x" * 10, size=1 << 20), chunk(b"", size=0), chunk(b"x", 3), b"\1" + chunk(b"x")[1:],
        b"\0" + (5000).to_bytes(3, "little") + b"\0" + (10).to_bytes(3, "little") + b"short", b"XETBLOB",
    ],
    ids=range(9),
)  # fmt: skip
def test_a_block_that_cannot_be_read_is_refused_and_not_kept(tmp_path: Path, block: bytes) -> None:
    with pytest.raises(xet.BadXorb):
        xet.Xorbs(tmp_path, "researcher").put(XORB, [block])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("block", "segment"),
    [
        (chunk(b"x" * 10, 1, size=20), (20, 0, 1)),
        (chunk(b"x" * 10, 1, packed=b"no frame"), (10, 0, 1)),
        (chunk(b"x" * 100_000, 1, size=10), (10, 0, 1)),
        (chunk(b"x" * 10), (10, 0, 2)),
        (chunk(b"x" * 10), (11, 0, 1)),
    ],
    ids=["longer", "no-frame", "bomb", "beyond", "sum"],
)
def test_a_chunk_that_is_not_what_it_says_stops_the_file(tmp_path: Path, block: bytes, segment: tuple[int, int, int]) -> None:
    xorbs = xet.Xorbs(tmp_path, "researcher")
    xorbs.put(XORB, [block])
    with pytest.raises(xet.BadXorb):
        list(xorbs.unpacked(xet.File("0" * 64, (xet.Segment(XORB, *segment),))))


GOOD = shard("0" * 64, [(XORB, 10, 0, 1)])


@pytest.mark.parametrize(
    "data",
    [
        b"", b"x" * 500, GOOD[:47], GOOD[:-49], GOOD[:100], shard("0" * 64, [(XORB, 10, 0, 1)], flags=1 << 31),
        shard("0" * 64, [(XORB, 10, 1, 1)]), shard("0" * 64, [(XORB, 10, 0, 1)], count=0xFFFFFFFF),
        shard("0" * 64, [(XORB, 10, 0, 1)], count=3_999_999),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_list_that_ends_early_or_counts_wrongly_is_refused(data: bytes) -> None:
    with pytest.raises(xet.BadShard):
        xet.read_shard(data)


def test_blocks_are_kept_while_clients_remember_them(tmp_path: Path) -> None:
    xorbs = xet.Xorbs(tmp_path, "researcher")
    xorbs.put(XORB, [BLOCK])
    xorbs.put("cd" * 32, [BLOCK])
    for path in tmp_path.glob("*/cd/*"):
        os.utime(path, (0, time.time() - 24 * 86_400))
    assert xet.sweep(tmp_path) == 1
    assert not xorbs.put(XORB, [BLOCK])


def test_a_file_sent_by_blocks_is_committed_and_read(hub: Hub, neighbour: Hub, yard: Yard) -> None:
    address = hub.create("researcher/blocks")
    told = hub.ask("GET", f"{address}/xet-write-token/main").json()
    assert told["casUrl"] == "http://testserver/xet"
    assert neighbour.ask("GET", f"{address}/xet-write-token/main").status_code == 404
    way = Hub(yard, {"Authorization": f"Bearer {told['accessToken']}"})
    whole = b"".join(DATA)
    sha256 = hashlib.sha256(whole).hexdigest()
    listed = shard(sha256, [(XORB, len(whole), 0, 3)])
    assert way.ask("POST", "/xet/v1/shards", content=listed).json()["code"] == "no-such-xorb"
    assert way.ask("GET", f"/xet/v1/chunks/default/{XORB}").status_code == 404
    assert way.ask("POST", f"/xet/v1/xorbs/default/{XORB}", content=BLOCK).json() == {"was_inserted": True}
    wrong = shard("0" * 64, [(XORB, len(whole), 0, 3)])
    assert way.ask("POST", "/xet/v1/shards", content=wrong).json()["code"] == "digest-mismatch"
    lines: list[Any] = [{"key": "lfsFile", "value": {"path": "a.bin", "algo": "sha256", "oid": sha256}}]
    assert hub.commit(address, lines=lines).json()["code"] == "not-uploaded"
    assert way.ask("POST", "/xet/v1/shards", content=listed).json() == {"result": 1}
    assert hub.commit(address, lines=lines).status_code == 200
    answer = hub.ask("GET", "/datasets/researcher/blocks/resolve/main/a.bin")
    assert answer.content == whole
    assert "x-xet-hash" not in answer.headers


def test_only_a_pass_of_ours_lets_blocks_in(hub: Hub, yard: Yard) -> None:
    key = yard.house.keys.derive("hub")
    with yard.house.database.reading():
        late = Pass("x" * 26, "researcher", int(time.time()) - 1).written(key)
    forged = Pass("x" * 26, "researcher", int(time.time()) + 60).written(b"0" * 32)
    for given in ("", "Bearer ", "Bearer a.b.c.d", f"Bearer {late}", f"Bearer {forged}", hub.headers["Authorization"]):
        for path in (f"/xet/v1/xorbs/default/{XORB}", "/xet/v1/shards"):
            answer = yard.client.post(path, content=BLOCK, headers={"Authorization": given} if given else {})
            assert (answer.status_code, answer.json()["code"]) == (403, "invalid-signature"), given
    assert yard.client.post("/v1/telemetry", json={"a": 1}).status_code == 200
