# SPDX-License-Identifier: Apache-2.0
"""Tables in files: CSV, TSV, JSON and Parquet become rows with their schema and what they hold, and questions are answered from them.

Each file and each question has a process of its own that is shut in, within bounds of memory, time and disk: it reads that file, writes to
its own folder, and cannot reach the network or change a setting. The core does not know repositories or who asks.
"""

from madang.tables.errors import (
    BadFilter,
    BadQuestion,
    EmptyTable,
    FileTooLarge,
    MixedText,
    NoTable,
    NotOneQuestion,
    NotReadable,
    OpenQuote,
    QuestionTooLong,
    ReaderBusy,
    ReaderEnded,
    WrongColumns,
    refusal,
)
from madang.tables.forms import COMPARISONS, ENDINGS, Answer, Bar, Cell, Column, Facts, Question, form_of, kind_of
from madang.tables.limits import Limits
from madang.tables.starting import GLANCED, Taken, ask, glance, take

__all__ = [
    "COMPARISONS",
    "ENDINGS",
    "Answer",
    "BadFilter",
    "BadQuestion",
    "Bar",
    "Cell",
    "Column",
    "EmptyTable",
    "Facts",
    "GLANCED",
    "FileTooLarge",
    "Limits",
    "MixedText",
    "NoTable",
    "NotOneQuestion",
    "NotReadable",
    "OpenQuote",
    "Question",
    "QuestionTooLong",
    "ReaderBusy",
    "ReaderEnded",
    "Taken",
    "WrongColumns",
    "ask",
    "form_of",
    "glance",
    "kind_of",
    "refusal",
    "take",
]
