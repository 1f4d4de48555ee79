# SPDX-License-Identifier: Apache-2.0
import json
import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from madang.scan import frames
from madang.scan.frames import END, PART, TASK, BrokenFrame, Inbox, frames_of, pack

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8
)


@given(st.lists(st.tuples(st.sampled_from([TASK, PART, END]), values), max_size=6), st.integers(min_value=1, max_value=50))
def test_frames_come_whole_however_they_are_cut(sent: list[tuple[bytes, object]], step: int) -> None:
    wire = b"".join(pack(kind, value) for kind, value in sent)
    inbox = Inbox()
    heard = [(kind, json.loads(body)) for at in range(0, len(wire), step) for kind, body in inbox.feed(wire[at : at + step])]
    assert heard == sent


def test_broken_names_pass() -> None:
    ((_kind, body),) = Inbox().feed(pack(TASK, {"path": "\udcff"}))
    assert json.loads(body) == {"path": "\udcff"}


@pytest.mark.parametrize("head", [b"\x00\x00\x00\x00", b"\xff\xff\xff\xff"])
def test_a_length_that_cannot_be_is_refused(head: bytes) -> None:
    with pytest.raises(BrokenFrame):
        list(Inbox().feed(head))


def test_a_message_over_the_limit_is_not_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_BYTES", 10)
    with pytest.raises(BrokenFrame, match="limit of 10"):
        pack(TASK, "x" * 20)


def test_frames_end_when_the_wire_closes() -> None:
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(pack(TASK, 1) + pack(END, 2)[:5])
        assert [body for _kind, body in frames_of(theirs)] == [b"1"]
