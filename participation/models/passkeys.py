"""Passkeys: what a device or a security key has shown us of itself; the secret never leaves it."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, UTCDateTime

NAME_MAX = 64


class Passkey(Base):
    """A passkey of one account. The names of the columns are Flask-Security's."""

    __tablename__ = "passkeys"
    __table_args__ = (UniqueConstraint("account_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    credential_id: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    transports: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    extensions: Mapped[str | None] = mapped_column(Text)
    usage: Mapped[str] = mapped_column(String(20))
    device_type: Mapped[str] = mapped_column(String(40))
    backup_state: Mapped[bool]
    lastuse_datetime: Mapped[datetime] = mapped_column(UTCDateTime)

    def get_user_mapping(self) -> dict[str, Any]:
        """How the library finds whose it is."""
        return {"id": self.account_id}
