# SPDX-License-Identifier: Apache-2.0
"""Reading what may stand on the list of allowed hosts, in the one form that the guard of addresses compares with."""

import re
from ipaddress import IPv4Network, IPv6Network, ip_network

from madang.institute.errors import TooBroad, WrongHost

_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_LEAST_PREFIX = {4: 8, 6: 7}
"""The largest blocks that inner networks have: 10.0.0.0/8 (RFC 1918) and fc00::/7 (RFC 4193)."""


def read_host(text: str) -> str:
    """A host's name, ``*.`` and a name, an address, or a range, in its usual form; ``WrongHost`` or ``TooBroad`` otherwise."""
    given = text.strip()
    block = _network(given.removeprefix("[").removesuffix("]"))
    if block is not None:
        if block.prefixlen < _LEAST_PREFIX[block.version]:
            raise TooBroad(host=given[:100], field="host")
        return str(block.network_address) if block.num_addresses == 1 else str(block)
    return _name(given)


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def _name(given: str) -> str:
    wild = given.startswith("*.")
    try:
        name = given.removeprefix("*.").encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise WrongHost(host=_shown(given), field="host") from error
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise WrongHost(host=_shown(given), field="host")
    if wild and len(labels) < 2:
        raise TooBroad(host=_shown(given), field="host")
    return f"*.{name}" if wild else name


def _shown(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)[:100]
