# SPDX-License-Identifier: Apache-2.0
from madang import scan
from madang.scan.progress import Meter


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_progress_is_told_twice_a_second_and_at_each_stage() -> None:
    told: list[scan.Progress] = []
    clock = Clock()
    meter = Meter(told.append, clock=clock)
    meter.enter("listing")
    for _number in range(100):
        meter.expect(10)
        clock.now += 0.01
    assert len(told) == 2
    meter.enter("scanning")
    assert (told[-1].files_total, told[-1].bytes_total, told[-1].seconds_left) == (100, 1000, None)
    clock.now += 10
    for _number in range(20):
        meter.done(10)
    clock.now += 0.6
    meter.beat()
    assert told[-1].files_done == 20
    assert told[-1].seconds_left is not None
    assert 40 <= told[-1].seconds_left <= 45
    assert 1.8 <= told[-1].rate <= 2.0
    meter.enter("done")
    assert told[-1].seconds_left == 0


def test_files_known_already_do_not_count_for_the_rate() -> None:
    told: list[scan.Progress] = []
    clock = Clock()
    meter = Meter(told.append, clock=clock)
    for _number in range(10):
        meter.expect(1)
    meter.enter("scanning")
    for _number in range(9):
        meter.done(1, cached=True)
    clock.now += 1
    meter.beat()
    assert (told[-1].files_cached, told[-1].rate, told[-1].seconds_left) == (9, 0, None)


def test_empty_files_alone_have_a_time_left_too() -> None:
    told: list[scan.Progress] = []
    clock = Clock()
    meter = Meter(told.append, clock=clock)
    meter.expect(0)
    meter.expect(0)
    meter.enter("scanning")
    clock.now += 2
    meter.done(0)
    assert told[-1].seconds_left == 2


def test_nobody_need_listen() -> None:
    meter = Meter(None)
    meter.enter("scanning")
    meter.done(1)
