"""Imports: what came from which row of a file, mappings that are kept by name, and files that wait for the worker."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column, relationship
from uuid_utils.compat import uuid7

from participation.database import Base, UTCDateTime
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.submissions import Submission

NAME_MAX, FILE_MAX = 80, 200
# Uploaded and looked at; wanted; being read; stored; not stored because of some rows; not to be read at all.
STATES = ("uploaded", "queued", "running", "done", "refused", "failed")


class ImportOrigin(Base):
    """The id that a submission has where it comes from, as a hash: with it nothing is imported twice.

    It stays when the submission is erased, so that what is gone does not come back with the next file.
    """

    __tablename__ = "import_origins"

    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"), primary_key=True)
    origin_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    submission_id: Mapped[UUID] = mapped_column(ForeignKey("submissions.id"), index=True)

    submission: Mapped[Submission] = relationship()


class ImportMapping(Base):
    """Which columns of a foreign table hold which fields: `columns` is {column: field}, the field empty for none."""

    __tablename__ = "import_mappings"
    __table_args__ = (
        UniqueConstraint("city_id", "name"),
        CheckConstraint(f"length(name) between 1 and {NAME_MAX}", "name_length"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    name: Mapped[str] = mapped_column(String(NAME_MAX))
    columns: Mapped[dict[str, str]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UTCDateTime)


class ImportJob(Base):
    """A file that somebody has sent, on its way into the database; the file itself lies in a private folder.

    `wanted` says what is to be done with it: kind, campaign, language of the texts, mapping. `outcome` is the code of
    an error and its figures.
    """

    __tablename__ = "import_jobs"
    __table_args__ = (
        CheckConstraint(f"state in {STATES}", "state_known"),
        Index(None, "city_id", "id"),
        Index(None, "state", "id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    city_id: Mapped[int] = mapped_column(ForeignKey("cities.id"))
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), index=True)
    state: Mapped[str] = mapped_column(String(10), default="uploaded")
    file_name: Mapped[str] = mapped_column(String(FILE_MAX))
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON)
    skip_bad: Mapped[bool] = mapped_column(default=False, server_default=false())
    read: Mapped[int] = mapped_column(default=0)
    accepted: Mapped[int] = mapped_column(default=0)
    known: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    # The last sign of life of whoever reads it: without one for a while, somebody else begins anew.
    seen_at: Mapped[datetime] = mapped_column(UTCDateTime)

    city: Mapped[City] = relationship()
    account: Mapped[Account] = relationship()
