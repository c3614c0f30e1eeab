"""Decisions: what a moderator did, with the reason code; rows are only ever added."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.submissions import Submission

ACTIONS = ("publish", "reject", "set_point", "correct", "withdraw", "erase")
REASON_CODES = (
    "off_topic",
    "not_public_space",
    "outside_city",
    "duplicate",
    "personal_data",
    "people_in_photo",
    "insult_hate",
    "illegal",
    "advertising_spam",
    "unclear",
    "copyright",
    "authority_order",
)


class Decision(Base):
    """One step in the life of a submission. Without an account it was the author's own, by the receipt link."""

    __tablename__ = "decisions"
    __table_args__ = (
        CheckConstraint(f"action in {ACTIONS}", "action_known"),
        CheckConstraint(f"reason_code in {REASON_CODES}", "reason_known"),
        CheckConstraint("action <> 'reject' or reason_code is not null", "rejection_has_reason"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    action: Mapped[str] = mapped_column(String(20))
    reason_code: Mapped[str | None] = mapped_column(String(30))
    from_status: Mapped[str] = mapped_column(String(20))
    to_status: Mapped[str] = mapped_column(String(20))
    submission_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime)
    idempotency_hash: Mapped[str | None] = mapped_column(String(64), unique=True)

    submission: Mapped[Submission] = relationship()
    account: Mapped[Account | None] = relationship()
