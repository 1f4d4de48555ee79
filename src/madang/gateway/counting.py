# SPDX-License-Identifier: Apache-2.0
"""What the path of calls counts in this process, told to whoever collects figures only when they ask: a call pays a few additions."""

from bisect import bisect_left
from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)


class Counts(Collector):
    """Answers by wire and status, and how long they took by wire."""

    def __init__(self, process: str = "web") -> None:
        self.process = process
        self.answers: dict[tuple[str, int], int] = {}
        self.buckets: dict[str, list[int]] = {}
        self.seconds: dict[str, float] = {}

    def add(self, wire: str, status: int, seconds: float) -> None:
        """One more was answered."""
        place = (wire, status)
        self.answers[place] = self.answers.get(place, 0) + 1
        buckets = self.buckets.get(wire)
        if buckets is None:
            buckets = self.buckets[wire] = [0] * (len(SECONDS) + 1)
        buckets[bisect_left(SECONDS, seconds)] += 1
        self.seconds[wire] = self.seconds.get(wire, 0.0) + seconds

    def collect(self) -> Iterable[Metric]:
        """The families, as Prometheus knows them."""
        answers = CounterMetricFamily("madang_calls", "Calls answered, by wire and status.", labels=("process", "wire", "status"))
        for (wire, status), count in sorted(self.answers.items()):
            answers.add_metric((self.process, wire, str(status)), count)
        seconds = HistogramMetricFamily("madang_call_seconds", "How long an answer to a call took.", labels=("process", "wire"))
        for wire, buckets in sorted(self.buckets.items()):
            told, total = [], 0
            for bound, count in zip((*map(str, SECONDS), "+Inf"), buckets, strict=True):
                total += count
                told.append((bound, float(total)))
            seconds.add_metric((self.process, wire), told, self.seconds[wire])
        return [answers, seconds]
