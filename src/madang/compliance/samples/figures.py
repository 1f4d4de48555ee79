# SPDX-License-Identifier: Apache-2.0
"""What samples add up to. Pure."""

import math
from dataclasses import dataclass
from datetime import datetime

Z = 1.959964
"""How many standard deviations hold 95 % of a normal distribution."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The samples of one engine (``engine``, ``rules``, ``release``). Seconds are processor time of what could be compared."""

    engine: str
    rules: str
    release: str
    equal: int
    different: int
    unfinished: int
    fast_seconds: float
    thorough_seconds: float
    first_at: datetime
    last_at: datetime

    @property
    def sampled(self) -> int:
        """How many contents were drawn."""
        return self.compared + self.unfinished

    @property
    def compared(self) -> int:
        """Of how many both ways came to their end."""
        return self.equal + self.different

    @property
    def share(self) -> float | None:
        """Which part differs, 0 to 1; None while nothing was compared."""
        return self.different / self.compared if self.compared else None

    @property
    def interval(self) -> tuple[float, float]:
        """Between which shares the true one lies, with 95 % confidence."""
        return interval(self.different, self.compared)

    @property
    def times(self) -> float | None:
        """How many times as much the thorough way costs."""
        return self.thorough_seconds / self.fast_seconds if self.fast_seconds > 0 else None


def interval(count: int, total: int) -> tuple[float, float]:
    """The 95 % score interval of a share (E. B. Wilson, Journal of the American Statistical Association 22, 1927), 0 to 1.

    Unlike the plain normal approximation it holds for shares near nothing and for few samples: of none, everything is possible.
    """
    if not total:
        return 0.0, 1.0
    share, square = count / total, Z * Z
    middle = share + square / (2 * total)
    spread = Z * math.sqrt(share * (1 - share) / total + square / (4 * total * total))
    low, high = ((middle + side * spread) / (1 + square / total) for side in (-1, 1))
    # Where all or none differ the bound is exact; rounding would make it a little less.
    return (0.0 if count == 0 else low), (1.0 if count == total else high)
