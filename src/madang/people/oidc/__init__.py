# SPDX-License-Identifier: Apache-2.0
"""Signing in at the institute's own provider (OpenID Connect Core 1.0: authorization code, with PKCE, state and nonce).

It knows how to send a browser there and what may be believed of the answer. It does not know accounts: who a person of the provider is
here, the actions say.
"""

from madang.people.oidc.claims import Claims
from madang.people.oidc.directory import Directory
from madang.people.oidc.errors import LyingProvider, NoRound, ProviderBusy, ProviderDown, ProviderSaidNo
from madang.people.oidc.flow import authorization_address, exchange
from madang.people.oidc.provider import Admission, Provider, held, provider, takes_passwords, use
from madang.people.oidc.rounds import COOKIE, SECONDS, Begun, begin, read

__all__ = [
    "COOKIE",
    "SECONDS",
    "Admission",
    "Begun",
    "Claims",
    "Directory",
    "LyingProvider",
    "NoRound",
    "Provider",
    "ProviderBusy",
    "ProviderDown",
    "ProviderSaidNo",
    "authorization_address",
    "begin",
    "exchange",
    "held",
    "provider",
    "read",
    "takes_passwords",
    "use",
]
