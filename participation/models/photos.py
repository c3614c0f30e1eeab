"""Photos: one per submission, re-encoded, in a folder beside the database."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.submissions import Submission


class Photo(Base):
    """What was drawn anew from the picture somebody sent; without a submission it waits for its form to be sent.

    `width` and `height` are pixels of the large version.
    """

    __tablename__ = "photos"
    __table_args__ = (CheckConstraint("width > 0 and height > 0", "size_positive"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    submission_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), unique=True)
    # A photo that was redacted is kept with its submission, but no longer as its photo.
    original_of_id: Mapped[UUID | None] = mapped_column(ForeignKey("submissions.id"), unique=True)
    width: Mapped[int]
    height: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    submission: Mapped[Submission | None] = relationship(back_populates="photo", foreign_keys=[submission_id])
