"""Archives of map tiles: PMTiles with vector or raster tiles, MBTiles with raster tiles; read only."""

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from pmtiles.tile import (
    Compression,
    Entry,
    HeaderDict,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from participation import cells
from participation.geo import Point

Box = tuple[float, float, float, float]
HEADER_BYTES = 127
DEEPEST = 24
LARGEST_TILE = 2_000_000
LARGEST_DIRECTORY = 4_000_000
LEVELS = 4
RASTER = {TileType.PNG: "png", TileType.JPEG: "jpg", TileType.WEBP: "webp", TileType.AVIF: "avif"}
FORMATS = tuple(RASTER.values())
MEDIA_TYPES = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp", "avif": "image/avif"}


@dataclass(frozen=True)
class Contents:
    """What an archive holds: `format` is a picture format, or "mvt" for vector tiles; zooms are those of its tiles."""

    format: str
    min_zoom: int
    max_zoom: int


class BadArchive(ValueError):
    """An archive we cannot use; the text goes after its name."""


def picture_format(data: bytes) -> str | None:
    """Which of our picture formats this is, by its first bytes; None for anything else."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if data.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "webp"
    if data[4:8] == b"ftyp" and data[8:12] in (b"avif", b"avis"):
        return "avif"
    return None


def inspect_pmtiles(file: Path, box: Box) -> Contents:
    """What a PMTiles archive holds; raises BadArchive unless it is whole, readable and covers some of the box."""
    with file.open("rb") as opened:
        start = opened.read(HEADER_BYTES)
    header = _header(start)
    size = file.stat().st_size
    parts = ("root", "metadata", "leaf_directory", "tile_data")
    if any(header[f"{part}_offset"] + header[f"{part}_length"] > size for part in parts):  # type: ignore[literal-required]
        raise BadArchive("is cut off: it should be longer")
    if not 0 <= header["min_zoom"] <= header["max_zoom"] <= DEEPEST:
        raise BadArchive("has a damaged header")
    if header["internal_compression"] != Compression.GZIP:
        raise BadArchive("has directories that are not compressed with gzip")
    west, south, east, north = (header[f"{edge}_e7"] / 1e7 for edge in ("min_lon", "min_lat", "max_lon", "max_lat"))  # type: ignore[literal-required]
    if not _touch((west, south, east, north), box):
        raise BadArchive("holds the map of another place")
    held = _format(header["tile_type"], header["tile_compression"])
    _check_root(file, header["root_offset"], header["root_length"])
    return Contents(held, header["min_zoom"], header["max_zoom"])


def _header(start: bytes) -> HeaderDict:
    if start[:8] != b"PMTiles\x03":
        raise BadArchive("is not a PMTiles archive of version 3")
    if len(start) < HEADER_BYTES:
        raise BadArchive("is cut off: it should be longer")
    try:
        return deserialize_header(start)
    except ValueError as error:
        raise BadArchive("has a damaged header") from error


def _format(tile_type: TileType, compression: Compression) -> str:
    if tile_type == TileType.MVT:
        if compression not in (Compression.GZIP, Compression.NONE):
            raise BadArchive("has tiles that are not compressed with gzip")
        return "mvt"
    if tile_type not in RASTER:
        raise BadArchive("holds neither vector tiles (MVT) nor pictures (PNG, JPEG, WebP, AVIF)")
    if compression not in (Compression.NONE, Compression.UNKNOWN):
        raise BadArchive("has pictures that are compressed once more")
    return RASTER[tile_type]


def _check_root(file: Path, offset: int, length: int) -> None:
    try:
        entries = _directory(file, file.stat().st_mtime_ns, offset, length)
    except (OSError, EOFError, ValueError, IndexError, zlib.error) as error:
        raise BadArchive("has a damaged directory") from error
    if not entries:
        raise BadArchive("holds no tile")


def pmtiles_tile(file: Path, z: int, x: int, y: int) -> bytes | None:
    """A tile of a PMTiles archive; None where it has none."""
    with file.open("rb") as opened:
        stamp = os.fstat(opened.fileno()).st_mtime_ns
        header = _header(opened.read(HEADER_BYTES))
        number = zxy_to_tileid(z, x, y)
        offset, length = header["root_offset"], header["root_length"]
        for _ in range(LEVELS):
            entry = find_tile(_directory(file, stamp, offset, length), number)
            if entry is None:
                return None
            if entry.run_length:
                opened.seek(header["tile_data_offset"] + entry.offset)
                return opened.read(min(entry.length, LARGEST_TILE))
            offset, length = header["leaf_directory_offset"] + entry.offset, entry.length
    return None


@lru_cache(maxsize=128)
def _directory(file: Path, _stamp: int, offset: int, length: int) -> list[Entry]:
    """Kept at hand, because unpacking a directory takes longer than everything else; `_stamp` tells versions apart."""
    with file.open("rb") as opened:
        opened.seek(offset)
        return deserialize_directory(opened.read(min(length, LARGEST_DIRECTORY)))


@contextmanager
def reading_mbtiles(file: Path, *, settled: bool = True) -> Iterator[sqlite3.Connection]:
    """An MBTiles file, read only; `settled` where nobody writes to it, as to our own copies."""
    address = f"file:{quote(str(file.absolute()))}?mode=ro{'&immutable=1' if settled else ''}"
    with closing(sqlite3.connect(address, uri=True)) as connection:
        yield connection


def inspect_mbtiles(file: Path, box: Box) -> Contents:
    """What an MBTiles file holds; raises BadArchive unless it has pictures of some of the box."""
    try:
        with reading_mbtiles(file, settled=False) as connection:
            zooms = connection.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
            if zooms[0] is None:
                raise BadArchive("holds no tile")
            lowest, highest = int(zooms[0]), int(zooms[1])
            if not 0 <= lowest <= highest <= DEEPEST:
                raise BadArchive(f"has tiles at zoom {lowest} to {highest}; possible are 0 to {DEEPEST}")
            sample = _sample(connection, highest, box)
    except (sqlite3.Error, TypeError, ValueError) as error:
        if isinstance(error, BadArchive):
            raise
        raise BadArchive(f"is not an MBTiles file: {error}") from error
    if sample is None:
        raise BadArchive("holds the map of another place")
    held = picture_format(sample)
    if held is None:
        raise BadArchive("holds no pictures (PNG, JPEG, WebP, AVIF); vector tiles are taken from PMTiles archives only")
    return Contents(held, lowest, highest)


def _sample(connection: sqlite3.Connection, zoom: int, box: Box) -> bytes | None:
    left, top, right, bottom = columns_and_rows(box, zoom)
    last = (1 << zoom) - 1
    row = connection.execute(
        "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column BETWEEN ? AND ? AND tile_row BETWEEN ? AND ?"
        " LIMIT 1",
        (zoom, left, right, last - bottom, last - top),
    ).fetchone()
    return bytes(row[0]) if row else None


def mbtiles_tile(file: Path, z: int, x: int, y: int) -> bytes | None:
    """A tile of an MBTiles file, whose rows count from the south; None where it has none."""
    with reading_mbtiles(file) as connection:
        query = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
        row = connection.execute(query, (z, x, (1 << z) - 1 - y)).fetchone()
    return bytes(row[0]) if row else None


def columns_and_rows(box: Box, zoom: int) -> tuple[int, int, int, int]:
    """First column and row, last column and row of the tiles that touch a box, rows from the north."""
    west, south, east, north = box
    left, top = cells.tile_of(Point(north, west), zoom)
    right, bottom = cells.tile_of(Point(south, east), zoom)
    return left, top, right, bottom


def _touch(one: Box, other: Box) -> bool:
    return one[0] <= other[2] and one[2] >= other[0] and one[1] <= other[3] and one[3] >= other[1]
