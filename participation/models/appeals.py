"""Objections: an author asks the city to look again at a rejection, a removal or a redaction."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.decisions import Decision
from participation.models.submissions import Submission

STATUSES = ("received", "upheld", "reversed")
TEXT_MAX = 2000
ANSWER_MAX = 1000


class Appeal(Base):
    """One objection to one decision. `upheld` means that the decision stays, `reversed` that the entry waits again, or
    that what was hidden in it is shown again.

    `answer` is a sentence of the city to the author, shown as it was written, with its language named.
    """

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", "status_known"),
        CheckConstraint(f"length(text) <= {TEXT_MAX}", "text_length"),
        CheckConstraint(f"length(answer) <= {ANSWER_MAX}", "answer_length"),
        CheckConstraint("(status = 'received') = (decided_at is null)", "decided_once"),
        Index(None, "city_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    decision_id: Mapped[int] = mapped_column(ForeignKey("decisions.id"), unique=True)
    status: Mapped[str] = mapped_column(String(20), default="received")
    text: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    answer: Mapped[str | None] = mapped_column(Text)
    answer_lang: Mapped[str | None] = mapped_column(String(5))

    submission: Mapped[Submission] = relationship()
    decision: Mapped[Decision] = relationship()
    keeper: Mapped[Account | None] = relationship(foreign_keys=[keeper_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
