# SPDX-License-Identifier: Apache-2.0
"""What is refused of an upload by Xet."""

from madang.kit import Invalid, _


class BadXorb(Invalid):
    """A block of chunks is not what it says."""

    code = "invalid-xorb"
    message = _("The block %(xorb)s cannot be read. Send it again.")


class BadShard(Invalid):
    """A list of chunks is not what it says."""

    code = "invalid-shard"
    message = _("The list of blocks cannot be read: %(reason)s.")


class NoSuchXorb(Invalid):
    """A file is made of a block that was not sent, or that is kept no more."""

    code = "no-such-xorb"
    message = _(
        "The block %(xorb)s is not kept here any more. Empty the client's cache of blocks (the folder “xet” in HF_HOME), and send the file "
        "again."
    )
