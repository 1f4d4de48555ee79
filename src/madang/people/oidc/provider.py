# SPDX-License-Identifier: Apache-2.0
"""The institute's provider as the settings name it."""

from collections.abc import Callable
from dataclasses import dataclass, field

from madang.kit import Reach, Role
from madang.people.oidc.errors import NoProvider


@dataclass(frozen=True, slots=True)
class Admission:
    """How people come in now: whether the provider's people get an account, with which role, and, where ``domains`` are given, only with a
    verified e-mail address in one of them; and whether passwords open accounts beside the provider."""

    makes_accounts: bool = True
    role: Role = Role.MEMBER
    domains: tuple[str, ...] = ()
    takes_passwords: bool = True

    def takes(self, email: str) -> bool:
        """Whether a verified address, "" for none, may have an account: its host is one of the domains, or below one."""
        host = email.rpartition("@")[2].lower()
        return not self.domains or any(host == domain.lower() or host.endswith(f".{domain.lower()}") for domain in self.domains)


@dataclass(frozen=True, slots=True)
class Provider:
    """The provider, how Madang is known there, and what its people are here: ``reach`` of new accounts, ``admission`` as it holds when
    somebody comes. ``return_address`` is where it sends browsers back to."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    return_address: str
    scopes: str = "openid profile email"
    name: str = ""
    reach: Reach = Reach.INNER
    admission: Callable[[], Admission] = Admission


_provider: Provider | None = None


def use(chosen: Provider | None) -> None:
    """People may sign in through this provider from now on, or with None through none. Said once, where the process starts."""
    global _provider
    _provider = chosen


def provider() -> Provider | None:
    """The provider, or None where none is set."""
    return _provider


def held() -> Provider:
    """The provider; ``NoProvider`` where none is set."""
    if _provider is None:
        raise NoProvider
    return _provider


def takes_passwords() -> bool:
    """Whether others than operators sign in by password here now."""
    return _provider is None or _provider.admission().takes_passwords
