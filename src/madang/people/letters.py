# SPDX-License-Identifier: Apache-2.0
"""What letters to newcomers say, in both languages one under the other: whoever reads them has chosen none yet."""

from collections.abc import Callable
from dataclasses import dataclass

from madang.kit import _

INVITED = _("You can make an account")
INVITED_TEXT = _("Open this address to make your account at %(place)s. It works once, and until %(until)s.")
KNOWN = _("You have an account already")
KNOWN_TEXT = _("Somebody, probably you, wants an account at %(place)s for this address. There is one already: sign in here.")
NOT_YOU = _("If you did not ask for this, leave it be; nothing happens.")


@dataclass(frozen=True, slots=True)
class Letters:
    """Letters from the place called ``place`` at the address ``url``; ``said`` gives a sentence in each language, one after the other."""

    place: str
    url: str
    said: Callable[[str], tuple[str, ...]]

    @property
    def invited_subject(self) -> str:
        """What stands over the letter with an invitation."""
        return " · ".join((self.place, *self.said(INVITED)))

    @property
    def known_subject(self) -> str:
        """What stands over the letter to who has an account."""
        return " · ".join((self.place, *self.said(KNOWN)))

    def invited(self, secret: str, until: str) -> str:
        """The letter with an invitation."""
        return self._letter(INVITED_TEXT, f"{self.url}/invitations/{secret}", until)

    def known(self) -> str:
        """The letter to who has an account already."""
        return self._letter(KNOWN_TEXT, f"{self.url}/sign-in", "")

    def _letter(self, text: str, address: str, until: str) -> str:
        parts = []
        for sentence, not_you in zip(self.said(text), self.said(NOT_YOU), strict=True):
            parts.append(f"{sentence % {'place': self.place, 'until': until}}\n\n{address}\n\n{not_you}")
        return "\n\n--\n\n".join(parts) + "\n"
