# SPDX-License-Identifier: Apache-2.0
"""Reading an address as people give it for a repository. The form only: nothing is looked up here.

Whatever git, curl or ssh might read differently than we do is refused rather than passed on.
"""

import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address
from urllib.parse import quote, unquote

from madang.forges.errors import BadAddress, HasCredentials, InnerAddress, SchemeRefused
from madang.forges.networks import address_of, is_inner

_LONGEST = 2048
_URL = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/]*)(/.*)?")
_HELPER = re.compile(r"([A-Za-z0-9+.-]*)::")
_SCP = re.compile(r"(?:([^@/:\[\]]+)@)?(\[[^\]/]*\]|[^@/:\[\]]+):(.+)")
_USER = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,63}")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_PORTS = {"https": 443, "http": 80, "ssh": 22}
_SAFE = "/%!$&'()*+,;=:@~-._"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a repository lies. ``addresses`` are what the host resolved to when the guard looked, for the connection to be pinned to.

    ``path`` begins with a slash, save for ssh's short form ``user@host:path``, where it begins in the user's home.
    """

    scheme: str
    host: str
    port: int
    user: str
    path: str
    addresses: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        """The address as git takes it."""
        if self.scheme == "file":
            return "file://" + quote(self.path, errors="surrogateescape")
        host = f"[{self.host}]" if ":" in self.host else self.host
        user = f"{self.user}@" if self.user else ""
        if self.scheme == "ssh" and not self.path.startswith("/"):
            return f"{user}{host}:{self.path}"
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{user}{host}{port}{self.path}"

    @property
    def name(self) -> str:
        """The repository's name: the last part of the path, without ``.git``."""
        last = unquote(self.path).rstrip("/").rpartition("/")[2]
        return last.removesuffix(".git") or self.host


def parse(address: str) -> Target:
    """The target that the address names: ``BadAddress``, ``SchemeRefused`` or ``HasCredentials`` when it cannot be one."""
    if len(address) > _LONGEST or not address.isprintable():
        raise _bad(address)
    if helper := _HELPER.match(address):
        raise SchemeRefused(scheme=f"{helper[1][:40]}::", field="address")
    if address.startswith("/"):
        return Target("file", "", 0, "", address)
    if match := _URL.fullmatch(address):
        return _url(address, match[1].lower(), match[2], match[3] or "")
    match = _SCP.fullmatch(address)
    if "://" in address or not match:
        raise _bad(address)
    host, user, path = _host(match[2], address), _user(match[1], address), _path(match[3], address)
    # This form knows no percent signs: what stands there goes to the server as it is.
    return Target("ssh", host, 22, user, path if path.startswith("/") else match[3])


def _bad(address: str) -> BadAddress:
    # What stands before an @ may be a password, and a refusal is shown and logged.
    shown = "".join(letter if letter.isprintable() else "?" for letter in address.rpartition("@")[2])
    return BadAddress(address=shown[:100], field="address")


def _url(address: str, scheme: str, place: str, path: str) -> Target:
    if scheme == "file":
        if place not in ("", "localhost") or not path:
            raise _bad(address)
        return Target("file", "", 0, "", unquote(path, errors="surrogateescape"))
    if scheme not in _PORTS:
        raise SchemeRefused(scheme=f"{scheme[:40]}://", field="address")
    user, at, place = place.rpartition("@")
    if at and (scheme != "ssh" or ":" in user):
        raise HasCredentials(field="address")
    host, port = _split_port(place, address)
    if len(path) < 2:
        raise _bad(address)
    return Target(scheme, _host(host, address), port or _PORTS[scheme], _user(user, address), _path(path, address))


def _as_others_read(host: str) -> IPv4Address | None:
    """The address that C's ``inet_aton`` makes of decimal, octal and shortened forms; None when it makes none."""
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _split_port(place: str, address: str) -> tuple[str, int | None]:
    host, colon, port = place.rpartition(":")
    if not colon or place.endswith("]"):
        return place, None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65_536):
        raise _bad(address)
    return host, int(port)


def _user(user: str | None, address: str) -> str:
    if user and not _USER.fullmatch(user):
        raise _bad(address)
    return user or ""


def _path(path: str, address: str) -> str:
    if any(letter in path for letter in "?#\\ ") or path.lstrip("/").startswith("-") or ".." in unquote(path).split("/"):
        raise _bad(address)
    return quote(path, safe=_SAFE)


def _host(text: str, address: str) -> str:
    """The host in the one form that git, curl, ssh and we all read alike."""
    if text.startswith("[") and text.endswith("]"):
        inner = address_of(text[1:-1])
        if inner is None or inner.version != 6 or "%" in text:
            raise _bad(address)
        return str(inner)
    try:
        host = text.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise _bad(address) from error
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        raise _bad(address)
    # A last label that is a number makes the whole an IPv4 address to many readers (WHATWG URL), in forms that others read otherwise.
    if _NUMBER.fullmatch(labels[-1]) and address_of(host) is None:
        other = _as_others_read(host)
        if other is not None and is_inner(other):
            raise InnerAddress(host=host, field="address")
        raise _bad(address)
    return host
