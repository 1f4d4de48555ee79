# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from madang.kit import Invalid, NotFound, _


class BadMailAddress(Invalid):
    """No letter can go to this address."""

    code = "bad-mail-address"
    message = _("“%(address)s” is no e-mail address. Write it like name@institute.example.")


class NoLetter(NotFound):
    """There is no such letter in the outbox."""

    code = "no-letter"
    message = _("There is no such letter in the outbox.")


class Undelivered(Exception):
    """The server did not take a letter. ``is_final``: it never will. ``is_down``: it takes no letter now."""

    def __init__(self, reason: str, *, is_final: bool = False, is_down: bool = False) -> None:
        super().__init__(reason)
        self.reason, self.is_final, self.is_down = reason, is_final, is_down


class NoPost(RuntimeError):
    """A fault of the composition: ``mail.use`` was not called with a post."""

    def __init__(self) -> None:
        super().__init__("mail.use(post) must be called before letters are read or sent")
