"""Originals: what a redaction has hidden, for the moderators, until nobody can object to it any more."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.places import NAME_MAX
from participation.models.submissions import Submission

# What needs a second person: to show the original again, or to delete it before its time.
WISHES = ("restore", "drop_original")


class Original(Base):
    """The words of a submission as they were sent. The submission itself has the redacted ones, so whatever shows it
    shows nothing else; the original photo is a photo of its own.

    `named_place` says that the place had the name which was hidden. `wish` is what somebody has asked for and somebody
    else has to do.
    """

    __tablename__ = "originals"
    __table_args__ = (
        CheckConstraint(f"wish in {WISHES}", "wish_known"),
        CheckConstraint("(wish is null) = (wished_by_id is null)", "wish_of_somebody"),
    )

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    text: Mapped[str | None] = mapped_column(Text)
    place_name: Mapped[str | None] = mapped_column(String(NAME_MAX))
    named_place: Mapped[bool] = mapped_column(default=False)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
    wish: Mapped[str | None] = mapped_column(String(20))
    wished_by_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)

    submission: Mapped[Submission] = relationship()
    wished_by: Mapped[Account | None] = relationship()
