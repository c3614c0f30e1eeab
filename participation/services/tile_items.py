"""What one tile of the map shows: pins and clusters, read from the counts.

A tile of zoom 8 to 18 costs the same with a thousand pins or a million, because it reads at most 64 cells per kind
and campaign. A cell that holds one submission travels as a pin, one that holds more as a cluster; from zoom 16 on all
travel as pins while a tile holds at most PINS_PER_TILE.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from participation import cells
from participation.cells import EXTENT
from participation.geo import MICRO
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services.filters import Filter
from participation.services.tiles import COUNTS, FACETS, FINER

PIN_ZOOM = 16
PINS_PER_TILE = 2000
# Up to so many submissions it is faster to read the whole tile than to look up its lonely pins one by one.
READ_AT_ONCE = 500

Range = tuple[int, int]


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


def read(session: Session, *, city: City, z: int, x: int, y: int, chosen: Filter) -> dict[str, object]:
    """One tile in columns: positions of 0 to 4096 inside it, counts, kinds and ids.

    Of the filter its kinds, campaign, place types and districts count.
    """
    tile = cells.tile_cell(z, x, y)
    found = _cells(session, city, z, cells.cell_range(tile, z, z + FINER), chosen)
    total = sum(item.n for item in found.values())
    clustered = {} if z >= PIN_ZOOM and total <= PINS_PER_TILE else {c: one for c, one in found.items() if one.n > 1}
    lonely = sorted(found.keys() - clustered.keys())
    if clustered and total > READ_AT_ONCE:
        ranges = _joined(cells.cell_range(cell, z + FINER) for cell in lonely)
    else:
        ranges = [cells.cell_range(tile, z)] if lonely else []
    pins = _pins(session, city, ranges, chosen)
    shown = [item for cell, item in pins.items() if cells.cell_at(cell, z + FINER) not in clustered]
    return _columns(city.map_version, [*(item for _, item in sorted(clustered.items())), *shown], z, x, y)


def _cells(session: Session, city: City, z: int, wanted: Range, chosen: Filter) -> dict[int, Item]:
    """What lies in each cell of a tile, by cell."""
    counts = (FACETS if chosen.place_types or chosen.districts else COUNTS).table.c
    query = (
        select(counts.cell, counts.kind, counts.n, counts.sum_lat, counts.sum_lon)
        .where(counts.city_id == city.id, counts.zoom == z, counts.cell.between(*wanted))
        .where(counts.kind.in_(chosen.kinds))
    )
    if chosen.campaign_id is not None:
        query = query.where(counts.campaign_id == chosen.campaign_id)
    if chosen.place_types:
        query = query.where(counts.place_type.in_(chosen.place_types))
    if chosen.districts:
        query = query.where(counts.district_id.in_(chosen.districts))
    found: dict[int, Item] = defaultdict(Item)
    for cell, kind, n, lat_sum, lon_sum in session.execute(query):
        found[cell].add(kind, n, lat_sum, lon_sum)
    return found


def _joined(ranges: Iterable[Range]) -> list[Range]:
    """Ranges in order, those that touch made one: fewer for the database to look up."""
    joined: list[Range] = []
    for first, last in ranges:
        if joined and joined[-1][1] + 1 == first:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _pins(session: Session, city: City, ranges: Sequence[Range], chosen: Filter) -> dict[int, Item]:
    """What is to be seen at each spot, by its cell, in the order in which it was sent."""
    if not ranges:
        return {}
    rows = Submission.__table__.c
    query = (
        chosen.on_map()
        .apply(select(rows.cell, rows.kind, rows.id, rows.public_lat, rows.public_lon), city)
        .where(or_(*(Submission.cell.between(first, last) for first, last in ranges)))
        .order_by(Submission.id)
    )
    # Several submissions at the very same spot, such as a landmark, are one item: stacked pins could not be tapped.
    spots: dict[int, Item] = defaultdict(Item)
    for cell, kind, submission_id, lat, lon in session.execute(query):
        spot = spots[cell]
        spot.id = None if spot.n else str(submission_id)
        spot.add(kind, 1, round(lat * MICRO), round(lon * MICRO))
    return spots


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
