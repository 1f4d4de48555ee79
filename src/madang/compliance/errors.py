# SPDX-License-Identifier: Apache-2.0
"""What verification refuses."""

from madang import kit
from madang.kit import _


class NoSuchTask(kit.NotFound):
    """No task of that id, or none that the viewer may know of."""

    code = "no-such-task"
    message = _("There is no task “%(task)s” here, or it is not shown to you.")


class NoSuchFile(kit.NotFound):
    """The version has no such file."""

    code = "no-such-file"
    message = _("This version has no file “%(path)s”.")


class NotVerified(kit.Conflict):
    """The answer needs a verified version and this one is not, or not yet."""

    code = "not-verified"
    message = _("This version is not verified yet; it is in the state “%(state)s”.")


class NotFailed(kit.Conflict):
    """Only what failed or was cancelled can be tried again."""

    code = "not-failed"
    message = _("Only a failed or cancelled verification can be tried again; this one is in the state “%(state)s”.")


class NoSource(kit.Invalid):
    """Neither an address nor an archive was given, or both."""

    code = "no-source"
    message = _("Give either a Git address or one archive.")


class NoSuchFormat(kit.Invalid):
    """The version cannot be written in that format."""

    code = "no-such-format"
    message = _("“%(format)s” is no format of ours. It is one of: %(formats)s.")


class TooManyWaiting(kit.TooMany):
    """The account has as many versions waiting as it may."""

    code = "too-many-waiting"
    message = _("You have %(limit)s versions waiting (MADANG_MAX_WAITING). Wait until some are done.")


class UploadGone(kit.Unavailable):
    """The uploaded archive is not in the store any more."""

    code = "upload-gone"
    message = _("The uploaded archive is not in the store any more. Upload it again.")
