# SPDX-License-Identifier: Apache-2.0
"""What storage refuses."""

from madang.archives import Stopped
from madang.kit import Invalid, NotFound, Stale, TooLarge, Unavailable, _

__all__ = [
    "DigestMismatch",
    "FileMissing",
    "ObjectDamaged",
    "ObjectMissing",
    "ObjectTooLarge",
    "PathClash",
    "SpecialFile",
    "Stopped",
    "StoreAway",
    "StoreFull",
    "TreeChanged",
    "TreeMissing",
]


class StoreFull(Unavailable):
    """The disk is full; nothing of what was being stored is left."""

    code = "store-full"
    message = _("There is no space left to keep this. Try again later, or tell the operator.")


class StoreAway(Unavailable):
    """The server that keeps the objects does not answer, or refuses us."""

    code = "store-away"
    message = _("%(where)s, where objects are kept, does not answer as it should (%(kind)s). Try again later, or tell the operator.")


class ObjectMissing(NotFound):
    """No object with this digest is kept."""

    code = "object-missing"
    message = _("No object %(sha256)s is kept here.")


class ObjectDamaged(Unavailable):
    """An object's bytes are no longer those that its name promises."""

    code = "object-damaged"
    message = _("The object %(sha256)s is damaged on the disk. Tell the operator: it must be brought back from a copy.")


class DigestMismatch(Invalid):
    """The bytes are not those that were announced."""

    code = "digest-mismatch"
    message = _("The bytes that came are not those that were announced (sha256 %(expected)s). Send them again.")


class ObjectTooLarge(TooLarge):
    """The bytes are over the limit that the caller set."""

    code = "object-too-large"
    message = _("This is larger than the limit of %(limit)s bytes.")


class TreeMissing(NotFound):
    """No tree with this id is kept."""

    code = "tree-missing"
    message = _("No content %(tree_id)s is kept here.")


class FileMissing(NotFound):
    """The tree has no file at this path."""

    code = "file-missing"
    message = _("There is no file “%(path)s” in this version.")


class SpecialFile(Invalid):
    """A folder to be stored holds a device, a pipe or a socket."""

    code = "special-file"
    message = _("“%(path)s” is a device, a pipe or a socket. Only files, folders and links can be kept.")


class PathClash(Invalid):
    """Two entries of a tree want the same place, or a path cannot stand in a tree."""

    code = "path-clash"
    message = _("“%(path)s” cannot stand in a tree beside the other entries.")


class TreeChanged(Stale):
    """A folder changed while it was being stored."""

    code = "tree-changed"
    message = _("“%(path)s” changed while it was being stored. Try again when nobody writes there.")
