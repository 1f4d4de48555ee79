# SPDX-License-Identifier: Apache-2.0
"""Which addresses lie inward. From IANA's registries of special-purpose addresses (RFC 6890 and its updates).

The standard library's ``is_global`` changes between versions of Python, so the tables stand here.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_INNER_4 = tuple(
    IPv4Network(block)
    for block in (
        "0.0.0.0/8",  # this network, RFC 791
        "10.0.0.0/8",  # private, RFC 1918
        "100.64.0.0/10",  # between a provider and its customers, RFC 6598
        "127.0.0.0/8",  # loopback, RFC 1122
        "169.254.0.0/16",  # link-local, RFC 3927; also the metadata services of clouds
        "172.16.0.0/12",  # private, RFC 1918
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.0.2.0/24",  # documentation, RFC 5737
        "192.88.99.0/24",  # 6to4 relays, RFC 7526
        "192.168.0.0/16",  # private, RFC 1918
        "198.18.0.0/15",  # benchmarks, RFC 2544
        "198.51.100.0/24",  # documentation, RFC 5737
        "203.0.113.0/24",  # documentation, RFC 5737
        "224.0.0.0/4",  # multicast, RFC 5771
        "240.0.0.0/4",  # reserved and broadcast, RFC 1112
    )
)
# Everything given out to the world lies in here (RFC 4291); what carries an IPv4 address inside (mapped, compatible, NAT64) does not.
_WORLD_6 = IPv6Network("2000::/3")
_INNER_6 = tuple(
    IPv6Network(block)
    for block in (
        "2001::/23",  # protocol assignments with Teredo, RFC 2928
        "2001:db8::/32",  # documentation, RFC 3849
        "2002::/16",  # 6to4 carries an IPv4 address, RFC 3056
        "3fff::/20",  # documentation, RFC 9637
    )
)


def is_inner(address: Address) -> bool:
    """Whether the address is not one of the open internet."""
    if isinstance(address, IPv4Address):
        return any(address in block for block in _INNER_4)
    return address not in _WORLD_6 or any(address in block for block in _INNER_6)


def address_of(text: str) -> Address | None:
    """The address that the text writes in its one usual form (RFC 3986 section 3.2.2); None for anything else."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def network_of(text: str) -> Network | None:
    """The range, or the single address as a range; None for anything else."""
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None
