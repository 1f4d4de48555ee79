# SPDX-License-Identifier: Apache-2.0
"""The jobs processes that live, as rows. The queue's own tables belong to the library beneath."""

from datetime import datetime

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from madang.db import Base, UtcTime


class Process(Base):
    """A jobs process that lives. ``beats`` grows while it does; no clock decides, for clocks step and differ between machines."""

    __tablename__ = "jobs_process"

    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    host: Mapped[str] = mapped_column(String(255))
    pid: Mapped[int]
    beats: Mapped[int] = mapped_column(BigInteger)
    started_at: Mapped[datetime] = mapped_column(UtcTime)
    beat_at: Mapped[datetime] = mapped_column(UtcTime)
