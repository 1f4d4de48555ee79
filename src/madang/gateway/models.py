# SPDX-License-Identifier: Apache-2.0
"""Tables: calls that came with an Idempotency-Key."""

from datetime import datetime

from sqlalchemy import LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime

LONGEST = 255


class Retry(Base):
    """A call that may be sent again. ``status`` is None while it is being done, ``body`` where its answer is not kept, for ``reason``."""

    __tablename__ = "gateway_retry"

    owner: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    media_type: Mapped[str] = mapped_column(String(100), default="")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(String(100), default="")
    begun_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
