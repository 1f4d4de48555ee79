# SPDX-License-Identifier: Apache-2.0
"""Finding where a repository on the web really answers, one guarded hop at a time.

Git would follow redirects by itself, to wherever the server says. So we ask the first question of the smart protocol ourselves, each time
at an address that the guard has looked at, and git then goes straight to the last one with redirects off.
"""

import http.client
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from urllib.parse import urljoin

from madang.forges.addresses import Target
from madang.forges.errors import (
    BadCertificate,
    CredentialsNeeded,
    HttpRefused,
    NotARepository,
    RepositoryMissing,
    SchemeRefused,
    Unreachable,
)
from madang.forges.git import check_git
from madang.forges.guard import Guard
from madang.forges.watch import Watch

_QUESTION = "/info/refs?service=git-upload-pack"
_ANSWER = "application/x-git-upload-pack-advertisement"
_MOST_HOPS = 5
_CONNECT_SECONDS = 20
_REDIRECTS = {301, 302, 303, 307, 308}


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    location: str
    content_type: str
    retry_after: int


def settle(target: Target, guard: Guard, watch: Watch) -> Target:
    """The target where the repository answers after all redirects, each of which the guard let pass."""
    for _ in range(_MOST_HOPS):
        answer = _ask(target, watch)
        if answer.status not in _REDIRECTS:
            _check(answer, target)
            return target
        try:
            place = urljoin(target.url.rstrip("/") + _QUESTION, answer.location)
        except ValueError as error:
            raise NotARepository(host=target.host) from error
        if not place.endswith(_QUESTION):
            raise NotARepository(host=target.host)
        following = guard.check(place.removesuffix(_QUESTION))
        if following.scheme not in ("https", "http"):
            raise SchemeRefused(scheme=f"{following.scheme}://", field="address")
        if following.scheme == "http" and target.scheme == "https":
            raise HttpRefused(host=following.host, field="address")
        target = following
    raise NotARepository(host=target.host)


def _check(answer: _Answer, target: Target) -> None:
    if answer.status in (401, 403):
        raise CredentialsNeeded(host=target.host)
    if answer.status in (404, 410):
        raise RepositoryMissing
    if answer.status == 429 or answer.status >= 500:
        raise Unreachable(host=target.host, retry_after=answer.retry_after)
    if answer.status != 200 or answer.content_type != _ANSWER:
        raise NotARepository(host=target.host)


def _ask(target: Target, watch: Watch) -> _Answer:
    """The server's answer. It runs in a thread, so that a server that drips bytes cannot hold us longer than the watch allows."""
    connection = _connection(target)
    results: list[_Answer | Exception] = []

    def work() -> None:
        try:
            results.append(_get(connection, target))
        except (OSError, http.client.HTTPException, ValueError) as error:
            results.append(error)

    thread = Thread(target=work, name="probe", daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            watch.check()
            thread.join(0.05)
    finally:
        _shut(connection)
    result = results[0]
    if isinstance(result, _Answer):
        return result
    if isinstance(result, ssl.SSLCertVerificationError):
        raise BadCertificate(host=target.host) from result
    if isinstance(result, OSError):
        raise Unreachable(host=target.host) from result
    raise NotARepository(host=target.host) from result


def _get(connection: http.client.HTTPConnection, target: Target) -> _Answer:
    headers = {"User-Agent": f"git/{check_git()} (madang)", "Git-Protocol": "version=2", "Accept": "*/*"}
    connection.request("GET", target.path.rstrip("/") + _QUESTION, headers=headers)
    response = connection.getresponse()
    after = response.getheader("Retry-After", "")
    return _Answer(
        response.status,
        response.getheader("Location", "") or "",
        (response.getheader("Content-Type", "") or "").partition(";")[0].strip().lower(),
        min(int(after), 86_400) if after.isascii() and after.isdigit() else 60,
    )


class _Pinned(http.client.HTTPConnection):
    """A connection to the address that was looked at, under the name that the user gave."""

    def __init__(self, target: Target) -> None:
        super().__init__(target.host, target.port, timeout=_CONNECT_SECONDS)
        self._target = target

    def connect(self) -> None:
        last: OSError | None = None
        for address in self._target.addresses:
            try:
                plain = socket.create_connection((address, self.port), timeout=self.timeout)
            except OSError as error:
                last = error
                continue
            # Known at once, so that a slow handshake can be broken off too.
            self.sock = plain
            if self._target.scheme == "https":
                self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self._target.host)
            return
        raise last or OSError("no address")


def _connection(target: Target) -> http.client.HTTPConnection:
    return _Pinned(target)


def _shut(connection: http.client.HTTPConnection) -> None:
    opened = connection.sock
    if opened is not None:
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)
    connection.close()
