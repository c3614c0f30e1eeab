"""Places: one real spot, to which several submissions may belong, and the support it finds."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime

NAME_MAX = 80
REPLY_MAX = 2000


class Place(Base):
    """One real spot. It may stay without a name until a moderator gives it one."""

    __tablename__ = "places"
    __table_args__ = (
        CheckConstraint(f"length(name) <= {NAME_MAX}", "name_length"),
        CheckConstraint("lat between -90 and 90 and lon between -180 and 180", "point_on_earth"),
        Index(None, "city_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    name: Mapped[str | None] = mapped_column(String(NAME_MAX))
    lat: Mapped[float]
    lon: Mapped[float]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Support(Base):
    """'I feel this too': once per contributor and place."""

    __tablename__ = "supports"

    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    contributor_id: Mapped[UUID] = mapped_column(ForeignKey("contributors.id"), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class Reply(Base):
    """The city's public answer at a place, once per language."""

    __tablename__ = "replies"
    __table_args__ = (CheckConstraint(f"length(text) <= {REPLY_MAX}", "text_length"),)

    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)


class PlaceMerge(Base):
    """A place that was found to be the same as another: the place, into which, and what has to go back to undo it.

    The place stays as it was, but nothing belongs to it; its address leads on. `moved` has the ids of the submissions,
    of feedback about the place and of notices, and the supports and replies as they were.
    """

    __tablename__ = "place_merges"
    __table_args__ = (CheckConstraint("place_id <> into_id", "two_places"),)

    place_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), primary_key=True)
    into_id: Mapped[UUID] = mapped_column(ForeignKey("places.id"), index=True)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    moved: Mapped[dict[str, Any]] = mapped_column(JSON)
