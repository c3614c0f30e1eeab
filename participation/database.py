"""Declarative base, constraint names, UTC times, code lists, and how sessions begin on each database."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, String, TypeDecorator, create_engine, event
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session

from participation.text import neutral

SQLITE_BUSY_SECONDS = 15


class Base(DeclarativeBase):
    """The base of all tables; every constraint gets a name, so that migrations can speak of it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UTCDateTime(TypeDecorator[datetime]):
    """A moment: aware and UTC in Python; refuses a naive one, which would be a guess."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """PostgreSQL keeps the zone; SQLite has none and gets UTC."""
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value if dialect.name == "postgresql" else value.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware on the way out."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Codes(TypeDecorator[tuple[str, ...]]):
    """The codes of a multi-select answer, sorted and joined by `|` as in the CSV; no answer is NULL."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Join."""
        return "|".join(sorted(set(value))) if value else None

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        """Split; no answer is the empty tuple."""
        return tuple(value.split("|")) if value else ()


def connect(url: str) -> Engine:
    """An engine for one of the two databases, set up so that writers wait for each other instead of failing."""
    if url.startswith("sqlite"):
        _make_folder(url)
        engine = create_engine(url, hide_parameters=True, connect_args={"timeout": SQLITE_BUSY_SECONDS})
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Compiling a statement that reads many columns takes longer than it saves, and delays the first row by seconds.
    options = {"options": "-c timezone=UTC -c jit=off"}
    return create_engine(url, hide_parameters=True, pool_pre_ping=True, connect_args=options)


def _make_folder(url: str) -> None:
    file = make_url(url).database
    if file and file != ":memory:":
        Path(file).absolute().parent.mkdir(parents=True, exist_ok=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    # isolation_level None leaves BEGIN to us: the driver's own is deferred and fails on the way from read to write.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    # Erased means gone: what a row held is overwritten in the file too.
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()
    # PostgreSQL has a function of its own for it.
    connection.create_function("neutral", 1, neutral, deterministic=True)


def _begin_sqlite(connection: Connection) -> None:
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def writing(engine: Engine) -> Session:
    """A session that may write; on SQLite it takes the write lock at its first statement."""
    return Session(engine, expire_on_commit=False)


def snapshot(engine: Engine) -> Session:
    """A session that only reads, and sees everything as it was at its first statement."""
    options = {"isolation_level": "REPEATABLE READ"} if engine.dialect.name == "postgresql" else {}
    return reading(engine.execution_options(**options))


def reading(engine: Engine) -> Session:
    """A session that only reads; on SQLite it never waits for a writer."""
    return Session(engine.execution_options(reading=True), expire_on_commit=False, autoflush=False)
