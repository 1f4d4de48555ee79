# SPDX-License-Identifier: Apache-2.0
"""What is refused when something is unpacked, and what the visitor can do about it."""

from madang.kit import Conflict, Invalid, TooLarge, Unavailable, _


class ArchiveRefused(Invalid):
    """The archive cannot be opened here."""

    code = "archive-refused"
    message = _("This archive cannot be opened here.")


class NotAnArchive(ArchiveRefused):
    """The content is none of the kinds of archives that are opened."""

    code = "not-an-archive"
    message = _("This is not an archive that can be opened here. Accepted are %(accepted)s, told by the content and not by the name.")


class Damaged(ArchiveRefused):
    """The archive is cut off, or its bytes do not give what its checksums promise."""

    code = "archive-damaged"
    message = _("The archive is damaged or cut off at “%(name)s”. Make it or fetch it again.")


class Inconsistent(Damaged):
    """Two parts of the archive say different things, so that two programs could read two different contents from it."""

    code = "archive-inconsistent"
    message = _("The archive says two different things about “%(name)s”. Make it again with another program.")


class Encrypted(ArchiveRefused):
    """The archive, or a part of it, is locked with a password."""

    code = "archive-encrypted"
    message = _("“%(name)s” in the archive is locked with a password. Give an archive without one.")


class Unsupported(ArchiveRefused):
    """The archive uses a part of its format that is not read here."""

    code = "archive-unsupported"
    message = _("“%(name)s” is packed in a way that is not read here. Make the archive again as a plain zip or tar.")


class EmptyArchive(ArchiveRefused):
    """The archive holds no file."""

    code = "archive-empty"
    message = _("The archive holds no file.")


class UnsafeName(ArchiveRefused):
    """A name in the archive points out of it or cannot be a file's name."""

    code = "unsafe-name"
    message = _("The name “%(name)s” points out of the folder it should be in. Make the archive again with relative names.")


class DuplicateName(ArchiveRefused):
    """Two entries want the same place."""

    code = "duplicate-name"
    message = _("“%(name)s” is there twice, so it is not clear which one counts. Make the archive again with each name once.")


class LinkOut(ArchiveRefused):
    """A link leads out of what is unpacked."""

    code = "link-out"
    message = _("The link “%(name)s” leads to “%(target)s”, outside of the archive. Leave it out or put the file in its place.")


class SpecialFile(ArchiveRefused):
    """An entry is a device, a pipe or a socket."""

    code = "special-file"
    message = _("“%(name)s” is a device, a pipe or a socket. Only files, folders and links are accepted.")


class LimitExceeded(TooLarge):
    """What is unpacked is over one of the limits; ``setting`` names the one that the operator can raise."""

    code = "limit-exceeded"
    message = _("This is over a limit of %(limit)s. The operator can raise it: setting %(setting)s.")


class NoSpace(Unavailable):
    """The disk is full."""

    code = "no-space"
    message = _("There is no space left to unpack this. Try again later, or tell the operator.")


class AlreadyThere(Conflict):
    """Something stands already where the folder should be laid."""

    code = "already-there"
    message = _("Something stands already at “%(name)s”.")


class Stopped(Conflict):
    """Whoever asked for the work has asked to stop it; nothing of it is left."""

    code = "stopped"
    message = _("This was stopped before it was done.")
