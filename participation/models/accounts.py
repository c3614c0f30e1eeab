"""Accounts: staff only. Residents have none."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.cities import City
from participation.models.partnerships import Partnership

ROLES = ("moderator", "city_lead", "facilitator", "operator")
CITY_ROLES = ("moderator", "city_lead")
PASSWORD_MIN = 12


class Account(Base):
    """A member of staff; moderators and city leads belong to one city, facilitators to one partnership."""

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES}", "role_known"),
        CheckConstraint(f"(role in {CITY_ROLES}) = (city_id is not null)", "city_of_role"),
        CheckConstraint("(role = 'facilitator') = (partnership_id is not null)", "partnership_of_role"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str] = mapped_column(String(20))
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnerships.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Changing it ends every session of the account.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)

    city: Mapped[City | None] = relationship()
    partnership: Mapped[Partnership | None] = relationship()
