"""Templates of answers: what a city writes again and again, in each of its languages, with variables to fill in."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.cities import City

NAME_MAX = 80
# What may stand in braces in a text: the name of the place, its district, the city.
VARIABLES = ("place", "district", "city")


class ReplyTemplate(Base):
    """A name for the staff, and a text per language in which `{place}`, `{district}` and `{city}` are filled in."""

    __tablename__ = "reply_templates"
    __table_args__ = (
        UniqueConstraint("city_id", "name"),
        CheckConstraint(f"length(name) between 1 and {NAME_MAX}", "name_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    texts: Mapped[dict[str, str]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    city: Mapped[City] = relationship()
