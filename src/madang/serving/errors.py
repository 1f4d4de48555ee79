# SPDX-License-Identifier: Apache-2.0
"""What is refused of services and of calls to them."""

from madang.kit import Conflict, Invalid, NotFound, TooLarge, Unavailable, _


class NoSuchService(NotFound):
    """No service of that name, or none that the viewer may know of."""

    code = "no-such-service"
    message = _("There is no service “%(name)s”, or it is not shown to you.")


class NoSuchRelease(NotFound):
    """The service has no version of that name."""

    code = "no-such-release"
    message = _("The service “%(name)s” has no version “%(version)s”.")


class Busy(Unavailable):
    """More calls wait than the service takes; the call was not begun."""

    code = "busy"
    message = _("The service is busy. Nothing was done or counted; try again in %(retry_after)s seconds.")

    def __init__(self, *, retry_after: int = 1) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class EngineDown(Unavailable):
    """What runs the service does not answer; the call was not begun, or what came of it is not known."""

    code = "engine-down"
    message = _("The service is being started or has stopped. Try again in %(retry_after)s seconds; its owner sees the reason in its log.")

    def __init__(self, *, retry_after: int = 2) -> None:
        super().__init__(retry_after=retry_after)
        self.retry_after = retry_after


class NotInstalled(Unavailable):
    """The service stands in the list, and the part that would answer is not on this machine."""

    code = "not-installed"
    message = _("This service is not installed here: %(part)s is missing. No answer is made up in its place.")


class EngineFailed(Unavailable):
    """The service was called and failed, or answered what is no answer."""

    code = "engine-failed"
    message = _("The service failed on this call. Nothing was counted; its owner sees the reason in its log.")


class TookTooLong(Unavailable):
    """The answer did not come in time; the call was ended."""

    code = "took-too-long"
    message = _("The service did not answer in time and the call was ended. Send less at once, or ask its owner.")


class BadInputs(Invalid):
    """The inputs are not those that the service takes."""

    code = "bad-inputs"
    message = _("The service cannot take this: %(reason)s. Its page shows an example.")


class BadOperation(Invalid):
    """The service has no such operation."""

    code = "bad-operation"
    message = _("The service has no operation “%(operation)s”. It has: %(operations)s.")


class InputsTooLarge(TooLarge):
    """The inputs are over the service's limit."""

    code = "inputs-too-large"
    message = _("This is larger than the service takes (%(limit)s bytes).")


class ServicePaused(Unavailable):
    """An operator or the owner has paused the service."""

    code = "service-paused"
    message = _("This service is paused. Ask its owner or the operator to go on with it.")


class BadService(Invalid):
    """The folder is no service that can be published."""

    code = "bad-service"
    message = _("This cannot be published as a service: %(reason)s.")


class NoSource(Invalid):
    """Neither an archive nor an address was given."""

    code = "no-source"
    message = _("Give an archive of the service's folder, an .onnx file, or the address of a server.")


class WrongMember(Invalid):
    """A member of what came is not what it has to be."""

    code = "wrong-member"
    message = _("“%(member)s” cannot be taken: %(reason)s.")


class VersionStands(Conflict):
    """The service has that version with other content already."""

    code = "version-stands"
    message = _("The service has a version “%(version)s” already, with other content. Give the new one another name in its card.")


class BadShare(Invalid):
    """A share of the traffic is no whole number of per cent."""

    code = "bad-share"
    message = _("A version's share of the calls is a whole number from 0 to 100, not “%(share)s”.")


class PickleRefused(Invalid):
    """The model's file runs code when it is read, and the operator has not allowed that."""

    code = "pickle-refused"
    message = _(
        "This model is kept as a pickle, which runs code when it is read. An operator can allow that with MADANG_ALLOW_PICKLE=yes; it then "
        "runs in a process apart only."
    )
