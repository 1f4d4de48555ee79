# SPDX-License-Identifier: Apache-2.0
"""What is refused when a list is read, and what the visitor can do about it."""

from madang.kit import Invalid, TooLarge, TooMany, _


class SheetRefused(Invalid):
    """The file cannot be read as a list."""

    code = "sheet-refused"
    message = _("“%(name)s” cannot be read as a list. Give a CSV file or an Excel workbook (.xlsx).")


class NotAList(SheetRefused):
    """The content is neither text in columns nor a workbook."""

    code = "not-a-list"
    message = _("“%(name)s” is neither CSV nor an Excel workbook (.xlsx); its content tells, not its name. Save the list as one of these.")


class OldExcel(SheetRefused):
    """A workbook of Excel 97 to 2003, or one that is locked with a password: both are wrapped in the same old format."""

    code = "old-excel"
    message = _(
        "“%(name)s” is a workbook of old Excel (.xls), or one with a password. Open it, take the password away and save it as "
        "“Excel workbook (.xlsx)” or “CSV UTF-8”."
    )


class LockedSheet(SheetRefused):
    """A part of the workbook is locked with a password."""

    code = "sheet-locked"
    message = _("“%(name)s” is locked with a password. Save it without one.")


class DamagedSheet(SheetRefused):
    """The workbook is cut off or is not built as one."""

    code = "sheet-damaged"
    message = _("“%(name)s” is damaged or cut off. Open it, save it again, and give it again.")


class BrokenQuotes(SheetRefused):
    """The quotes of a CSV file do not pair."""

    code = "broken-quotes"
    message = _("The quotation marks of “%(name)s” do not pair near row %(row)s. Mend that row, or save the list again from a spreadsheet.")


class UnknownEncoding(SheetRefused):
    """The text is in none of the encodings that are read."""

    code = "unknown-encoding"
    message = _("The letters of “%(name)s” are in no encoding that is read here (UTF-8, UTF-16, CP949). Save it as “CSV UTF-8”.")


class EmptySheet(SheetRefused):
    """There is no row."""

    code = "sheet-empty"
    message = _("“%(name)s” holds no row.")


class NoSuchSheet(SheetRefused):
    """The workbook has no sheet of that name."""

    code = "no-such-sheet"
    message = _("“%(name)s” has no sheet “%(sheet)s”. It has: %(sheets)s.")


class SeveralColumns(SheetRefused):
    """Two columns mean the same."""

    code = "several-columns"
    message = _("The columns “%(first)s” and “%(second)s” mean the same. Leave one.")


class SheetTooLarge(TooLarge):
    """The list is over one of the limits."""

    code = "sheet-too-large"
    message = _("“%(name)s” is over a limit of %(limit)s.")


class SheetsBusy(TooMany):
    """As many lists are being read in this process as its memory is for."""

    code = "sheets-busy"
    message = _("Other lists are being read just now. Try again in a moment.")
