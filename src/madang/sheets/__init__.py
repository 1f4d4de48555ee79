# SPDX-License-Identifier: Apache-2.0
"""Lists that people keep in spreadsheets: read without being hurt by them, and written so that nobody is hurt.

The room reads CSV in the encodings that are met here and Excel's .xlsx, as text, under limits; it computes no formula, follows no link and
runs no macro. It writes CSV whose cells no spreadsheet takes for formulas.

It does not know what a list is about: whoever asks gives the words by which columns are recognised.
"""

from madang.sheets.columns import columns
from madang.sheets.errors import (
    DamagedSheet,
    EmptySheet,
    LockedSheet,
    NoSuchSheet,
    NotAList,
    OldExcel,
    SeveralColumns,
    SheetRefused,
    SheetsBusy,
    SheetTooLarge,
    UnknownEncoding,
)
from madang.sheets.limits import Limits
from madang.sheets.reading import read
from madang.sheets.table import Row, Table
from madang.sheets.turns import turn
from madang.sheets.writing import write_csv

__all__ = [
    "DamagedSheet",
    "EmptySheet",
    "Limits",
    "LockedSheet",
    "NoSuchSheet",
    "NotAList",
    "OldExcel",
    "Row",
    "SeveralColumns",
    "SheetRefused",
    "SheetTooLarge",
    "SheetsBusy",
    "Table",
    "UnknownEncoding",
    "columns",
    "read",
    "turn",
    "write_csv",
]
