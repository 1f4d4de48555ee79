# SPDX-License-Identifier: Apache-2.0
"""What is refused on the way to the provider and back."""

from madang.kit import NotAllowed, NotFound, NotSignedIn, TooMany, Unavailable, _


class NoProvider(NotFound):
    """No provider is set."""

    code = "no-provider"
    message = _("Nobody signs in through a provider here. Sign in by name and password.")


class ProviderDown(Unavailable):
    """The provider does not answer, or not in time, or too much."""

    code = "provider-down"
    message = _("The institute's sign-in does not answer now. Try again in a moment, or sign in by name and password.")


class ProviderBusy(TooMany):
    """More people come back from the provider at once than can be asked about."""

    code = "provider-busy"
    message = _("Too many people sign in just now. Try again in a moment.")


class LyingProvider(NotAllowed):
    """What the provider said cannot be believed. ``why`` is a short word for the log and the operator."""

    code = "lying-provider"
    message = _(
        "What the institute's sign-in answered cannot be believed (%(why)s). Nobody was signed in. Tell the operator, whose log says more."
    )


class ProviderSaidNo(NotSignedIn):
    """The provider, or the person there, said no."""

    code = "provider-said-no"
    message = _("The institute's sign-in said no (%(why)s). Begin again, or sign in by name and password.")


class NoRound(NotAllowed):
    """An answer for which nobody in this browser waits: replayed, too late, changed, or somebody else's."""

    code = "no-round"
    message = _("This sign-in was not begun in this browser, is over, or was used already. Begin again.")
