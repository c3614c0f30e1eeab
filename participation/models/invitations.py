"""Invitations: the only way in which a member of staff gets an account without a terminal."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import CITY_ROLES, EMAIL_MAX, ROLES, Account
from participation.models.cities import City
from participation.models.partnerships import Partnership


class Invitation(Base):
    """An invitation that nobody has accepted yet; it is deleted with the account it becomes. One for each address."""

    __tablename__ = "invitations"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES}", "role_known"),
        CheckConstraint(f"(role in {CITY_ROLES}) = (city_id is not null)", "city_of_role"),
        CheckConstraint("(role = 'facilitator') = (partnership_id is not null)", "partnership_of_role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    lang: Mapped[str] = mapped_column(String(5))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnerships.id"), index=True)
    invited_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    sent_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    city: Mapped[City | None] = relationship()
    partnership: Mapped[Partnership | None] = relationship()
    invited_by: Mapped[Account] = relationship()

    @property
    def scope(self) -> City | Partnership | None:
        """The city or partnership the account will belong to; none for an operator."""
        return self.city or self.partnership
