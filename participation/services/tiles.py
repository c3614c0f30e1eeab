"""The map's counts: kept with every decision, read by tile.

A tile of zoom 8 to 18 costs the same with a thousand pins or a million, because it reads at most 16 cells per kind
and campaign. A cell that holds one submission travels as a pin, one that holds more as a cluster; from zoom 17 on all
travel as pins while a tile holds at most PINS_PER_TILE.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Integer, bindparam, cast, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from participation import cells
from participation.cells import EXTENT
from participation.database import Base
from participation.geo import MICRO
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.questionnaire import KINDS

ZOOMS = range(8, 19)
# Cells of a tile are two zooms finer: 4 by 4 of 64 pixels each.
FINER = 2
PIN_ZOOM = 17
PINS_PER_TILE = 500

COUNTS = Base.metadata.tables[TileCount.__tablename__]
KEY = (COUNTS.c.city_id, COUNTS.c.zoom, COUNTS.c.cell, COUNTS.c.campaign_id, COUNTS.c.kind)


@dataclass
class Item:
    """What one spot of a tile shows: how many submissions of which kinds, and the id where it is only one."""

    lat_sum: int = 0
    lon_sum: int = 0
    kinds: list[int] = field(default_factory=lambda: [0] * len(KINDS))
    id: str | None = None

    @property
    def n(self) -> int:
        """How many published submissions this stands for."""
        return sum(self.kinds)

    @property
    def kind(self) -> int | None:
        """The kind if all are of one."""
        return self.kinds.index(self.n) if self.n in self.kinds else None

    def add(self, kind: str, n: int, lat_sum: int, lon_sum: int) -> None:
        """Count `n` submissions of a kind in."""
        self.kinds[KINDS.index(kind)] += n
        self.lat_sum += lat_sum
        self.lon_sum += lon_sum


def add(session: Session, *, submission: Submission) -> None:
    """Count a submission that has just been published."""
    _new_version(session, submission.city_id)
    rows = _rows(submission)
    if not rows:
        return
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = dialect.insert(COUNTS)
    new = statement.excluded
    sums = {name: COUNTS.c[name] + new[name] for name in ("n", "sum_lat", "sum_lon")}
    session.connection().execute(statement.on_conflict_do_update(index_elements=KEY, set_=sums), rows)


def subtract(session: Session, *, submission: Submission) -> None:
    """Take out a submission that is no longer published."""
    _new_version(session, submission.city_id)
    for row in _rows(submission):
        key = [column == row[column.name] for column in KEY]
        emptied = session.connection().execute(delete(COUNTS).where(*key, COUNTS.c.n == 1)).rowcount
        if not emptied:
            less = {name: COUNTS.c[name] - row[name] for name in ("n", "sum_lat", "sum_lon")}
            session.connection().execute(update(COUNTS).where(*key).values(less))


def rebuild(session: Session, *, city: City) -> int:
    """Count all published submissions of a city anew; returns how many rows that made."""
    session.flush()
    _new_version(session, city.id)
    connection = session.connection()
    connection.execute(delete(COUNTS).where(COUNTS.c.city_id == city.id))
    made = 0
    for zoom in ZOOMS:
        # Written into the statement: with a parameter PostgreSQL would not see that it groups by what it selects.
        steps = bindparam(None, 2 * (cells.CELL_ZOOM - zoom - FINER), Integer, literal_execute=True)
        cell = Submission.cell.bitwise_rshift(steps)
        counted = (
            select(
                Submission.city_id,
                cast(zoom, BigInteger),
                cell,
                Submission.campaign_id,
                Submission.kind,
                func.count(),
                func.sum(cast(func.round(Submission.public_lat * MICRO), BigInteger)),
                func.sum(cast(func.round(Submission.public_lon * MICRO), BigInteger)),
            )
            .where(Submission.city_id == city.id, Submission.status == "published", Submission.cell.is_not(None))
            .group_by(Submission.city_id, cell, Submission.campaign_id, Submission.kind)
        )
        names = [*(column.name for column in KEY), "n", "sum_lat", "sum_lon"]
        made += connection.execute(insert(COUNTS).from_select(names, counted)).rowcount
    return made


def totals(session: Session, *, city: City, campaign_id: int | None) -> dict[str, int]:
    """How many published submissions of each kind are on the map."""
    query = select(COUNTS.c.kind, func.sum(COUNTS.c.n)).where(COUNTS.c.city_id == city.id, COUNTS.c.zoom == ZOOMS[0])
    if campaign_id is not None:
        query = query.where(COUNTS.c.campaign_id == campaign_id)
    found = {kind: int(n) for kind, n in session.execute(query.group_by(COUNTS.c.kind))}
    return {kind: found.get(kind, 0) for kind in KINDS}


def drift(session: Session, *, city: City) -> int:
    """By how many submissions the counts of a city differ from what is published, at its worst zoom."""
    published = (
        select(func.count())
        .select_from(Submission)
        .where(Submission.city_id == city.id, Submission.status == "published", Submission.cell.is_not(None))
    )
    sums = select(func.sum(COUNTS.c.n).label("n")).where(COUNTS.c.city_id == city.id).group_by(COUNTS.c.zoom).subquery()
    # One statement, so that a decision of this very moment is in both figures or in none.
    figures = select(published.scalar_subquery(), func.count(), func.min(sums.c.n), func.max(sums.c.n)).select_from(
        sums
    )
    right, zooms, least, most = session.execute(figures).one()
    counted = (int(least or 0) if zooms == len(ZOOMS) else 0, int(most or 0))
    return max(abs(right - n) for n in counted)


def read(
    session: Session, *, city: City, z: int, x: int, y: int, kinds: Sequence[str], campaign_id: int | None
) -> dict[str, object]:
    """One tile in columns: positions of 0 to 4096 inside it, counts, kinds and ids."""
    first, last = cells.cell_range(cells.tile_cell(z, x, y), z, z + FINER)
    query = (
        select(COUNTS.c.cell, COUNTS.c.kind, COUNTS.c.n, COUNTS.c.sum_lat, COUNTS.c.sum_lon)
        .where(COUNTS.c.city_id == city.id, COUNTS.c.zoom == z, COUNTS.c.cell.between(first, last))
        .where(COUNTS.c.kind.in_(kinds))
    )
    if campaign_id is not None:
        query = query.where(COUNTS.c.campaign_id == campaign_id)
    found: dict[int, Item] = defaultdict(Item)
    for cell, kind, n, lat_sum, lon_sum in session.execute(query):
        found[cell].add(kind, n, lat_sum, lon_sum)
    as_pins = z >= PIN_ZOOM and sum(item.n for item in found.values()) <= PINS_PER_TILE
    loose = [cell for cell, item in found.items() if as_pins or item.n == 1]
    ranges = [cells.cell_range(cell, z + FINER) for cell in loose]
    pins = _pins(session, city, ranges, kinds, campaign_id)
    clusters = [item for cell, item in sorted(found.items()) if cell not in set(loose)]
    return _columns(city.map_version, [*clusters, *pins], z, x, y)


def _pins(
    session: Session, city: City, ranges: Sequence[tuple[int, int]], kinds: Sequence[str], campaign_id: int | None
) -> Iterable[Item]:
    if not ranges:
        return []
    rows = Submission.__table__.c
    query = (
        select(rows.cell, rows.kind, rows.id, rows.public_lat, rows.public_lon)
        .where(Submission.city_id == city.id, Submission.status == "published")
        .where(or_(*(Submission.cell.between(first, last) for first, last in ranges)), Submission.kind.in_(kinds))
        .order_by(Submission.id)
    )
    if campaign_id is not None:
        query = query.where(Submission.campaign_id == campaign_id)
    # Several submissions at the very same spot, such as a landmark, are one item: stacked pins could not be tapped.
    spots: dict[int, Item] = defaultdict(Item)
    for cell, kind, submission_id, lat, lon in session.execute(query):
        spot = spots[cell]
        spot.id = None if spot.n else str(submission_id)
        spot.add(kind, 1, round(lat * MICRO), round(lon * MICRO))
    return spots.values()


def _columns(version: int, items: Sequence[Item], z: int, x: int, y: int) -> dict[str, object]:
    centres = [(item.lat_sum // item.n, item.lon_sum // item.n) for item in items]
    positions = [cells.tile_position(centre, z, x, y, EXTENT) for centre in centres]
    return {
        "v": version,
        "extent": EXTENT,
        "x": [position[0] for position in positions],
        "y": [position[1] for position in positions],
        "n": [item.n for item in items],
        "kind": [item.kind for item in items],
        "kinds": [item.kinds if item.n > 1 else None for item in items],
        "id": [item.id for item in items],
    }


def _new_version(session: Session, city_id: int) -> None:
    # The first statement of every change: it also makes two writers of one city wait for each other in order.
    session.execute(update(City).where(City.id == city_id).values(map_version=City.map_version + 1))


def _rows(submission: Submission) -> list[dict[str, object]]:
    point = submission.public_point
    if submission.cell is None or point is None:
        return []
    return [
        {
            "city_id": submission.city_id,
            "zoom": zoom,
            "cell": cells.cell_at(submission.cell, zoom + FINER),
            "campaign_id": submission.campaign_id,
            "kind": submission.kind,
            "n": 1,
            "sum_lat": point.lat_micro,
            "sum_lon": point.lon_micro,
        }
        for zoom in ZOOMS
    ]
