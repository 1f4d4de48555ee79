# SPDX-License-Identifier: Apache-2.0
"""A house of the test module's own, and three who speak to its hub."""

from collections.abc import Iterator

import pytest

from builders import Yard, yard_in
from hub_wire import Hub
from madang import kit, scan


@pytest.fixture(scope="module")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    """One house for all tests of a module."""
    with scan.Pool(scan.Limits(workers=1)) as pool:
        made = yard_in(tmp_path_factory.mktemp("hub") / "home", pool, kept=True)
        with made.client:
            yield made
        made.house.close()


@pytest.fixture(scope="module")
def hub(yard: Yard) -> Hub:
    """A researcher's way."""
    return Hub(yard, yard.token_for("researcher", kit.Role.MEMBER))


@pytest.fixture(scope="module")
def neighbour(yard: Yard) -> Hub:
    """Somebody else's."""
    return Hub(yard, yard.token_for("neighbour", kit.Role.MEMBER))


@pytest.fixture(scope="module")
def visitor(yard: Yard) -> Hub:
    """Nobody's."""
    return Hub(yard, {})
