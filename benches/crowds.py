"""A city with as many submissions as wanted: those of the demonstration, again and again, with their places."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, func, select, text

from participation import database
from participation.database import Base
from participation.models.cities import City
from participation.models.places import Place, Reply, Support
from participation.models.submissions import Submission
from participation.services import demo
from participation.settings import ROOT

FOLDER = ROOT / "participation" / "demo"
# Columns that make a row what it is; the copies have none of them.
OWN = ("receipt_hash", "idempotency_hash", "content_hash", "about_submission_id", "about_place_id")


def fill(engine: Engine, slug: str, rows: int) -> None:
    """Migrate, load the demonstration, and copy what is published in a city until there are so many."""
    config = Config(toml_file=ROOT / "pyproject.toml")
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    with database.writing(engine) as session:
        basemaps = Path(tempfile.gettempdir())
        today = datetime.now(UTC).date()
        demo.load(session, folder=FOLDER, basemaps=basemaps, today=today, hash_password=lambda _: "")
        session.commit()
    with engine.begin() as connection:
        mine = select(Submission.id).join(City, City.id == Submission.city_id)
        city_id = connection.scalar(select(City.id).where(City.slug == slug))
        there = connection.scalar(
            select(func.count()).select_from(
                mine.where(City.id == city_id, Submission.status == "published").subquery()
            )
        )
        _copy(connection, city_id, rows - there, there)
    housekeeping(engine)


def housekeeping(engine: Engine) -> None:
    """What the databases do by themselves after a while; PostgreSQL once all is on the disk."""
    steps = ("CHECKPOINT", "VACUUM ANALYZE") if engine.dialect.name == "postgresql" else ("ANALYZE",)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for step in steps:
            connection.execute(text(step))


def _copy(connection: Connection, city_id: int, rows: int, there: int) -> None:
    """Copies have the id of what they are copied from, with another beginning that grows with each round."""
    rounds = -(-rows // there)
    sqlite = connection.dialect.name == "sqlite"
    series = (
        f"(WITH RECURSIVE counted(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM counted WHERE k < {rounds}) "
        "SELECT k FROM counted) AS series"
        if sqlite
        else f"generate_series(1, {rounds}) AS series(k)"
    )
    begin = "printf('%08x', 33554432 + k)" if sqlite else "lpad(to_hex(33554432 + k), 8, '0')"
    own = f"city_id = {city_id} AND status = 'published'"
    places = f"SELECT place_id FROM submissions WHERE {own}"

    def insert(model: type[Base], where: str, ids: tuple[str, ...], limit: str = "") -> None:
        table = model.__table__
        values = [_value(column.name, ids, begin, sqlite=sqlite) for column in table.columns]
        names = ", ".join(f'"{column.name}"' for column in table.columns)
        order = f"ORDER BY k, {ids[0]}" + limit
        chosen = f"SELECT {', '.join(values)} FROM {series} CROSS JOIN {table.name} WHERE {where} {order}"
        connection.execute(text(f"INSERT INTO {table.name} ({names}) {chosen}".replace(":", r"\:")))

    insert(Place, f"id IN ({places})", ("id",))
    insert(Support, f"place_id IN ({places})", ("place_id",))
    insert(Reply, f"place_id IN ({places})", ("place_id",))
    insert(Submission, own, ("id", "place_id"), f" LIMIT {rows}")


def _value(name: str, ids: tuple[str, ...], begin: str, *, sqlite: bool) -> str:
    if name in OWN:
        return "NULL"
    if name not in ids:
        return f'"{name}"'
    return (
        f'{begin} || substr("{name}", 9)' if sqlite else f'CAST({begin} || substr(CAST("{name}" AS TEXT), 9) AS UUID)'
    )
