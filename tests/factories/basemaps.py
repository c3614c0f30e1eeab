"""Small basemaps of every kind: pictures of one colour on each tile."""

import gzip
import io
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from PIL import Image
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from participation.services.basemap_archives import columns_and_rows
from tests.factories.cities import CENTRE

Box = tuple[float, float, float, float]
Tile = tuple[int, int, int]
BOX: Box = (CENTRE.lon - 0.1, CENTRE.lat - 0.1, CENTRE.lon + 0.1, CENTRE.lat + 0.1)
ELSEWHERE: Box = (-74.7, -8.5, -74.4, -8.2)
TYPES = {"png": TileType.PNG, "jpg": TileType.JPEG, "webp": TileType.WEBP, "avif": TileType.AVIF}
PILLOW = {"png": "PNG", "jpg": "JPEG", "webp": "WEBP", "avif": "AVIF"}


def picture(form: str = "png", colour: str = "seagreen", size: int = 256) -> bytes:
    """A picture of one colour in one of the formats of map tiles."""
    written = io.BytesIO()
    Image.new("RGB", (size, size), colour).save(written, PILLOW[form])
    return written.getvalue()


def pictures(zooms: range, *, box: Box = BOX, form: str = "png") -> dict[Tile, bytes]:
    """A tile for each place of a box; no two beside each other have the same colour."""
    made = {True: picture(form, "seagreen"), False: picture(form, "khaki")}
    return {(z, x, y): made[(x + y) % 2 == 0] for z, x, y in tiles_of(zooms, box)}


def tiles_of(zooms: range, box: Box = BOX) -> Iterator[Tile]:
    """The numbers of the tiles that touch a box."""
    for z in zooms:
        left, top, right, bottom = columns_and_rows(box, z)
        yield from ((z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def pmtiles(
    file: Path, tiles: Mapping[Tile, bytes], *, kind: TileType = TileType.PNG, box: Box = BOX, **header: Any
) -> Path:
    """A PMTiles archive with these tiles."""
    west, south, east, north = (round(edge * 1e7) for edge in box)
    packed = Compression.GZIP if kind == TileType.MVT else Compression.NONE
    with file.open("wb") as opened:
        writer = Writer(opened)
        for number, data in sorted((zxy_to_tileid(*tile), data) for tile, data in tiles.items()):
            writer.write_tile(number, data)
        known = {"tile_type": kind, "tile_compression": packed, "min_lon_e7": west, "min_lat_e7": south}
        writer.finalize(known | {"max_lon_e7": east, "max_lat_e7": north, "center_zoom": 0, **header}, {})
    return file


def vector(file: Path, *, box: Box = BOX, content: bytes = b"\x1a\x00") -> Path:
    """A PMTiles archive with one vector tile."""
    first = next(tiles_of(range(9, 10), box))
    return pmtiles(file, {first: gzip.compress(content, mtime=0)}, kind=TileType.MVT, box=box)


def mbtiles(file: Path, tiles: Mapping[Tile, bytes], *, wal: bool = False) -> Path:
    """An MBTiles file with these tiles, whose rows are counted from the south; `wal` as some tools leave it."""
    file.unlink(missing_ok=True)
    with closing(sqlite3.connect(file)) as made:
        made.execute(f"PRAGMA journal_mode={'WAL' if wal else 'DELETE'}")
        made.execute("CREATE TABLE metadata (name TEXT, value TEXT)")
        made.execute("CREATE TABLE tiles (zoom_level INTEGER, tile_column INTEGER, tile_row INTEGER, tile_data BLOB)")
        rows = ((z, x, (1 << z) - 1 - y, data) for (z, x, y), data in tiles.items())
        made.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
        made.commit()
    return file


def folder(path: Path, tiles: Mapping[Tile, bytes], suffix: str = ".png") -> Path:
    """A folder with these tiles."""
    for (z, x, y), data in tiles.items():
        file = path / str(z) / str(x) / f"{y}{suffix}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    return path
