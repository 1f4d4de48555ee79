# SPDX-License-Identifier: Apache-2.0
"""What the institute decides on coming in, as values that the composition hands down: this room does not know where they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from madang.kit import Reach, Role

OPEN, INVITATION, PROVIDER, CLOSED = "open", "invitation", "provider", "closed"
MODES = (OPEN, INVITATION, PROVIDER, CLOSED)


@dataclass(frozen=True, slots=True)
class SignUpPolicy:
    """Who may make an account: everybody (``open``), whoever was invited (``invitation``), whoever the institute's provider knows
    (``provider``), nobody but operators (``closed``).

    ``domains`` bounds the e-mail addresses of the first; empty means any. A new account has ``role`` and ``reach``. ``proves_email``:
    the address is proved by a letter before there is an account.
    """

    mode: str = INVITATION
    domains: tuple[str, ...] = ()
    role: Role = Role.MEMBER
    reach: Reach = Reach.OUTER
    proves_email: bool = True

    def takes(self, email: str) -> bool:
        """Whether an address may have an account of its own making: its host is one of the domains, or below one."""
        host = email.rpartition("@")[2].lower().rstrip(".")
        return not self.domains or any(host == domain.lower() or host.endswith("." + domain.lower()) for domain in self.domains)


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of use as they hold now, by language. ``version`` is 0 while there are none."""

    version: int = 0
    texts: Mapping[str, str] = field(default_factory=dict)

    def said_in(self, language: str) -> str:
        """The text for readers of that language."""
        return self.texts.get(language) or next((text for text in self.texts.values() if text), "")
