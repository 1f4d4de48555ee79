# SPDX-License-Identifier: Apache-2.0
"""One house with an operator's browser for the room's tests."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from builders import HTML, Yard, yard_in
from madang import kit, operations, scan
from madang.app.house import desk_of


@dataclass
class Office:
    """A yard, seen by its operator: pages as text, forms with their proof."""

    yard: Yard

    def page(self, address: str, *, status: int = 200, who: dict[str, str] | None = None) -> str:
        """The page's text."""
        answer = self.yard.client.get(address, headers={**HTML, **(who or self.yard.signed)})
        assert answer.status_code == status, answer.text[:2000]
        return answer.text

    def send(self, address: str, *, status: int = 303, who: dict[str, str] | None = None, **fields: object) -> Any:
        """A form as a browser sends it, signed by the operator's token."""
        data = {name: str(value) for name, value in fields.items()}
        answer = self.yard.client.post(address, data=data, headers={**HTML, **(who or self.yard.signed)})
        assert answer.status_code == status, answer.text[:2000]
        return answer

    def call(self, method: str, address: str, body: object = None, *, status: int = 200) -> Any:
        """A JSON door's answer."""
        answer = self.yard.client.request(method, f"/api/v1{address}", json=body, headers=self.yard.signed)
        assert answer.status_code == status, answer.text[:2000]
        return answer.json() if answer.content else None

    @property
    def works(self) -> operations.Works:
        """What the jobs process would do for this room."""
        return operations.Works(desk_of(self.yard.house))

    @property
    def member(self) -> dict[str, str]:
        """The headers of somebody who is no operator."""
        return self.yard.token_for("researcher", kit.Role.MEMBER)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder: Path = tmp_path_factory.mktemp("office")
    with scan.Pool(scan.Limits(workers=1)) as pool:
        given = {"MADANG_ALLOWED_HOSTS": "git.example", "MADANG_MAX_WAITING": "50"}
        yard = yard_in(folder, pool, kept=True, **given)
        yield Office(yard)
        yard.house.close()
