"""Followers: the e-mail address of somebody who wants news on a submission; kept apart, deleted when none can come."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.submissions import Submission

EMAIL_MAX = 254


class Follower(Base):
    """Gets no news before the address is confirmed by a link; the same link ends it."""

    __tablename__ = "followers"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), unique=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX))
    lang: Mapped[str] = mapped_column(String(5))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    confirmed_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
