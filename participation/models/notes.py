"""Notes of the staff on an entry: what the city's own people must not forget, and what the partner city advises."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.submissions import Submission

TEXT_MAX = 1000
KINDS = ("note", "advice")


class Note(Base):
    """A note of the city's staff, or advice of a facilitator; open until somebody of the city has dealt with it.

    `keeper` looks after it: at first whoever wrote a note, nobody in the case of advice. The public never sees one.
    """

    __tablename__ = "notes"
    __table_args__ = (
        CheckConstraint(f"kind in {KINDS}", "kind_known"),
        CheckConstraint(f"length(text) <= {TEXT_MAX}", "text_length"),
        Index(None, "city_id", "done_at", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    keeper_id: Mapped[int | None] = mapped_column(ForeignKey("accounts.id"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(Text)
    lang: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    submission: Mapped[Submission] = relationship()
    author: Mapped[Account] = relationship(foreign_keys=[author_id])
    keeper: Mapped[Account | None] = relationship(foreign_keys=[keeper_id])
