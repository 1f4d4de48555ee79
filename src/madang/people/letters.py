# SPDX-License-Identifier: Apache-2.0
"""What letters to newcomers say, in both languages one under the other: whoever reads them has chosen none yet."""

from collections.abc import Callable
from dataclasses import dataclass

from madang.kit import _

INVITED = _("You can make an account")
INVITED_TEXT = _("Open this address to make your account at %(place)s. It works once, and until %(until)s.")
KNOWN = _("You have an account already")
KNOWN_TEXT = _("Somebody, probably you, wants an account at %(place)s for this address. There is one already: sign in here.")
PROVE = _("Is this your address?")
PROVE_TEXT = _(
    "The account “%(name)s” at %(place)s wants to be known by this address. If it is yours, open this where you are signed in, "
    "until %(until)s."
)
MOVED = _("Your account has another address now")
MOVED_TEXT = _("The account “%(name)s” at %(place)s has another e-mail address now. If that was not you, tell the operator at once.")
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
    def proof_subject(self) -> str:
        """What stands over the letter that proves an address."""
        return " · ".join((self.place, *self.said(PROVE)))

    @property
    def moved_subject(self) -> str:
        """What stands over the letter to the address that counted before."""
        return " · ".join((self.place, *self.said(MOVED)))

    @property
    def known_subject(self) -> str:
        """What stands over the letter to who has an account."""
        return " · ".join((self.place, *self.said(KNOWN)))

    def invited(self, secret: str, until: str) -> str:
        """The letter with an invitation."""
        return self._letter(INVITED_TEXT, f"{self.url}/invitations/{secret}", until)

    def proof(self, secret: str, until: str, name: str) -> str:
        """The letter that proves an address for the account of that name."""
        return self._letter(PROVE_TEXT, f"{self.url}/me/email/{secret}", until, name)

    def moved(self, name: str) -> str:
        """The letter to the address that counted before for the account of that name."""
        return "\n\n--\n\n".join(sentence % {"place": self.place, "name": name} for sentence in self.said(MOVED_TEXT)) + "\n"

    def known(self) -> str:
        """The letter to who has an account already."""
        return self._letter(KNOWN_TEXT, f"{self.url}/sign-in", "")

    def _letter(self, text: str, address: str, until: str, name: str = "") -> str:
        parts = []
        for sentence, not_you in zip(self.said(text), self.said(NOT_YOU), strict=True):
            parts.append(f"{sentence % {'place': self.place, 'until': until, 'name': name}}\n\n{address}\n\n{not_you}")
        return "\n\n--\n\n".join(parts) + "\n"
