"""Proposals: many rejections at once, which a second person has to confirm."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decision_sentences import SENTENCE_MAX
from participation.models.decisions import REASON_CODES
from participation.models.submissions import Submission

STATUSES = ("waiting", "confirmed", "dropped")


class Proposal(Base):
    """What one moderator of a city wants to reject for one reason, and what another one made of it.

    It is never deleted: whoever proposed a rejection does not decide on the objection to it.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint(f"status in {STATUSES}", "status_known"),
        CheckConstraint(f"reason_code in {REASON_CODES}", "reason_known"),
        CheckConstraint(f"length(sentence) between 1 and {SENTENCE_MAX}", "sentence_length"),
        CheckConstraint("(sentence is null) = (sentence_lang is null)", "sentence_has_language"),
        CheckConstraint("(status = 'waiting') = (ended_by_id is null)", "ended_by_somebody"),
        CheckConstraint("(status = 'waiting') = (ended_at is null)", "ended_some_time"),
        CheckConstraint("status <> 'confirmed' or ended_by_id <> account_id", "confirmed_by_another"),
        Index(None, "city_id", "status", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    reason_code: Mapped[str] = mapped_column(String(30))
    # To the authors, as the proposer wrote it.
    sentence: Mapped[str | None] = mapped_column(String(SENTENCE_MAX))
    sentence_lang: Mapped[str | None] = mapped_column(String(5))
    status: Mapped[str] = mapped_column(String(20), default="waiting")
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    ended_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    idempotency_hash: Mapped[str | None] = mapped_column(String(64), unique=True)

    city: Mapped[City] = relationship()
    account: Mapped[Account] = relationship(foreign_keys=[account_id])
    ended_by: Mapped[Account | None] = relationship(foreign_keys=[ended_by_id])
    parts: Mapped[list["ProposalPart"]] = relationship(order_by="ProposalPart.submission_id")


class ProposalPart(Base):
    """One of the submissions of a proposal, in the version that was seen."""

    __tablename__ = "proposal_parts"

    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("proposals.id"), primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True, index=True)
    version: Mapped[int]

    submission: Mapped[Submission] = relationship()
