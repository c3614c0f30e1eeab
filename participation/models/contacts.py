"""Readings of contact data: which member of the staff has looked at whose name and address, when and what for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import DDL, CheckConstraint, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.notices import Notice

PURPOSES = ("ask_back", "inform", "authority", "other")


class ContactReading(Base):
    """One look at the name and address of whoever gave a notice; says nothing of what was read."""

    __tablename__ = "contact_readings"
    __table_args__ = (
        CheckConstraint(f"purpose in {PURPOSES}", "purpose_known"),
        Index(None, "city_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    notice_id: Mapped[UUID] = mapped_column(ForeignKey("notices.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UTCDateTime)

    account: Mapped[Account] = relationship()
    notice: Mapped[Notice] = relationship()


# Nobody changes a row. Deleting stays possible: a log of what people did is not kept for ever.
_ONLY_ADDED = {
    "sqlite": (
        (
            "CREATE TRIGGER contact_readings_refuse_update BEFORE UPDATE ON contact_readings"
            " BEGIN SELECT RAISE(ABORT, 'readings are never changed'); END"
        ),
    ),
    "postgresql": (
        (
            "CREATE FUNCTION refuse_changed_contact_readings() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN RAISE restrict_violation USING MESSAGE = ''readings are never changed''; END'"
        ),
        (
            "CREATE TRIGGER contact_readings_refuse_update BEFORE UPDATE ON contact_readings"
            " FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_contact_readings()"
        ),
    ),
}
for _dialect, _statements in _ONLY_ADDED.items():
    for _statement in _statements:
        event.listen(ContactReading.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
