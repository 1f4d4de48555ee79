# SPDX-License-Identifier: Apache-2.0
"""What the hub refuses."""

from madang.kit import Conflict, Invalid, NotAllowed, NotFound, Stale, TooLarge, Unavailable, _


class NoSuchRepository(NotFound):
    """No repository of that name, or none that the viewer may know of."""

    code = "no-such-repository"
    message = _("There is no repository “%(name)s” here, or it is not shown to you.")


class NoSuchRevision(NotFound):
    """The repository has no such branch, tag or commit."""

    code = "no-such-revision"
    message = _("There is no branch, tag or commit “%(revision)s” here.")


class NoSuchEntry(NotFound):
    """The revision has nothing at that path."""

    code = "no-such-entry"
    message = _("There is nothing at “%(path)s” in this revision.")


class RepositoryTaken(Conflict):
    """A repository of that name stands already."""

    code = "repository-taken"
    message = _("There is already a repository “%(name)s”.")


class RefTaken(Conflict):
    """The repository has a branch or tag of that name."""

    code = "ref-taken"
    message = _("There is already a branch or tag “%(name)s”.")


class RefStays(NotAllowed):
    """The main branch is what the pages show; it stays."""

    code = "ref-stays"
    message = _("The branch “%(name)s” is the one that is shown, and stays.")


class HeadMoved(Stale):
    """Somebody else committed since the client looked."""

    code = "head-moved"
    message = _("The branch “%(branch)s” is at %(found)s and not at %(expected)s any more. Fetch it, and commit again.")


class NotABranch(Invalid):
    """A commit goes to a branch, and the revision names something else."""

    code = "not-a-branch"
    message = _("“%(revision)s” is no branch: a commit goes to a branch.")


class BadRefName(Invalid):
    """A branch or tag cannot be called that."""

    code = "invalid-ref"
    message = _("“%(name)s” cannot be the name of a branch or tag.")


class BadPath(Invalid):
    """A path that no file can have here."""

    code = "invalid-path"
    message = _("“%(path)s” cannot be the path of a file: it is empty, too long, leads out, or holds characters that no name has.")


class PathsClash(Invalid):
    """Two paths differ by case alone, or one is a folder and a file at once."""

    code = "paths-clash"
    message = _("“%(path)s” clashes with “%(other)s”: on many machines both would be one file.")


class NotUploaded(Invalid):
    """A commit names bytes that were not sent to this repository."""

    code = "not-uploaded"
    message = _("The bytes %(sha256)s of “%(path)s” were not sent to this repository. Send them, and commit again.")


class BadCommit(Invalid):
    """The lines of a commit cannot be read."""

    code = "invalid-commit"
    message = _("The commit cannot be read: line %(line)s.")


class BadRequest(Invalid):
    """A body or a parameter is not what this address takes."""

    code = "unreadable-body"
    message = _("The body cannot be read: %(member)s.")


class BadSignature(NotAllowed):
    """An upload's address was not given by this platform, or is over."""

    code = "invalid-signature"
    message = _("This address for an upload is not one of ours, or its time is over. Ask for a new one.")


class TooManyPaths(TooLarge):
    """A revision would hold more files than a repository may."""

    code = "too-many-files"
    message = _("This is more than %(limit)s files, the most that one revision holds. Put some of them together.")


class BytesTooMany(TooLarge):
    """A file or a commit is over the limit."""

    code = "too-large"
    message = _("This is larger than the limit of %(limit)s bytes.")


class ChangedOften(Unavailable):
    """Others kept committing while this commit was made."""

    code = "changed-often"
    message = _("Others committed at the same moment again and again. Try again.")


class NoTables(NotFound):
    """The revision has no file that is read as a table."""

    code = "no-tables"
    message = _("There is no table in this revision: no CSV, TSV, JSON or Parquet file.")


class StillReading(Unavailable):
    """The table is being read, or nobody asked for it yet."""

    code = "table-not-read"
    message = _("This table is not read to its end yet. Its first rows are shown; ask for the rest in a moment.")
    retry_after = 2


class UnsafeModel(Invalid):
    """A file would run something when somebody loads it, and this platform takes no such files."""

    code = "unsafe-model"
    message = _("“%(path)s” names %(what)s: whoever loads it runs that. This platform takes no such file; save the weights as safetensors.")


class NoRoom(TooLarge):
    """A repository, or a namespace, would hold more than it may."""

    code = "quota-reached"
    message = _(
        "%(name)s holds %(used)s bytes, and with these %(more)s it would be more than the %(limit)s that it may. Remove what nobody needs "
        "(what is in no commit counts for two days more), or ask the operator."
    )


class NoPeopleTable(Invalid):
    """The file is no table that can be de-identified here."""

    code = "no-table-to-deidentify"
    message = _(
        "“%(path)s” is not worked on here: that is CSV and TSV up to 100,000 rows and %(limit)s MiB. For longer ones: madang privacy apply."
    )


class NothingChosen(Invalid):
    """A form for a file came without one."""

    code = "no-file-chosen"
    message = _("Choose a file first.")
