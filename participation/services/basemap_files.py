"""The basemap of a city: what its file says about it, and how its archive comes into our own folder."""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from participation.services.basemap_archives import (
    DEEPEST,
    FORMATS,
    BadArchive,
    Box,
    Contents,
    columns_and_rows,
    inspect_mbtiles,
    inspect_pmtiles,
    picture_format,
    reading_mbtiles,
)
from participation.services.outside import why_not_ask
from participation.services.toml_tables import Table

TYPES = ("none", "pmtiles", "mbtiles", "folder", "relay")
ATTRIBUTION_MAX = 500
ADDRESS_MAX = 500
RELAY_ZOOM = 19
# Donations pay for these servers; they are there for those who edit the map, not to feed the relays of others.
NEVER = "tile.openstreetmap.org"
SUFFIXES = (*(f".{form}" for form in FORMATS), ".jpeg")


@dataclass(frozen=True)
class Provider:
    """Somebody whose tiles may be relayed. {year} in the attribution is the current one, as the licence asks."""

    address: str
    attribution: str
    max_zoom: int
    country: str
    format: str = "png"


_BASEMAP_DE = "https://sgx.geodatenzentrum.de/wmts_basemapde/tile/1.0.0/de_basemapde_web_raster_{style}/default/GLOBAL_WEBMERCATOR/"
_BKG = "© GeoBasis-DE / BKG ({year}) CC BY 4.0"
PROVIDERS = {
    "basemap.de": Provider(_BASEMAP_DE.replace("{style}", "farbe") + "{z}/{y}/{x}.png", _BKG, 18, "DE"),
    "basemap.de-grey": Provider(_BASEMAP_DE.replace("{style}", "grau") + "{z}/{y}/{x}.png", _BKG, 18, "DE"),
    "ign-plan": Provider(
        "https://data.geopf.fr/wmts?SERVICE=WMTS&REQUEST=GetTile&VERSION=1.0.0"
        "&LAYER=GEOGRAPHICALGRIDSYSTEMS.PLANIGNV2&STYLE=normal&FORMAT=image/png&TILEMATRIXSET=PM"
        "&TILEMATRIX={z}&TILEROW={y}&TILECOL={x}",
        "© IGN – Géoplateforme, Licence Ouverte 2.0",
        19,
        "FR",
    ),
}


@dataclass(frozen=True)
class BasemapEntry:
    """A checked basemap: `facts` is what the city keeps of it, `source` the archive or folder to take in."""

    facts: dict[str, Any]
    source: Path | None = None
    box: Box = field(default=(0.0, 0.0, 0.0, 0.0))


def read(top: Table, *, country: str, box: Box) -> BasemapEntry | None:
    """The table [basemap] of a city file; None where the city wants the plain ground. Raises Invalid."""
    if "basemap" not in top:
        return None
    table = top.table("basemap")
    kind = table.one_of("type", TYPES)
    if kind == "none":
        table.done()
        return None
    entry = _relay(table, country) if kind == "relay" else _archive(table, kind, box)
    table.done()
    return entry


def _archive(table: Table, kind: str, box: Box) -> BasemapEntry:
    key = "folder" if kind == "folder" else "file"
    source = table.folder(key) if kind == "folder" else table.file(key)
    attribution = table.text("attribution", longest=ATTRIBUTION_MAX)
    try:
        found = INSPECTORS[kind](source, box)
    except OSError as error:
        table.fail(key, f"{source.name} cannot be read: {error.strerror}")
    except BadArchive as error:
        table.fail(key, f"{source.name} {error}")
    facts = {"type": kind, "attribution": attribution, "tiles": "vector" if found.format == "mvt" else "raster"}
    zooms = {"format": found.format, "min_zoom": found.min_zoom, "max_zoom": found.max_zoom}
    return BasemapEntry(facts | zooms, source, box)


def _relay(table: Table, country: str) -> BasemapEntry:
    facts: dict[str, Any] = {"type": "relay", "tiles": "raster", "min_zoom": 0}
    if "provider" in table:
        name = table.one_of("provider", tuple(PROVIDERS))
        provider = PROVIDERS[name]
        if provider.country != country:
            table.fail("provider", f"{name} has a map of {provider.country} only, and this city is in {country}")
        facts |= {"address": provider.address, "format": provider.format, "max_zoom": provider.max_zoom}
        said = table.text("attribution", longest=ATTRIBUTION_MAX) if "attribution" in table else provider.attribution
        return BasemapEntry(facts | {"attribution": said})
    facts |= {"address": _address(table), "attribution": table.text("attribution", longest=ATTRIBUTION_MAX)}
    facts["format"] = table.one_of("format", FORMATS) if "format" in table else "png"
    facts["max_zoom"] = table.whole("max_zoom", 1, DEEPEST) if "max_zoom" in table else RELAY_ZOOM
    return BasemapEntry(facts)


