"""Computed comparisons, and the hot days of a city in a campaign that they mention."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, UTCDateTime

SOURCE_MAX = 200


class StoredComparison(Base):
    """The computed comparison of a campaign; `content` is JSON as comparison_json writes it.

    `version` is the hash of all data that went into it; `changes` tells cheaply whether these may be others by now.
    """

    __tablename__ = "comparisons"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    computed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    version: Mapped[str] = mapped_column(String(64))
    changes: Mapped[str] = mapped_column(String(64), default="")


class HotDays(Base):
    """On how many days of a campaign it reached 30 °C in a city, and who says so."""

    __tablename__ = "hot_days"
    __table_args__ = (CheckConstraint("days between 0 and 366", "days_of_a_year"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), primary_key=True, index=True)
    days: Mapped[int]
    source: Mapped[str] = mapped_column(String(SOURCE_MAX), default="")
