"""Notices: somebody reports something published."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.places import Place
from participation.models.submissions import Submission

GROUNDS = (
    "personal_data",
    "people_in_photo",
    "insult_hate",
    "illegal",
    "copyright",
    "advertising_spam",
    "untrue",
    "other",
)
# `settled`: what was reported is no longer public for another reason, before anybody decided.
STATUSES = ("received", "upheld", "dismissed", "settled")
EXPLANATION_MAX = 2000
ANSWER_MAX = 1000
NAME_MAX = 120


class Notice(Base):
    """What article 16 of the Digital Services Act asks for: where, why, who (may stay open), and in good faith."""

    __tablename__ = "notices"
    __table_args__ = (
        CheckConstraint(f"ground in {GROUNDS}", "ground_known"),
        CheckConstraint(f"status in {STATUSES}", "status_known"),
        CheckConstraint(f"length(explanation) <= {EXPLANATION_MAX}", "explanation_length"),
        CheckConstraint("submission_id is not null or place_id is not null", "about_something"),
        CheckConstraint(f"length(answer) <= {ANSWER_MAX}", "answer_length"),
        CheckConstraint("(status = 'received') = (decided_at is null)", "decided_once"),
        Index(None, "city_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    place_id: Mapped[UUID | None] = mapped_column(ForeignKey("places.id"), index=True)
    ground: Mapped[str] = mapped_column(String(30))
    explanation: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(String(NAME_MAX))
    email: Mapped[str | None] = mapped_column(String(254))
    lang: Mapped[str] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(20), default="received")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    idempotency_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    # Who of the city looks after it, and who has decided; the answer is shown as it was written.
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    decided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    # The decision on the submission that the notice led to, where it led to one.
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("decisions.id"), index=True)
    answer: Mapped[str | None] = mapped_column(Text)
    answer_lang: Mapped[str | None] = mapped_column(String(5))

    city: Mapped[City] = relationship()
    submission: Mapped[Submission | None] = relationship()
    place: Mapped[Place | None] = relationship()
    keeper: Mapped[Account | None] = relationship(foreign_keys=[keeper_id])
    decided_by: Mapped[Account | None] = relationship(foreign_keys=[decided_by_id])
    decision: Mapped[Decision | None] = relationship()
