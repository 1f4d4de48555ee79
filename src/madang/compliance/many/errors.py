# SPDX-License-Identifier: Apache-2.0
"""What is refused about lists."""

from madang import kit
from madang.kit import _


class NoList(kit.NotFound):
    """There is no such list, or it is somebody else's."""

    code = "no-such-registration"
    message = _("There is no such list, or it is not shown to you.")


class NoRow(kit.NotFound):
    """The list has no such row."""

    code = "no-such-row"
    message = _("The list has no row %(row)s.")


class NotADraft(kit.Conflict):
    """The list is in another state than this deed needs."""

    code = "not-in-that-state"
    message = _("This list is not in a state for that: it was confirmed already, or is not yet.")


class NothingToDo(kit.Invalid):
    """No row would be registered."""

    code = "nothing-to-register"
    message = _("No row of this list can be registered. Mend a row or give another list.")


class TooManyRows(kit.TooLarge):
    """The list has more rows than one list may."""

    code = "too-many-rows"
    message = _("The list has more than %(limit)s rows. Give it in several files.")


class TooManyUnderWay(kit.TooMany):
    """The account has as many rows under way as it may."""

    code = "too-many-under-way"
    message = _("You have %(limit)s rows of lists under way. Wait until some have ended.")
