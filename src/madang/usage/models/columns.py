# SPDX-License-Identifier: Apache-2.0
"""What columns of this room hold."""

from decimal import Decimal

from sqlalchemy import BigInteger, Dialect, Integer, String
from sqlalchemy.types import TypeDecorator

ID = String(26)
COUNTER = String(140)
PERIOD = String(16)
Number = BigInteger().with_variant(Integer, "sqlite")


def one_of(column: str, words: tuple[str, ...]) -> str:
    """The condition that a column holds one of these words."""
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


class Exact(TypeDecorator[Decimal]):
    """A decimal number as it was written: no database rounds it."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002  # the driver's signature
        """The number's plain digits."""
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002  # the driver's signature
        """The number again."""
        return None if value is None else Decimal(value)
