# SPDX-License-Identifier: Apache-2.0
"""The guard: where an address that a user gave may lead the platform, and where not."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from threading import Thread

from madang.forges.addresses import Target, parse
from madang.forges.errors import FileRefused, HostUnknown, HttpRefused, InnerAddress, Unreachable
from madang.forges.networks import address_of, is_inner, network_of

Resolver = Callable[[str, int], tuple[str, ...]]

_RESOLVE_SECONDS = 15


def resolve(host: str, port: int) -> tuple[str, ...]:
    """All addresses of the host, as the system knows them, in its order. Waits 15 seconds at most; the system's own call has no bound."""
    answers: SimpleQueue[tuple[str, ...] | OSError] = SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))
        else:
            answers.put(tuple(dict.fromkeys(str(entry[4][0]) for entry in found)))

    Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=_RESOLVE_SECONDS)
    except Empty as error:
        raise Unreachable(host=host) from error
    if isinstance(answer, OSError):
        if isinstance(answer, socket.gaierror) and answer.errno == socket.EAI_AGAIN:
            raise Unreachable(host=host) from answer
        raise HostUnknown(host=host) from answer
    return answer


@dataclass(frozen=True, slots=True)
class Guard:
    """Who may be called.

    ``allowed_hosts`` are the operator's exceptions for inner networks: names (``git.example``, ``*.example`` for all below), addresses
    and ranges. A listed name may lead anywhere; a listed range opens itself to every name. ``trusting`` is for the command line, where a
    person acts with their own rights: forms are still checked, but networks are not.
    """

    allowed_hosts: tuple[str, ...] = ()
    allow_file: bool = False
    allow_http: bool = False
    trusting: bool = False
    resolve: Resolver = resolve

    def parse(self, address: str) -> Target:
        """The target that the address names, if its form and scheme are allowed; nothing is looked up."""
        target = parse(address)
        if target.scheme == "file" and not (self.allow_file or self.trusting):
            raise FileRefused(field="address")
        if target.scheme == "http" and not (self.allow_http or self.trusting):
            raise HttpRefused(host=target.host, field="address")
        if not self.trusting and target.scheme != "file":
            self._check_written(target.host)
        return target

    def check(self, address: str) -> Target:
        """The target with the addresses that its host has now, all of which may be called; ``InnerAddress`` when one may not."""
        target = self.parse(address)
        if target.scheme == "file" or self.trusting:
            return target
        written = address_of(target.host)
        addresses = (target.host,) if written is not None else self.resolve(target.host, target.port)
        if not addresses:
            raise HostUnknown(host=target.host)
        if not self._is_listed(target.host):
            for address_text in addresses:
                found = address_of(address_text)
                if found is None or (is_inner(found) and not self._is_open(address_text)):
                    raise InnerAddress(host=target.host, field="address")
        return replace(target, addresses=addresses)

    def opens(self, host: str) -> bool:
        """Whether the operator has opened this host, by its name or as an address; nothing is looked up."""
        return self._is_listed(host) or self._is_open(host)

    def _check_written(self, host: str) -> None:
        """What is inward by its very writing is refused before anything is asked."""
        written = address_of(host)
        is_inward = is_inner(written) and not self._is_open(host) if written else f".{host}".endswith(".localhost")
        if is_inward and not self._is_listed(host):
            raise InnerAddress(host=host, field="address")

    def _is_listed(self, host: str) -> bool:
        for listed in self.allowed_hosts:
            name = listed.lower().rstrip(".")
            if host == name or (name.startswith("*.") and host.endswith(name[1:])):
                return True
        return False

    def _is_open(self, address_text: str) -> bool:
        found = address_of(address_text)
        blocks = (network_of(listed) for listed in self.allowed_hosts)
        return found is not None and any(block is not None and found.version == block.version and found in block for block in blocks)
