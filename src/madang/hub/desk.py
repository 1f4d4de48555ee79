# SPDX-License-Identifier: Apache-2.0
"""What the hub's doors work with, handed in by the composition, and addresses that let bytes in by themselves.

Clients put large files to an address without saying who they are, so the address says it: for which repository, which bytes, for whom and
until when, under a mark that only this platform can make.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from madang import storage, tables, web
from madang.hub.errors import BadSignature
from madang.hub.limits import Limits


@dataclass(frozen=True)
class Desk:
    """The store, the folder of blocks that are not files yet, the key of addresses (32 bytes), and the limits of repositories and of
    reading tables as they hold now."""

    store: storage.Store
    xorbs: Path
    key: bytes
    limits: Callable[[], Limits]
    table_limits: Callable[[], tables.Limits] = tables.Limits


@dataclass(frozen=True, slots=True)
class Permit:
    """Who may put which bytes to which repository, and until when (seconds since 1970). ``account`` is an account's name."""

    repository: str
    sha256: str
    size: int
    account: str
    until: int

    def mark(self, key: bytes) -> str:
        """The mark that makes this permit ours."""
        said = f"{self.repository}\0{self.sha256}\0{self.size}\0{self.account}\0{self.until}"
        return hmac.digest(key, said.encode("utf-8", "replace"), "sha256").hex()


def desk_of(request: Request) -> Desk:
    """The desk of this application."""
    found: Desk = request.app.state.hub
    return found


def origin_of(request: Request) -> str:
    """Scheme, host and port under which this client reaches us: addresses that it is given begin with it."""
    printed = web.printed_address(request)
    return printed if printed.partition("://")[2] == request.url.netloc else f"{request.url.scheme}://{request.url.netloc}"


def permitted(desk: Desk, *, repository: str, sha256: str, given: dict[str, str]) -> Permit:
    """The permit that an address carries; ``BadSignature`` for one that is not ours or is over."""
    size, until = given.get("size", ""), given.get("until", "")
    if not (size.isascii() and size.isdigit() and until.isascii() and until.isdigit() and len(size) < 20 and len(until) < 20):
        raise BadSignature
    permit = Permit(repository, sha256, int(size), given.get("account", "")[:96], int(until))
    if (
        not hmac.compare_digest(permit.mark(desk.key).encode(), given.get("mark", "").encode("utf-8", "replace"))
        or permit.until < time.time()
    ):
        raise BadSignature
    return permit
