# SPDX-License-Identifier: Apache-2.0
"""What the path of calls counts in this process, told to whoever collects figures only when they ask: a call pays a few additions."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0)


class Counts(Collector):
    """Answers by wire and status, and how long they took by wire."""

    def __init__(self, process: str = "web") -> None:
        self.process = process
        self.answers: dict[tuple[str, int], int] = defaultdict(int)
        self.buckets: dict[str, list[int]] = defaultdict(lambda: [0] * (len(SECONDS) + 1))
        self.seconds: dict[str, float] = defaultdict(float)
        self.refusals: dict[tuple[str, str], int] = {}
        self.under_way: Callable[[], int] = lambda: 0
        self.load: Callable[[], Sequence[tuple[str, str, int, int]]] = tuple

    def refuse(self, wire: str, code: str) -> None:
        """One more was refused for this reason."""
        place = (wire, code)
        self.refusals[place] = self.refusals.get(place, 0) + 1

    def add(self, wire: str, status: int, seconds: float) -> None:
        """One more was answered."""
        self.answers[wire, status] += 1
        self.buckets[wire][bisect_left(SECONDS, seconds)] += 1
        self.seconds[wire] += seconds

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
        return [answers, seconds, *self._of_now()]

    def _of_now(self) -> Iterable[Metric]:
        """Why calls were refused, how many are under way, and what each version of a service has to do."""
        refusals = CounterMetricFamily("madang_call_refusals", "Calls refused, by wire and reason.", labels=("process", "wire", "code"))
        for (wire, code), count in sorted(self.refusals.items()):
            refusals.add_metric((self.process, wire, code), count)
        under_way = GaugeMetricFamily("madang_calls_under_way", "Calls that are let in and not answered yet.", labels=("process",))
        under_way.add_metric((self.process,), self.under_way())
        labels = ("process", "service", "version", "state")
        queue = GaugeMetricFamily("madang_service_calls", "Calls that run and wait, by version of a service.", labels=labels)
        for service, version, runs, waits in self.load():
            queue.add_metric((self.process, service, version, "runs"), runs)
            queue.add_metric((self.process, service, version, "waits"), waits)
        return [refusals, under_way, queue]
