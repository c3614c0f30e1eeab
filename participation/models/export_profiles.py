"""Export profiles: what the lead of a city downloads again and again, under a name; and the tokens of scripts."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.cities import City

NAME_MAX = 60
FILE_MAX = 60
NOTE_MAX = 80


class ExportProfile(Base):
    """One file of a city with everything that was chosen for it, as the pairs of the query string of its address.

    The name stands in addresses. `internal` says that the file holds what is not public; it never changes to yes
    behind the back of a script.
    """

    __tablename__ = "export_profiles"
    __table_args__ = (
        UniqueConstraint("city_id", "name"),
        CheckConstraint(f"length(name) between 1 and {NAME_MAX}", "name_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    file: Mapped[str] = mapped_column(String(FILE_MAX))
    query: Mapped[list[list[str]]] = mapped_column(JSON)
    internal: Mapped[bool]
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)

    city: Mapped[City] = relationship()
    tokens: Mapped[list["ExportToken"]] = relationship(
        back_populates="profile", cascade="all, delete-orphan", order_by="ExportToken.id.desc()"
    )


class ExportToken(Base):
    """The key of one script to one export profile, kept as a fingerprint; it works until it ends or is revoked.

    It carries no more rights than the account that made it, and none when that account is switched off.
    """

    __tablename__ = "export_tokens"
    __table_args__ = (
        CheckConstraint(f"length(note) between 1 and {NOTE_MAX}", "note_length"),
        CheckConstraint("made_at < ends_at", "ends_later"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    profile_id: Mapped[int] = mapped_column(ForeignKey("export_profiles.id"), index=True)
    # What it is for, in words for the staff.
    note: Mapped[str] = mapped_column(String(NOTE_MAX))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_by_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UTCDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    profile: Mapped[ExportProfile] = relationship(back_populates="tokens")
    made_by: Mapped[Account] = relationship()
