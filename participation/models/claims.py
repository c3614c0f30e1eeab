"""Claims: who has an entry of the queue open at the moment, so that two people do not read the same one."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account


class Claim(Base):
    """An entry that somebody has opened; after `until` anybody may take it over."""

    __tablename__ = "claims"

    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    until: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    account: Mapped[Account] = relationship()
