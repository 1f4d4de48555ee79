# SPDX-License-Identifier: Apache-2.0
"""What the core refuses: files that are no table, and questions that do not only read."""

from collections.abc import Mapping

from madang.kit import Invalid, Refusal, TooLarge, Unavailable, _


class NoTable(Invalid):
    """The file's name says that it is something else."""

    code = "no-table"
    message = _("“%(name)s” is no table that is read here. These are: %(endings)s.")


class EmptyTable(Invalid):
    """There is nothing in the file."""

    code = "empty-table"
    message = _("There is nothing in this file: no column and no row.")


class MixedText(Invalid):
    """The text is in no one encoding."""

    code = "mixed-text"
    message = _(
        "The text is in no one encoding: it is neither UTF-8 nor UTF-16 nor CP949 throughout (line %(line)s). Write it anew in UTF-8."
    )


class OpenQuote(Invalid):
    """A quoted value does not end, or goes on behind its closing quote."""

    code = "open-quote"
    message = _(
        "A value that begins with a quote in line %(line)s does not end as it has to. A quote within a quoted value is written twice."
    )


class WrongColumns(Invalid):
    """A line has more or fewer values than there are columns."""

    code = "wrong-columns"
    message = _(
        "Line %(line)s has %(found)s values, and there are %(expected)s columns. Nothing is guessed: quote values that hold the separator."
    )


class NotReadable(Invalid):
    """The file cannot be read as what it claims to be. ``why`` is the reader's own sentence, in English."""

    code = "unreadable-table"
    message = _("This file cannot be read as %(form)s: %(why)s")


class ReaderEnded(Invalid):
    """Reading took more memory or time than a file may take, or the file broke the reader."""

    code = "reader-ended"
    message = _("Reading this file took more memory or time than one file may take, or broke the reader, so it was ended.")


class FileTooLarge(TooLarge):
    """The file is over the limit."""

    code = "table-too-large"
    message = _("This file is larger than %(limit)s bytes, the most that is read for a preview.")


class NotOneQuestion(Invalid):
    """What was asked is not one SELECT."""

    code = "not-one-select"
    message = _("This only reads, and only this table: write one SELECT over “data”.")


class BadQuestion(Invalid):
    """The question cannot be answered. ``why`` is the engine's own sentence, in English."""

    code = "invalid-query"
    message = _("This cannot be answered: %(why)s")


class BadFilter(Invalid):
    """A filter names no column or no comparison, or a value that the column cannot have."""

    code = "invalid-filter"
    message = _("“%(what)s” is no column here, no comparison, or nothing that the column can hold, so nothing is sorted or filtered by it.")


class QuestionTooLong(TooLarge):
    """The question is too long to be answered in its time."""

    code = "query-too-long"
    message = _("This took longer than %(seconds)s seconds, or more memory than one question may take, and was ended. Ask for less.")


class ReaderBusy(Unavailable):
    """Others are asking."""

    code = "reader-busy"
    message = _("Others are asking at this moment. Try again.")
    retry_after = 5


KINDS: Mapping[str, type[Refusal]] = {
    each.code: each
    for each in (
        NoTable, EmptyTable, MixedText, OpenQuote, WrongColumns, NotReadable, ReaderEnded, FileTooLarge, NotOneQuestion, BadQuestion,
        BadFilter, QuestionTooLong,
    )
}  # fmt: skip


def refusal(code: object, values: object) -> Refusal:
    """The refusal of that code with its values; ``ReaderEnded`` for what is none of ours."""
    kind = KINDS.get(code) if isinstance(code, str) else None
    given: dict[str, str] = {}
    if isinstance(values, dict):
        given = {str(name): str(value) for name, value in values.items()}
    if kind is None or not all(f"%({name})s" in kind.message for name in given) or kind.message.count("%(") != len(given):
        return ReaderEnded()
    return kind(**given)
