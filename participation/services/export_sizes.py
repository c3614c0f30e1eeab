"""How large a download will be, before it is made: exactly where that is little work, else estimated from its start."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Self

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.downloads import Download
from participation.models.places import Place
from participation.services.export_lines import BATCH, NEW_LINE, Layout, csv_file
from participation.services.exports import Export

# What other formats need for the same rows, per byte of the CSV and for themselves: between codes and words, as
# `python -m benches.sizes` measures it at the cities of the demonstration. A workbook has the codebook in it.
FORMATS = {"xlsx": (0.48, 34_700), "geojson": (2.4, 1_000), "gpkg": (1.15, 110_000), "zip": (0.47, 14_600)}
# Areas have more corners than points, and in a GeoPackage each kind of entry is a layer of its own.
OTHERWISE = {
    ("xlsx", "codebook"): (0.48, 11_500),
    ("geojson", "bins"): (4.2, 0),
    ("gpkg", "submissions"): (1.15, 205_000),
}
# The counts on a grid are made from every entry: of more than this many nobody counts them only to say how many.
MOST_FOR_BINS = 5_000
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


def of_tables(
    session: Session, *, exports: Mapping[str, Export], how: Layout, entries: int, of_all: int
) -> dict[str, Size]:
    """The sizes of the CSV files, by the name of the table; `entries` of `of_all` in the city are wanted."""
    share = entries / max(of_all, 1)
    return {
        table: Size(None, None)
        if table == "bins" and of_all > MOST_FOR_BINS
        else _sampled(session, export, how, entries if table == "submissions" else None, share)
        for table, export in exports.items()
    }


def together(sizes: Mapping[str, Size]) -> Size:
    """The size of everything in one package."""
    whole = sum(size.bytes or 0 for size in sizes.values())
    return Size(None, whole, bytes_exact=False).as_file("zip")


def _sampled(session: Session, export: Export, how: Layout, rows: int | None, share: float) -> Size:
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
    table = export.table.name
    counted = rows if rows is not None else _about(session, table, export.city, share)
    if counted is None:
        return Size(None, None)
    whole = len(head) + len(batch) * counted // BATCH + len(NEW_LINE)
    return Size(counted, whole, rows_exact=rows is not None or table in COUNTED, bytes_exact=False)


def _about(session: Session, table: str, city: City, share: float) -> int | None:
    """How many rows a table has about, where an index knows it."""
    if table in COUNTED:
        counted = COUNTED[table]
        return session.scalar(select(func.count(counted.id)).where(counted.city_id == city.id))
    if table == "places":
        return round(share * (session.scalar(select(func.count(Place.id)).where(Place.city_id == city.id)) or 0))
    return None
