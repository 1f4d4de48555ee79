# SPDX-License-Identifier: Apache-2.0
"""From a service's name to what it gives."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import pytest

from madang import serving

ECHO = serving.Offer("s1", "lab", "echo", "1", operations=("say",), max_body_bytes=100)


def standing(*shares: int, **facts: Any) -> list[serving.Standing]:
    offer = serving.Offer("s1", "lab", "echo", "1", operations=("say",), max_body_bytes=100, **facts)
    routes = tuple(serving.Route(f"v{place}", str(place), "inline", share) for place, share in enumerate(shares))
    return [serving.Standing(offer, routes)]


def with_board(stands: Sequence[serving.Standing], act: Callable[[serving.Switchboard], Awaitable[Any]], make: Any = None) -> Any:
    async def run() -> Any:
        board = serving.Switchboard(lambda: stands, make or (lambda offer, route: serving.InlineEngine(serving.FUNCTIONS["echo"])))
        await board.start()
        try:
            return await act(board)
        finally:
            await board.stop()

    return asyncio.run(run())


def test_a_call_goes_to_the_service_and_comes_back_with_its_cost() -> None:
    async def act(board: serving.Switchboard) -> None:
        offer = board.find("LAB", "Echo")
        assert offer is not None
        assert board.find("lab", "other") is None
        answer = await board.call(offer, {"text": "안녕"})
        assert (answer.outputs, answer.units, answer.media_type) == ({"text": "안녕"}, 1, "application/json")
        assert [part.units async for part in board.stream(offer, {"text": "a"})] == [1]

    with_board(standing(100), act)


@pytest.mark.parametrize(
    ("facts", "inputs", "operation", "refusal"),
    [
        ({"is_paused": True}, {}, "", serving.ServicePaused),
        ({}, {}, "shout", serving.BadOperation),
        ({}, b"x" * 101, "", serving.InputsTooLarge),
    ],
)
def test_what_cannot_be_called_is_refused(facts: Any, inputs: Any, operation: str, refusal: type[Exception]) -> None:
    async def act(board: serving.Switchboard) -> None:
        with pytest.raises(refusal):
            await board.call(board.offers()[0], inputs, operation=operation)

    with_board(standing(100, **facts), act)


def test_a_service_without_a_version_is_down() -> None:
    async def act(board: serving.Switchboard) -> None:
        with pytest.raises(serving.EngineDown):
            await board.call(board.offers()[0], {})

    with_board(standing(), act)


def test_versions_share_the_calls_as_they_were_told_to() -> None:
    def make(_offer: serving.Offer, route: serving.Route) -> serving.InlineEngine:
        return serving.InlineEngine(serving.Function(lambda asked: [route.version for _ in asked]))

    async def act(board: serving.Switchboard) -> None:
        offer = board.offers()[0]
        told = [(await board.call(offer, {})).outputs for _ in range(2000)]
        assert 100 < told.count("1") < 300
        assert told.count("2") == 0

    with_board(standing(90, 10, 0), act, make)


def test_what_waits_becomes_one_batch() -> None:
    sizes: list[int] = []

    def call(asked: Sequence[tuple[Mapping[str, object] | bytes, str]]) -> Sequence[object]:
        sizes.append(len(asked))
        return [None for _ in asked]

    async def act(board: serving.Switchboard) -> None:
        offer = board.offers()[0]
        await asyncio.gather(*(board.call(offer, {}) for _ in range(100)))

    with_board(standing(100), act, lambda offer, route: serving.InlineEngine(serving.Function(call, most=64)))
    assert sizes == [64, 36]


def test_a_call_that_cannot_be_read_fails_alone() -> None:
    def call(asked: Sequence[tuple[Mapping[str, object] | bytes, str]]) -> Sequence[object]:
        return [inputs["text"] for inputs, _operation in asked if not isinstance(inputs, bytes)]

    async def act(board: serving.Switchboard) -> list[Any]:
        offer = board.offers()[0]
        calls = [board.call(offer, {"text": "a"}), board.call(offer, {}), board.call(offer, {"text": "b"})]
        return await asyncio.gather(*calls, return_exceptions=True)

    first, second, third = with_board(standing(100), act, lambda offer, route: serving.InlineEngine(serving.Function(call)))
    assert (first.outputs, third.outputs) == ("a", "b")
    assert isinstance(second, serving.EngineFailed)


def test_more_than_the_queue_takes_is_refused_at_once() -> None:
    async def act(board: serving.Switchboard) -> list[Any]:
        offer = board.offers()[0]
        return await asyncio.gather(*(board.call(offer, {}) for _ in range(5)), return_exceptions=True)

    told = with_board(standing(100), act, lambda offer, route: serving.InlineEngine(serving.FUNCTIONS["echo"], queue=3))
    assert [isinstance(each, serving.Busy) and each.retry_after == 1 for each in told] == [False, False, False, True, True]


def test_a_slow_function_runs_beside_the_loop_and_is_waited_for_only_so_long() -> None:
    import threading

    gate = threading.Event()

    def call(asked: Sequence[tuple[Mapping[str, object] | bytes, str]]) -> Sequence[object]:
        gate.wait(60)
        return [1 for _ in asked]

    async def act(board: serving.Switchboard) -> None:
        offer = board.offers()[0]
        with pytest.raises(serving.TookTooLong):
            await board.call(offer, {}, deadline=asyncio.get_running_loop().time() + 0.05)
        gate.set()

    with_board(standing(100), act, lambda offer, route: serving.InlineEngine(serving.Function(call, is_quick=False)))
