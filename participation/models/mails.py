"""Mails: the outbox, written in the same transaction as what a mail is about."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, String, Text, false
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime


class Mail(Base):
    """One mail to one person. It waits for `due_at`; a failed try moves that on. Its Message-ID is made from the id."""

    __tablename__ = "mails"
    __table_args__ = (Index(None, "sent_at", "given_up_at", "due_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(250))
    body: Mapped[str] = mapped_column(Text)
    # Whether a link in it lets whoever has it into an account: then the text goes as soon as nobody needs it.
    secret: Mapped[bool] = mapped_column(server_default=false())
    lang: Mapped[str] = mapped_column(String(5))
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    tries: Mapped[int] = mapped_column(default=0)
    # The kind of the last failure, never its text: that may hold the address.
    last_error: Mapped[str | None] = mapped_column(String(120))
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    given_up_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
