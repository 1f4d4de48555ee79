# SPDX-License-Identifier: Apache-2.0
"""What the ways to sign in beside name and password refuse."""

from madang.kit import Conflict, Invalid, NotFound, NotSignedIn, _


class ShutAccount(NotSignedIn):
    """The account is shut."""

    code = "shut-account"
    message = _("Your account here is shut. Ask the operator.")


class NoAccountYet(NotSignedIn):
    """The provider knows the person; nobody here does, and nobody is let in by themselves."""

    code = "no-account-yet"
    message = _(
        "You have no account here yet, and none is made by itself. Ask the operator for an invitation; "
        "sign in with it, and add the institute's sign-in on your own page."
    )


class WrongDomain(NotSignedIn):
    """Accounts are made for some e-mail addresses only."""

    code = "wrong-domain"
    message = _("An account is made only for a verified e-mail address of %(domains)s. Ask the operator.")


class AddressOfAnother(NotSignedIn):
    """An account has the e-mail address of somebody who comes through the provider for the first time."""

    code = "address-of-another"
    message = _("An account here has your e-mail address already. Sign in to it, and add the institute's sign-in on your own page.")


class LinkedElsewhere(Conflict):
    """Another account has this identity."""

    code = "linked-elsewhere"
    message = _("Another account here has this identity already. Take it away there first.")


class LastWayIn(Conflict):
    """Without this identity nothing would open the account."""

    code = "last-way-in"
    message = _("Nothing else opens your account. Set a password first.")


class NoIdentity(NotFound):
    """There is no such identity, or it is not the viewer's."""

    code = "no-identity"
    message = _("There is no such identity.")


class PasswordsShut(NotSignedIn):
    """Only operators sign in by password here."""

    code = "passwords-shut"
    message = _("Sign in through the institute here. Passwords are for operators only.")


class CodeNeeded(NotSignedIn):
    """The first half is done: a code of the second factor is still to come. ``half`` is what the browser keeps until then."""

    code = "code-needed"
    message = _("Give the code of your authenticator too.")

    def __init__(self, half: str) -> None:
        super().__init__()
        self.half = half


class NoHalf(NotSignedIn):
    """Nobody waits for a code in this browser, or no longer."""

    code = "no-half"
    message = _("This took too long, or was not begun in this browser. Begin again.")


class WrongCode(NotSignedIn):
    """The code is wrong, too old, or was used already."""

    code = "wrong-code"
    message = _("This code is wrong or was used already. Wait for the next one, or give a recovery code.")


class AlreadyOn(Conflict):
    """The second factor is on."""

    code = "second-factor-on"
    message = _("The second factor is on already. Turn it off first.")


class NotOn(Conflict):
    """The second factor is not on, or not begun."""

    code = "second-factor-off"
    message = _("The second factor is not on. Begin with it on your own page.")


class NoSession(NotFound):
    """There is no such session, or it is not the viewer's."""

    code = "no-session"
    message = _("There is no such session. It may have ended already.")


class WrongDays(Invalid):
    """A token lives for another time than it may."""

    code = "wrong-days"
    message = _("A token is good for 1 to %(most)d days, or without an end.")
