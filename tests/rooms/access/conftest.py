# SPDX-License-Identifier: Apache-2.0
"""One house with everybody and everything in it, for every request that is tried here. Nothing that a request writes is kept."""

from collections.abc import Iterator

import pytest

from access_cast import Cast, cast_in
from builders import yard_in
from madang import scan


@pytest.fixture(scope="session")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    """Everybody and everything."""
    with scan.Pool(scan.Limits(workers=1)) as pool:
        yard = yard_in(tmp_path_factory.mktemp("access") / "home", pool)
        with yard.client:
            yield cast_in(yard)
        yard.house.close()
