# SPDX-License-Identifier: Apache-2.0
"""One path of calls for all tests of the room."""

from collections.abc import Iterator

import pytest

from rooms.gateway.yard import Yard


@pytest.fixture(scope="session")
def yard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
    made = Yard(tmp_path_factory.mktemp("gateway") / "home")
    yield made
    made.close()
