"""Accounts: staff only. Residents have none."""

from datetime import date, datetime

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, String, Text
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.models.passkeys import Passkey

ROLES = ("moderator", "city_lead", "facilitator", "operator")
CITY_ROLES = ("moderator", "city_lead")
# How often somebody wants to hear by mail what waits in their city.
DIGESTS = ("off", "daily", "weekly")
PASSWORD_MIN = 12
EMAIL_MAX = 254


class Account(Base):
    """A member of staff; moderators and city leads belong to one city, facilitators to one partnership.

    The names of the columns of the second factor, of passkeys and of `fs_uniquifier` are Flask-Security's.
    """

    __tablename__ = "accounts"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES}", "role_known"),
        CheckConstraint(f"(role in {CITY_ROLES}) = (city_id is not null)", "city_of_role"),
        CheckConstraint("(role = 'facilitator') = (partnership_id is not null)", "partnership_of_role"),
        CheckConstraint(f"digest in {DIGESTS}", "digest_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(EMAIL_MAX), unique=True)
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    role: Mapped[str] = mapped_column(String(20))
    # In which language mails are written to this person.
    lang: Mapped[str] = mapped_column(String(5), server_default="en")
    digest: Mapped[str] = mapped_column(String(10), server_default="off")
    # The first day of the last period for which the digest was written.
    digest_of: Mapped[date | None]
    city_id: Mapped[int | None] = mapped_column(ForeignKey("cities.id"), index=True)
    partnership_id: Mapped[int | None] = mapped_column(ForeignKey("partnerships.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # Changing it ends every session of the account.
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    # The authenticator app: its secret is encrypted, and the counter is that of the last code that was taken.
    tf_primary_method: Mapped[str | None] = mapped_column(String(20))
    tf_totp_secret: Mapped[str | None] = mapped_column(Text)
    totp_counter: Mapped[int | None] = mapped_column(BigInteger)
    # Keyed hashes of the codes that are left.
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(MutableList.as_mutable(JSON(none_as_null=True)))
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)

    city: Mapped[City | None] = relationship()
    partnership: Mapped[Partnership | None] = relationship()
    webauthn: Mapped[list[Passkey]] = relationship(cascade="all, delete-orphan", order_by=Passkey.id)

    @property
    def scope(self) -> City | Partnership | None:
        """The city or partnership the account belongs to; none for an operator."""
        return self.city or self.partnership

    @property
    def has_second_factor(self) -> bool:
        """Whether a password alone does not suffice to sign in."""
        return bool(self.tf_primary_method and self.tf_totp_secret) or bool(self.webauthn)
