"""How large a download will be, before it is made: exactly where that is little work, else estimated from its start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from math import cos, log, radians
from typing import Self

import h3
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation import bins
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.downloads import Download
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.models.translations import Translation
from participation.services.export_files import EVERYTHING
from participation.services.export_lines import BATCH, NEW_LINE, Layout, csv_file
from participation.services.exports import Export
from participation.services.tiles import FINER, ZOOMS

# What other formats need for the same rows, per byte of the CSV and for themselves: between codes and words, as
# `python -m benches.sizes` measures it at the cities of the demonstration. A workbook has the codebook in it.
FORMATS = {"xlsx": (0.48, 34_700), "geojson": (2.4, 1_000), "gpkg": (1.15, 110_000), "zip": (0.47, 14_600)}
# Areas have more corners than points, and in a GeoPackage each kind of entry is a layer of its own.
OTHERWISE = {
    ("xlsx", "codebook"): (0.48, 11_500),
    ("geojson", "bins"): (4.2, 0),
    ("gpkg", "submissions"): (1.15, 205_000),
    ("xlsx", EVERYTHING): (0.45, 16_500),
    ("gpkg", EVERYTHING): (1.25, 185_000),
}
# The counts on a grid are made from every entry: of more than this many they are guessed from those of the map, which
# has cells of other sizes. A row of them is about as long as this.
MOST_FOR_BINS, BIN_BYTES = 5_000, 95
FINEST, EQUATOR_KM = 9, 40_075
# Of more entries than this the translations are guessed from the first and the last ones.
MOST_COUNTED, SAMPLE = 50_000, 1_000
# The records, which take no filter.
COUNTED: Mapping[str, type[Decision] | type[Download]] = {"decisions": Decision, "downloads": Download}


@dataclass(frozen=True)
class Size:
    """Rows and bytes of a file, each None where nobody knows before it is made."""

    rows: int | None
    bytes: int | None
    rows_exact: bool = True
    bytes_exact: bool = True

    def as_file(self, kind: str, table: str = "") -> Self:
        """The same rows of a table in another format; more than an estimate that is not."""
        if self.bytes is None or kind == "csv":
            return self
        per_byte, own = OTHERWISE.get((kind, table)) or FORMATS[kind]
        return replace(self, bytes=round(self.bytes * per_byte) + own, bytes_exact=False)


@dataclass(frozen=True)
class Wanted:
    """How many entries are wanted, and which share that is of those of the city."""

    entries: int
    share: float


def of_tables(
    session: Session, *, exports: Mapping[str, Export], how: Layout, entries: int, of_all: int
) -> dict[str, Size]:
    """The sizes of the CSV files, by the name of the table; `entries` of `of_all` in the city are wanted."""
    wanted = Wanted(entries, entries / max(of_all, 1))
    return {
        table: _guessed_bins(session, export, how)
        if table == "bins" and of_all > MOST_FOR_BINS
        else _sampled(session, export, how, wanted)
        for table, export in exports.items()
    }


def together(sizes: Mapping[str, Size], kind: str) -> Size:
    """The size of everything in one file of this format: all rows, as far as all are known."""
    rows = [size.rows for size in sizes.values()]
    known = None if None in rows else sum(row or 0 for row in rows)
    whole = sum(size.bytes or 0 for size in sizes.values())
    exact = all(size.rows_exact for size in sizes.values())
    return Size(known, whole, rows_exact=exact, bytes_exact=False).as_file(kind, EVERYTHING)


def _sampled(session: Session, export: Export, how: Layout, wanted: Wanted) -> Size:
    """The whole file where one batch of it is all, else what the batch lets expect."""
    blocks = csv_file(session, export=export, how=how)
    head, *rest = islice(blocks, 3)
    if len(rest) < 2:
        # Without a row there is only the end of the header's line.
        return Size(0, len(head) + len(b"".join(rest)))
    batch, last = rest
    # After the last line comes the number of all of them.
    if last.rstrip().isdigit():
        return Size(int(last), len(head) + len(batch) + len(last))
    blocks.close()
    rows, exact = _rows(session, export, wanted)
    if rows is None:
        return Size(None, None)
    return Size(rows, len(head) + len(batch) * rows // BATCH + len(NEW_LINE), rows_exact=exact, bytes_exact=False)


def _rows(session: Session, export: Export, wanted: Wanted) -> tuple[int | None, bool]:
    """How many rows a table has, and whether exactly so, where that is little work."""
    table, city = export.table.name, export.city
    if table == "submissions":
        return wanted.entries, True
    if table in COUNTED:
        counted = COUNTED[table]
        return session.scalar(select(func.count(counted.id)).where(counted.city_id == city.id)), True
    if table == "places":
        places = session.scalar(select(func.count(Place.id)).where(Place.city_id == city.id)) or 0
        return round(wanted.share * places), False
    return _translations(session, export, wanted.entries) if table == "translations" else (None, False)


def _translations(session: Session, export: Export, entries: int) -> tuple[int, bool]:
    number = select(func.count()).select_from(Translation)
    if entries <= MOST_COUNTED:
        of_wanted = number.join(Submission, Submission.id == Translation.submission_id)
        return session.scalar(export.chosen.apply(of_wanted, export.city)) or 0, True
    ids = export.chosen.apply(select(Submission.id), export.city)
    ends = (ids.order_by(way).limit(SAMPLE).subquery() for way in (Submission.id.asc(), Submission.id.desc()))
    found = sum(session.scalar(number.join(end, end.c.id == Translation.submission_id)) or 0 for end in ends)
    return round(found * entries / (2 * SAMPLE)), False


def _guessed_bins(session: Session, export: Export, how: Layout) -> Size:
    """As many rows as the map has cells with that many entries, as if its cells were as large."""
    head = next(csv_file(session, export=export, how=how))
    chosen, city = export.chosen, export.city
    larger = {zoom: _area(zoom, city) / h3.average_hexagon_area(FINEST, "km^2") for zoom in ZOOMS}
    zoom = min(larger, key=lambda one: abs(log(larger[one])))
    query = (
        select(func.count())
        .where(TileCount.city_id == city.id, TileCount.zoom == zoom, TileCount.kind.in_(chosen.kinds))
        .where(TileCount.n >= bins.MINIMUM * larger[zoom])
    )
    if chosen.campaign_id is not None:
        query = query.where(TileCount.campaign_id == chosen.campaign_id)
    rows = round((session.scalar(query) or 0) * larger[zoom])
    return Size(rows, len(head) + rows * BIN_BYTES + len(NEW_LINE), rows_exact=False, bytes_exact=False)


def _area(zoom: int, city: City) -> float:
    """How many square kilometres a cell of the map covers in a city."""
    edge = EQUATOR_KM * cos(radians(city.centre.lat)) / 2 ** (zoom + FINER)
    return edge * edge