def _address(table: Table) -> str:
    address = table.text("address", longest=ADDRESS_MAX)
    reason = why_not_ask(address)
    if reason:
        table.fail("address", reason)
    missing = [name for name in ("{z}", "{x}", "{y}") if name not in address]
    if missing:
        table.fail("address", f"must hold {{z}}, {{x}} and {{y}}; {missing[0]} is missing")
    host = (urlsplit(address).hostname or "").rstrip(".")
    if host == NEVER or host.endswith(f".{NEVER}"):
        table.fail("address", f"must not be {NEVER}: donations pay for its servers, and they are not there for relays")
    return address


def inspect_folder(folder: Path, box: Box) -> Contents:
    """What a folder of tiles named zoom/column/row.png (or .jpg, .webp, .avif) holds of the box; raises BadArchive."""
    zooms = sorted({z for z, _, _, _ in _tiles(folder, box)})
    if not zooms:
        raise BadArchive("holds no tile of this city; tiles are named zoom/column/row.png, rows counted from the north")
    sample = next(file for z, _, _, file in _tiles(folder, box) if z == zooms[-1])
    held = picture_format(sample.read_bytes())
    if held is None:
        raise BadArchive(f"has a tile that is no picture: {sample.relative_to(folder)}")
    return Contents(held, zooms[0], zooms[-1])


INSPECTORS: dict[str, Callable[[Path, Box], Contents]] = {
    "pmtiles": inspect_pmtiles,
    "mbtiles": inspect_mbtiles,
    "folder": inspect_folder,
}


def _tiles(folder: Path, box: Box) -> Iterator[tuple[int, int, int, Path]]:
    """The tiles of a folder that touch the box: zoom, column, row and file."""
    for zoom in _numbered(folder, range(DEEPEST + 1)):
        left, top, right, bottom = columns_and_rows(box, int(zoom.name))
        for column in _numbered(zoom, range(left, right + 1)):
            for file in column.iterdir():
                row = file.stem
                known = file.suffix.lower() in SUFFIXES and row.isascii() and row.isdigit()
                if known and top <= int(row) <= bottom:
                    yield int(zoom.name), int(column.name), int(row), file


def _numbered(folder: Path, numbers: range) -> Iterator[Path]:
    for inside in folder.iterdir():
        name = inside.name
        if name.isascii() and name.isdigit() and int(name) in numbers and inside.is_dir():
            yield inside


def install(entry: BasemapEntry | None, *, folder: Path, slug: str, wide: Box) -> dict[str, Any] | None:
    """Bring a basemap into `folder` and return what the city keeps; what it had there before goes.

    The archive is complete before it takes the place of the one there is. Of a folder, the tiles that touch the
    `wide` box are packed into one MBTiles file.
    """
    if entry is None or entry.source is None:
        _clear(folder, slug, keep="")
        return entry.facts if entry else None
    kind = entry.facts["type"]
    name = f"{slug}.{'pmtiles' if kind == 'pmtiles' else 'mbtiles'}"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, draft_name = tempfile.mkstemp(dir=folder, prefix=f".{name}.")
    os.close(descriptor)
    draft = Path(draft_name)
    try:
        _bring(kind, entry.source, draft, wide)
        with draft.open("rb") as opened:
            version = hashlib.file_digest(opened, "blake2b").hexdigest()[:12]
        draft.chmod(0o644)
        draft.replace(folder / name)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _clear(folder, slug, keep=name)
    return entry.facts | {"file": name, "version": version}


def _bring(kind: str, source: Path, draft: Path, wide: Box) -> None:
    if kind == "pmtiles":
        shutil.copyfile(source, draft)
    elif kind == "mbtiles":
        # By SQLite itself: what is still in a log beside the file comes along.
        with reading_mbtiles(source, settled=False) as original, closing(_alone(draft)) as copy:
            original.backup(copy)
            _settle(copy)
    else:
        _pack(source, draft, wide)


def _settle(copy: sqlite3.Connection) -> None:
    copy.execute("PRAGMA journal_mode=DELETE")
    is_table = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'tiles' AND type = 'table'").fetchone()
    if is_table and not copy.execute("PRAGMA index_list(tiles)").fetchall():
        copy.execute("CREATE INDEX tiles_by_place ON tiles (zoom_level, tile_column, tile_row)")


def _alone(draft: Path) -> sqlite3.Connection:
    """A file that nobody else reads yet; transactions are spelt out."""
    return sqlite3.connect(draft, isolation_level=None)


def _pack(folder: Path, draft: Path, wide: Box) -> None:
    with closing(_alone(draft)) as packed:
        packed.execute("BEGIN")
        packed.execute(
            "CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB,"
            " PRIMARY KEY (zoom_level, tile_column, tile_row))"
        )
        rows = ((z, x, (1 << z) - 1 - y, file.read_bytes()) for z, x, y, file in _tiles(folder, wide))
        packed.executemany("INSERT OR IGNORE INTO tiles VALUES (?, ?, ?, ?)", (row for row in rows if _picture(row[3])))
        packed.execute("COMMIT")


def _picture(data: bytes) -> bool:
    return picture_format(data) is not None


def _clear(folder: Path, slug: str, *, keep: str) -> None:
    for suffix in ("pmtiles", "mbtiles"):
        if f"{slug}.{suffix}" != keep:
            (folder / f"{slug}.{suffix}").unlink(missing_ok=True)
