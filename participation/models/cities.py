"""Cities with their districts and landmarks."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation import geo
from participation.database import Base, UTCDateTime
from participation.geo import Area, Point


class City(Base):
    """A partner city. `name` has a text per language; `languages` begins with the city's own."""

    __tablename__ = "cities"
    __table_args__ = (CheckConstraint("population > 0", "population_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    country: Mapped[str] = mapped_column(String(2))
    population: Mapped[int]
    population_year: Mapped[int]
    population_source: Mapped[str] = mapped_column(Text, default="")
    # Of which territory that is the population, where the name of the city does not say it: the city or its region.
    population_territory: Mapped[str] = mapped_column(String(120), default="", server_default="")
    time_zone: Mapped[str] = mapped_column(String(60))
    languages: Mapped[list[str]] = mapped_column(JSON)
    centre_lat: Mapped[float]
    centre_lon: Mapped[float]
    centre_zoom: Mapped[int]
    boundary: Mapped[str] = mapped_column(Text)
    # Whom to name on the map for the boundary and the districts; most licences of public data ask for it.
    boundary_source: Mapped[str] = mapped_column(Text, default="")
    outline_is_simple: Mapped[bool] = mapped_column(default=False)
    basemap: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # An address search the city may use: {"type": "photon" or "nominatim", "url": ...}; without it the search knows
    # landmarks, districts and places only.
    address_search: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # Within how many hours the city means to decide on a submission.
    target_hours: Mapped[int] = mapped_column(default=48, server_default="48")
    demo: Mapped[bool] = mapped_column(default=False)
    # Grows with every change of what the map shows; it is the version of every tile of the city.
    map_version: Mapped[int] = mapped_column(default=0)
    # Grows with every change of what is published, shown on the map or not; it is the version of every download.
    data_version: Mapped[int] = mapped_column(default=0, server_default="0")
    # When that was, or when the city was loaded.
    changed_at: Mapped[datetime | None] = mapped_column(UTCDateTime, default=lambda: datetime.now(UTC))

    districts: Mapped[list["District"]] = relationship(
        back_populates="city", order_by="District.name", cascade="all, delete-orphan"
    )
    landmarks: Mapped[list["Landmark"]] = relationship(
        back_populates="city", order_by="Landmark.position", cascade="all, delete-orphan"
    )

    @property
    def area(self) -> Area:
        """The territory within the boundary."""
        return geo.area(self.boundary)

    @property
    def centre(self) -> Point:
        """Where the map opens."""
        return Point(self.centre_lat, self.centre_lon)

    def today(self, now: datetime) -> date:
        """The date in the city at this moment."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class District(Base):
    """A part of a city, with the code its administration uses."""

    __tablename__ = "districts"
    __table_args__ = (UniqueConstraint("city_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    boundary: Mapped[str] = mapped_column(Text)
    population: Mapped[int | None]

    city: Mapped[City] = relationship(back_populates="districts")

    @property
    def area(self) -> Area:
        """The territory of the district."""
        return geo.area(self.boundary)


class Landmark(Base):
    """A spot everybody knows, to choose from a list instead of the map."""

    __tablename__ = "landmarks"
    __table_args__ = (UniqueConstraint("city_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    lat: Mapped[float]
    lon: Mapped[float]
    place_type: Mapped[str | None] = mapped_column(String(30))
    position: Mapped[int]

    city: Mapped[City] = relationship(back_populates="landmarks")

    @property
    def point(self) -> Point:
        """Its place on the map."""
        return Point(self.lat, self.lon)
