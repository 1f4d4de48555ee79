# SPDX-License-Identifier: Apache-2.0
"""What this room refuses."""

from collections.abc import Callable, Mapping
from typing import Any

from madang.kit import Conflict, Invalid, NotFound, Stale, _


class NoSuchSetting(NotFound):
    """There is no setting of that name."""

    code = "no-such-setting"
    message = _("There is no setting “%(name)s”.")


class NoSuchChange(NotFound):
    """There is no such former value."""

    code = "no-such-change"
    message = _("This change is not in the history of the setting.")


class ChangedMeanwhile(Stale):
    """Another operator changed the setting since it was looked at."""

    code = "setting-changed-meanwhile"
    message = _("Meanwhile %(by)s has changed this setting. Look at it as it is now, and change it again if it is still needed.")


class FixedByEnvironment(Conflict):
    """The environment states the setting, so the page cannot change it."""

    code = "fixed-by-environment"
    message = _("%(variable)s states this setting where Madang starts. Take it out there, or change it there.")


class WrongValue(Invalid):
    """A setting cannot have that value."""

    code = "wrong-value"
    message = _("This setting takes %(accepted)s.")

    def __init__(self, accepted: str, *, field: str, places: Mapping[str, Any] | None = None) -> None:
        self.accepts, self.places = accepted, dict(places or {})
        super().__init__(accepted=accepted % self.places if self.places else accepted, field=field)

    def sentence(self, translate: Callable[[str], str] | None = None) -> str:
        """The whole sentence, what is accepted included, in one language."""
        told = (translate or str)(self.accepts)
        return (translate or str)(self.template) % {"accepted": told % self.places if self.places else told}


class WrongHost(Invalid):
    """The text is no host, address or range that can be opened."""

    code = "wrong-host"
    message = _("“%(host)s” is no host's name, address or range. It looks like git.example, *.lab.example, 10.1.2.3 or 10.1.0.0/16.")


class TooBroad(Invalid):
    """The range or pattern would open nearly everything."""

    code = "host-too-broad"
    message = _("“%(host)s” would open nearly every inner network. Give the range that is needed.")


class HostListed(Conflict):
    """The host is on the list already."""

    code = "host-listed"
    message = _("“%(host)s” is on the list already.")


class HostNotListed(NotFound):
    """The host is not on the list that operators keep."""

    code = "host-not-listed"
    message = _("“%(host)s” is not on the list.")


class ReasonMissing(Invalid):
    """An opening of the inner network says why."""

    code = "reason-missing"
    message = _("Say in a few words why: whoever comes after you has to know.")
