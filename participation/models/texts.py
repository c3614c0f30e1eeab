"""The cities' own pages: about, imprint, privacy, accessibility, terms."""

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base

PAGES = ("about", "imprint", "privacy", "accessibility", "terms")


class CityText(Base):
    """One page of a city in one language, in Markdown."""

    __tablename__ = "city_texts"
    __table_args__ = (CheckConstraint(f"page in {PAGES}", "page_known"),)

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    page: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    markdown: Mapped[str] = mapped_column(Text)
