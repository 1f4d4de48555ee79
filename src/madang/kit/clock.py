# SPDX-License-Identifier: Apache-2.0
"""What time it is. Rows hold UTC with a zone; pages turn it to the reader's."""

from datetime import UTC, datetime


def now() -> datetime:
    """The time now, UTC, aware, to the microsecond."""
    return datetime.now(UTC)
