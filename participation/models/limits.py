"""Limits against misuse: counts under keyed hashes, the key of each day, and the proofs that were used."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from participation.database import Base, UTCDateTime


class LimitCount(Base):
    """How often something was done under one key until `ends_at`. The key is a hash: it names nobody."""

    __tablename__ = "limit_counts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    n: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)


class LimitKey(Base):
    """The random key of one day; once it is deleted, nobody can tell any more what was hashed with it."""

    __tablename__ = "limit_keys"

    day: Mapped[date] = mapped_column(primary_key=True)
    secret: Mapped[str] = mapped_column(String(64))


class UsedProof(Base):
    """A proof of work that was accepted; a second time it is refused."""

    __tablename__ = "used_proofs"

    challenge: Mapped[str] = mapped_column(String(128), primary_key=True)
    ends_at: Mapped[datetime] = mapped_column(UTCDateTime, index=True)
