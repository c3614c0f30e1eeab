"""Downloads of what is not public: which member of the staff took which file, when, and how much of it."""

from datetime import datetime

from sqlalchemy import DDL, ForeignKey, Index, String, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account

FILE_MAX = 60
QUERY_MAX = 500


class Download(Base):
    """One download of an internal file; `query` is the filter it was made with, as it stands in the address."""

    __tablename__ = "downloads"
    __table_args__ = (Index(None, "city_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    file: Mapped[str] = mapped_column(String(FILE_MAX))
    query: Mapped[str] = mapped_column(String(QUERY_MAX))
    data_version: Mapped[int]
    at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)

    account: Mapped[Account] = relationship()


# Nobody changes a row. Deleting stays possible: a log of what people did is not kept for ever.
_RAISE = "BEGIN RAISE restrict_violation USING MESSAGE = ''downloads are never changed''; END"
_CALL = "FOR EACH STATEMENT EXECUTE FUNCTION refuse_changed_downloads()"
_ONLY_ADDED = {
    "sqlite": (
        (
            "CREATE TRIGGER downloads_refuse_update BEFORE UPDATE ON downloads"
            " BEGIN SELECT RAISE(ABORT, 'downloads are never changed'); END"
        ),
    ),
    "postgresql": (
        f"CREATE FUNCTION refuse_changed_downloads() RETURNS trigger LANGUAGE plpgsql AS '{_RAISE}'",
        f"CREATE TRIGGER downloads_refuse_update BEFORE UPDATE ON downloads {_CALL}",
    ),
}
for _dialect, _statements in _ONLY_ADDED.items():
    for _statement in _statements:
        event.listen(Download.__table__, "after_create", DDL(_statement).execute_if(dialect=_dialect))
