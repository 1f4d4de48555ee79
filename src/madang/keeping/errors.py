# SPDX-License-Identifier: Apache-2.0
"""What keeping refuses. Each sentence says what to do next."""

from madang.kit import Conflict, Invalid, TooLarge, Unavailable, _


class FileThere(Conflict):
    """A backup would be written over something."""

    code = "file-there"
    message = _("%(path)s is there already. Name a file that is not, so that no backup is written over.")


class NowhereToWrite(Invalid):
    """The folder of the file is not there or cannot be written."""

    code = "nowhere-to-write"
    message = _("%(path)s cannot be written: %(reason)s. Choose a folder that is there and that you may write.")


class DiskFull(TooLarge):
    """The disk ran full; nothing of what was being written is left."""

    code = "disk-full"
    message = _("There is no room for %(path)s (%(written)s MiB were written). Nothing half is left. Make room or choose another disk.")


class NothingToKeep(Invalid):
    """There is no platform in this home."""

    code = "nothing-to-keep"
    message = _("There is no database of a Madang at %(place)s. Name the platform's folder with MADANG_HOME.")


class NoBackup(Invalid):
    """The file is no backup of ours."""

    code = "no-backup"
    message = _("%(path)s is no backup of a Madang.")


class DamagedBackup(Invalid):
    """The file was cut off or changed after it was made."""

    code = "damaged-backup"
    message = _("%(path)s was cut off or changed after it was made (%(what)s). Nothing was restored. Take another copy of it.")


class NewerBackup(Conflict):
    """A newer release made the backup."""

    code = "newer-backup"
    message = _(
        "%(path)s was made by Madang %(version)s (revision %(found)s; this one knows %(newest)s). Nothing was restored. Restore it with "
        "that release."
    )


class NoKey(Invalid):
    """The backup's key file is missing."""

    code = "no-key"
    message = _(
        "The key file of this backup is needed, or nobody could sign in afterwards. Name it with --key (it was written as %(path)s)."
    )


class WrongKey(Invalid):
    """The key is another platform's."""

    code = "wrong-key"
    message = _("%(path)s is not the key file of this backup.")


class SealedKey(Invalid):
    """The key is sealed inside the backup and no passphrase was given."""

    code = "sealed-key"
    message = _("The key file is sealed inside this backup. Give its passphrase with --passphrase-file.")


class WrongPassphrase(Invalid):
    """The passphrase does not open the sealed key."""

    code = "wrong-passphrase"
    message = _("This passphrase does not open the key in the backup, or the backup was changed.")


class ShortPassphrase(Invalid):
    """A passphrase that anybody could guess."""

    code = "short-passphrase"
    message = _("A passphrase has at least %(least)s characters.")


class HomeNotEmpty(Conflict):
    """Something is in the folder that would be restored into."""

    code = "home-not-empty"
    message = _("%(home)s is not empty (%(found)s). A backup is restored into an empty folder: name another with --home.")


class HalfRestored(Conflict):
    """A restore was killed while it put things into place."""

    code = "half-restored"
    message = _("A restore was killed in %(home)s before it ended. Empty that folder, and the database, and restore again.")


class DatabaseNotEmpty(Conflict):
    """Somebody's rows are in the database that would be restored into."""

    code = "database-not-empty"
    message = _("The database at %(place)s is not empty. A backup is restored into an empty one: make a new database and name it.")


class DifferentRows(Unavailable):
    """What stands in the database is not what the backup holds."""

    code = "different-rows"
    message = _("The rows of %(table)s came out differently than the backup has them. Nothing was restored. Tell those who make Madang.")


class HomeChanged(Conflict):
    """A file of the home became shorter while it was read."""

    code = "home-changed"
    message = _("%(path)s changed while it was being read. Do this again.")


class PlatformUp(Conflict):
    """A platform works on what would be changed."""

    code = "platform-up"
    message = _("A Madang works in %(home)s. Stop it first.")


class NoWayBack(Invalid):
    """A migration would begin without a backup."""

    code = "no-way-back"
    message = _("Say where the backup goes with --backup FILE, or that none is wanted with --no-backup.")
