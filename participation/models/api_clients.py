"""API clients: programs of others that may send entries to one city, each with a key of its own."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.cities import City

NAME_MAX = 80


class ApiClient(Base):
    """A program with a key for one city. Of the key we keep a fingerprint; who has lost it gets a new client."""

    __tablename__ = "api_clients"
    __table_args__ = (CheckConstraint(f"length(name) between 1 and {NAME_MAX}", "name_length"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), index=True)
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    key_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # When an entry came with the key for the last time.
    used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    city: Mapped[City] = relationship()
