"""Translations: what a submission says in other languages; the original stays what counts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, UTCDateTime

METHODS = ("human", "machine")
TRANSLATION_MAX = 4000
PROVIDER_MAX = 80


class Translation(Base):
    """The text of a submission in another language, once per language.

    `provider` is who or what translated, never a member of the public; `reviewed` says that somebody has read it
    beside the original.
    """

    __tablename__ = "translations"
    __table_args__ = (
        CheckConstraint(f"method in {METHODS}", "method_known"),
        CheckConstraint(f"length(text) <= {TRANSLATION_MAX}", "text_length"),
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    lang: Mapped[str] = mapped_column(String(35), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    method: Mapped[str] = mapped_column(String(10))
    provider: Mapped[str | None] = mapped_column(String(PROVIDER_MAX))
    reviewed: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UTCDateTime)
