"""The map's counts: kept with every decision, in two tables that always agree.

`tile_counts` is what the map shows without filters of place; `tile_facets` are the same counts split by place type and
district. A tile reads the smallest table that can answer it (see `tile_items`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Integer,
    Select,
    Table,
    bindparam,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from participation import cells
from participation.database import Base
from participation.geo import MICRO
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.tiles import TileCount, TileFacet
from participation.questionnaire import KINDS

ZOOMS = range(8, 19)
# Cells of a tile are three zooms finer: 8 by 8 of 64 pixels each.
FINER = 3

Row = dict[str, Any]
SUMS = ("n", "sum_lat", "sum_lon")


@dataclass(frozen=True)
class Kept:
    """A table of counts: the columns that tell its rows apart, and which of them say what a submission is."""

    table: Table
    key: tuple[Column[Any], ...]
    facets: tuple[str, ...]


def _kept(model: type[Base]) -> Kept:
    table = Base.metadata.tables[model.__tablename__]
    key = tuple(table.primary_key.columns)
    places = ("city_id", "zoom", "cell")
    return Kept(table, key, tuple(column.name for column in key if column.name not in places))


COUNTS, FACETS = _kept(TileCount), _kept(TileFacet)
TABLES = (COUNTS, FACETS)


def facet_columns() -> dict[str, ColumnElement[Any]]:
    """What the facets are called and where a submission has them; no answer is "", no district 0."""
    return {
        "campaign_id": Submission.__table__.c.campaign_id,
        "kind": Submission.__table__.c.kind,
        "place_type": func.coalesce(Submission.place_type, literal("", literal_execute=True)),
        "district_id": func.coalesce(Submission.district_id, literal(0, literal_execute=True)),
    }


def add(session: Session, *, submission: Submission) -> None:
    """Count a submission that has just been published."""
    _new_version(session, submission.city_id)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for kept in TABLES:
        rows = _rows(submission, kept)
        if rows:
            statement = dialect.insert(kept.table)
            sums = {name: kept.table.c[name] + statement.excluded[name] for name in SUMS}
            session.connection().execute(statement.on_conflict_do_update(index_elements=kept.key, set_=sums), rows)


def subtract(session: Session, *, submission: Submission) -> None:
    """Take out a submission that is no longer published.

    Where the counts do not hold it as it is now, because something changed it after it was counted, the city is
    counted anew without it.
    """
    _new_version(session, submission.city_id)
    if not all(_taken_out(session, kept, _rows(submission, kept)) for kept in TABLES):
        session.flush()
        _count(session, submission.city_id, without=submission.id)


def rebuild(session: Session, *, city: City) -> int:
    """Count all published submissions of a city anew; returns how many rows that made."""
    session.flush()
    _new_version(session, city.id)
    return _count(session, city.id)


def touch(session: Session, *, city_id: int) -> None:
    """Something else that the map shows has changed, such as a name."""
    _new_version(session, city_id)


def touch_data(session: Session, *, city_id: int) -> None:
    """Something has changed that is in the downloads but not on the map, such as an answer of the city.

    Call it before the change itself: whoever decides holds the city before its places too.
    """
    versions = {"data_version": City.data_version + 1, "changed_at": datetime.now(UTC)}
    session.execute(update(City).where(City.id == city_id).values(versions))


def totals(session: Session, *, city: City, campaign_id: int | None) -> dict[str, int]:
    """How many published submissions of each kind are on the map."""
    counts = COUNTS.table.c
    query = select(counts.kind, func.sum(counts.n)).where(counts.city_id == city.id, counts.zoom == ZOOMS[0])
    if campaign_id is not None:
        query = query.where(counts.campaign_id == campaign_id)
    found = {kind: int(n) for kind, n in session.execute(query.group_by(counts.kind))}
    return {kind: found.get(kind, 0) for kind in KINDS}


def drift(session: Session, *, city: City) -> int:
    """By how many submissions the counts of a city differ from what is published, at the worst place."""
    return max(*(_drift_of_zooms(session, city, kept) for kept in TABLES), _drift_of_facets(session, city))


def _drift_of_zooms(session: Session, city: City, kept: Kept) -> int:
    counts = kept.table.c
    right = select(func.count()).select_from(_published(select(Submission.id), city.id).subquery())
    sums = select(func.sum(counts.n).label("n")).where(counts.city_id == city.id).group_by(counts.zoom).subquery()
    # One statement, so that a decision of this very moment is in both figures or in none.
    figures = select(right.scalar_subquery(), func.count(), func.min(sums.c.n), func.max(sums.c.n)).select_from(sums)
    published, zooms, least, most = session.execute(figures).one()
    counted = (int(least or 0) if zooms == len(ZOOMS) else 0, int(most or 0))
    return max(abs(published - n) for n in counted)


def _drift_of_facets(session: Session, city: City) -> int:
    counts, columns = FACETS.table.c, facet_columns()
    stored = [counts[name] for name in columns]
    counted = select(*stored, counts.n).where(counts.city_id == city.id, counts.zoom == ZOOMS[0])
    published = select(*(column.label(name) for name, column in columns.items()), literal(-1).label("n"))
    both = union_all(counted, _published(published, city.id)).subquery()
    off = select(func.abs(func.sum(both.c.n)).label("n")).group_by(*(both.c[name] for name in columns)).subquery()
    return int(session.scalar(select(func.max(off.c.n))) or 0)


def _published(query: Select[Any], city_id: int) -> Select[Any]:
    """Of a query over submissions what is on the map of a city."""
    return query.where(Submission.city_id == city_id, Submission.status == "published", Submission.cell.is_not(None))


def _new_version(session: Session, city_id: int) -> None:
    # The first statement of every change: it also makes two writers of one city wait for each other in order.
    versions = {"map_version": City.map_version + 1, "data_version": City.data_version + 1}
    session.execute(update(City).where(City.id == city_id).values(**versions, changed_at=datetime.now(UTC)))


def _taken_out(session: Session, kept: Kept, rows: Sequence[Row]) -> bool:
    """Whether every row was found and made smaller; one that would hold nothing is deleted."""
    if not rows:
        return True
    key = [column == bindparam(f"at_{column.name}") for column in kept.key]
    given = [{f"at_{column.name}": row[column.name] for column in kept.key} for row in rows]
    emptied = session.connection().execute(delete(kept.table).where(*key, kept.table.c.n == 1), given).rowcount
    less = {name: kept.table.c[name] - bindparam(f"less_{name}") for name in SUMS}
    taken = [at | {f"less_{name}": row[name] for name in SUMS} for at, row in zip(given, rows, strict=True)]
    made_smaller = session.connection().execute(update(kept.table).where(*key).values(less), taken).rowcount
    return bool(emptied + made_smaller == len(rows))


def _count(session: Session, city_id: int, without: UUID | None = None) -> int:
    made = 0
    for kept in TABLES:
        session.connection().execute(delete(kept.table).where(kept.table.c.city_id == city_id))
        for zoom in ZOOMS:
            counted = _counted(kept, city_id, zoom, without)
            names = [*(column.name for column in kept.key), *SUMS]
            made += session.connection().execute(insert(kept.table).from_select(names, counted)).rowcount
    return made


def _counted(kept: Kept, city_id: int, zoom: int, without: UUID | None) -> Select[Any]:
    # Written into the statement: with a parameter PostgreSQL would not see that it groups by what it selects.
    steps = bindparam(None, 2 * (cells.CELL_ZOOM - zoom - FINER), Integer, literal_execute=True)
    cell = Submission.cell.bitwise_rshift(steps)
    columns = facet_columns()
    facets = [columns[name] for name in kept.facets]
    query = select(
        Submission.city_id,
        cast(zoom, BigInteger),
        cell,
        *facets,
        func.count(),
        func.sum(cast(func.round(Submission.public_lat * MICRO), BigInteger)),
        func.sum(cast(func.round(Submission.public_lon * MICRO), BigInteger)),
    )
    if without is not None:
        query = query.where(Submission.id != without)
    return _published(query, city_id).group_by(Submission.city_id, cell, *facets)


def _rows(submission: Submission, kept: Kept) -> list[Row]:
    point = submission.public_point
    if submission.cell is None or point is None:
        return []
    facets = {
        "campaign_id": submission.campaign_id,
        "kind": submission.kind,
        "place_type": submission.place_type or "",
        "district_id": submission.district_id or 0,
    }
    return [
        {
            "city_id": submission.city_id,
            "zoom": zoom,
            "cell": cells.cell_at(submission.cell, zoom + FINER),
            **{name: facets[name] for name in kept.facets},
            "n": 1,
            "sum_lat": point.lat_micro,
            "sum_lon": point.lon_micro,
        }
        for zoom in ZOOMS
    ]
