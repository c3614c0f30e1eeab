"""Addresses: what an address search answered, kept for a while so that it is asked less often."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, UTCDateTime


class FoundAddress(Base):
    """The answer to one query in one language; the query itself is kept as a hash only."""

    __tablename__ = "found_addresses"

    query_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    answer: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    found_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
