"""Campaigns: one round of a partnership, with its dates and its version of the questionnaire."""

from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base
from participation.questionnaire import Questionnaire, load

if TYPE_CHECKING:
    from participation.models.partnerships import Partnership


class Campaign(Base):
    """One round of a partnership, open from the first to the last day in each city's own time zone."""

    __tablename__ = "campaigns"
    __table_args__ = (UniqueConstraint("partnership_id", "code"), CheckConstraint("starts <= ends", "dates_in_order"))

    id: Mapped[int] = mapped_column(primary_key=True)
    partnership_id: Mapped[int] = mapped_column(ForeignKey("partnerships.id"))
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[dict[str, str]] = mapped_column(JSON)
    starts: Mapped[date]
    ends: Mapped[date]
    kinds: Mapped[list[str]] = mapped_column(JSON)
    questionnaire_version: Mapped[str] = mapped_column(String(30))

    partnership: Mapped["Partnership"] = relationship(back_populates="campaigns")

    @property
    def questionnaire(self) -> Questionnaire:
        """The questions of this campaign, the same in all its cities."""
        return load(self.questionnaire_version)

    def is_open(self, today: date) -> bool:
        """Whether something can be sent on this day."""
        return self.starts <= today <= self.ends
