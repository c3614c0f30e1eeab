"""Notes of the teams on a figure of the comparison, for their next meeting."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.partnerships import Partnership

TEXT_MAX = 1000
FIGURE_MAX = 80


class ComparisonNote(Base):
    """What somebody of the teams says about a figure. `result_version` and `result_at` are those of the result that was
    on the page when it was written; figures that have changed since do not change what the note speaks of.

    `city` is the team, none for a facilitator. Only a `public` one is on the page for everybody.
    """

    __tablename__ = "comparison_notes"
    __table_args__ = (
        CheckConstraint(f"length(text) between 1 and {TEXT_MAX}", "text_length"),
        Index(None, "partnership_id", "campaign_id", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"), index=True)
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    figure: Mapped[str] = mapped_column(String(FIGURE_MAX))
    result_version: Mapped[str] = mapped_column(String(64))
    result_at: Mapped[datetime] = mapped_column(UTCDateTime)
    text: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(5))
    public: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    partnership: Mapped[Partnership] = relationship()
    campaign: Mapped[Campaign] = relationship()
    city: Mapped[City | None] = relationship()
    author: Mapped[Account] = relationship()
