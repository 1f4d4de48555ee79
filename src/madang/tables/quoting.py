# SPDX-License-Identifier: Apache-2.0
"""Names and texts as SQL has them."""


def name(value: str) -> str:
    """A column's name within SQL, whatever it is."""
    return '"' + value.replace('"', '""') + '"'


def text(value: object) -> str:
    """A text within SQL, whatever it is."""
    return "'" + str(value).replace("'", "''") + "'"
