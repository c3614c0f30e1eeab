"""Archives are looked at closely before they are used, and give exactly the tiles that were put in."""

import random
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pmtiles.tile import Compression, TileType

from participation.services import basemap_archives
from participation.services.basemap_archives import (
    BadArchive,
    Contents,
    inspect_mbtiles,
    inspect_pmtiles,
    mbtiles_tile,
    picture_format,
    pmtiles_tile,
)
from tests.factories import basemaps
from tests.factories.basemaps import BOX, ELSEWHERE, picture, pictures

WORLD = (-180.0, -85.0, 180.0, 85.0)


@pytest.mark.parametrize("form", ["png", "jpg", "webp", "avif"])
def test_pictures_are_known_by_their_first_bytes(form: str) -> None:
    assert picture_format(picture(form, size=16)) == form


@pytest.mark.parametrize(
    "data", [b"", b"\x89PNG", b"<svg/>", b"<!doctype html>", b"GIF89a", b"RIFF....WAVE", b"\x1f\x8b"]
)
def test_anything_else_is_no_picture(data: bytes) -> None:
    assert picture_format(data) is None


@pytest.mark.parametrize("form", ["png", "jpg", "webp", "avif"])
def test_a_raster_archive_gives_its_tiles(form: str, tmp_path: Path) -> None:
    tiles = pictures(range(9, 13), form=form)
    file = basemaps.pmtiles(tmp_path / "a.pmtiles", tiles, kind=basemaps.TYPES[form])
    assert inspect_pmtiles(file, BOX) == Contents(form, 9, 12)
    assert all(pmtiles_tile(file, *tile) == data for tile, data in tiles.items())
    assert pmtiles_tile(file, 12, 0, 0) is None


def test_a_large_archive_is_read_through_its_leaves(tmp_path: Path) -> None:
    """Too many different tiles for the first directory."""
    box = (8.0, 49.0, 9.0, 50.0)
    lengths = random.Random(1)
    tiles = {tile: b"%d/%d/%d" % tile + b"." * lengths.randrange(250) for tile in basemaps.tiles_of(range(9, 16), box)}
    file = basemaps.pmtiles(tmp_path / "a.pmtiles", tiles, box=box)
    assert basemap_archives.deserialize_header(file.read_bytes()[:127])["leaf_directory_length"] > 0
    assert inspect_pmtiles(file, BOX).max_zoom == 15
    assert all(pmtiles_tile(file, *tile) == tiles[tile] for tile in list(tiles)[::97])


def test_a_changed_archive_is_read_anew(tmp_path: Path) -> None:
    file = tmp_path / "a.pmtiles"
    for content in (b"one", b"another one"):
        basemaps.pmtiles(file, {(9, 267, 174): content})
        assert pmtiles_tile(file, 9, 267, 174) == content


Damage = Callable[[bytes], bytes]
DAMAGED: list[tuple[Damage, str]] = [
    (lambda data: b"", "not a PMTiles"),
    (lambda data: b"PMTiles\x02" + data[8:], "not a PMTiles"),
    (lambda data: data[:8], "cut off"),
    (lambda data: data[:100], "cut off"),
    (lambda data: data[:-1], "cut off"),
    (lambda data: data[:8] + b"\xff" * 8 + data[16:], "cut off"),
    (lambda data: data[:97] + b"\x63" + data[98:], "damaged header"),
    (lambda data: data[:100] + b"\x0e\x09" + data[102:], "damaged header"),
    (lambda data: data[:127] + b"\0" * 10 + data[137:], "damaged directory"),
    (lambda data: data[:140] + b"\xff" * 8 + data[148:], "damaged directory"),
]


@pytest.mark.parametrize(("damage", "why"), DAMAGED)
def test_a_damaged_archive_is_refused(damage: Damage, why: str, tmp_path: Path) -> None:
    whole = basemaps.pmtiles(tmp_path / "whole.pmtiles", pictures(range(9, 13)))
    file = tmp_path / "a.pmtiles"
    file.write_bytes(damage(whole.read_bytes()))
    with pytest.raises(BadArchive, match=why):
        inspect_pmtiles(file, BOX)


def test_archives_that_we_cannot_use_are_refused(tmp_path: Path) -> None:
    file, tile = tmp_path / "a.pmtiles", {(9, 267, 174): b"tile"}
    basemaps.pmtiles(file, tile, box=ELSEWHERE)
    with pytest.raises(BadArchive, match="another place"):
        inspect_pmtiles(file, BOX)
    basemaps.pmtiles(file, tile, kind=TileType.UNKNOWN)
    with pytest.raises(BadArchive, match="neither vector tiles"):
        inspect_pmtiles(file, BOX)
    basemaps.pmtiles(file, tile, tile_compression=Compression.GZIP)
    with pytest.raises(BadArchive, match="compressed once more"):
        inspect_pmtiles(file, BOX)
    basemaps.pmtiles(file, tile, kind=TileType.MVT, tile_compression=Compression.BROTLI)
    with pytest.raises(BadArchive, match="not compressed with gzip"):
        inspect_pmtiles(file, BOX)


@pytest.mark.parametrize("wal", [True, False])
def test_mbtiles_count_their_rows_from_the_south(wal: bool, tmp_path: Path) -> None:
    tiles = pictures(range(10, 13), form="webp")
    file = basemaps.mbtiles(tmp_path / "a file & more.mbtiles", tiles, wal=wal)
    assert inspect_mbtiles(file, BOX) == Contents("webp", 10, 12)
    assert all(mbtiles_tile(file, *tile) == data for tile, data in tiles.items())
    assert mbtiles_tile(file, 12, 0, 0) is None
    assert mbtiles_tile(file, 12, *reversed(max(tiles)[1:])) is None


def test_mbtiles_that_we_cannot_use_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.mbtiles"
    for content, why in ((b"not a database at all" * 99, "not an MBTiles"), (b"", "no such table")):
        file.write_bytes(content)
        with pytest.raises(BadArchive, match=why):
            inspect_mbtiles(file, BOX)
    basemaps.mbtiles(file, {})
    with pytest.raises(BadArchive, match="holds no tile"):
        inspect_mbtiles(file, BOX)
    basemaps.mbtiles(file, pictures(range(10, 12), box=ELSEWHERE))
    with pytest.raises(BadArchive, match="another place"):
        inspect_mbtiles(file, BOX)
    basemaps.mbtiles(file, dict.fromkeys(pictures(range(10, 12)), b"\x1f\x8b vector"))
    with pytest.raises(BadArchive, match="no pictures"):
        inspect_mbtiles(file, BOX)
    with closing(sqlite3.connect(file)) as made:
        made.execute("UPDATE tiles SET zoom_level = 99")
        made.commit()
    with pytest.raises(BadArchive, match="zoom 99"):
        inspect_mbtiles(file, BOX)


def test_an_mbtiles_file_is_never_written(tmp_path: Path) -> None:
    file = basemaps.mbtiles(tmp_path / "a.mbtiles", pictures(range(10, 11)))
    for settled in (True, False):
        with (
            basemap_archives.reading_mbtiles(file, settled=settled) as opened,
            pytest.raises(sqlite3.OperationalError, match="readonly"),
        ):
            opened.execute("DELETE FROM tiles")


def test_real_archives(shared_data: Path) -> None:
    folder = shared_data / "basemap"
    koeln = (6.77, 50.83, 7.16, 51.09)
    assert inspect_pmtiles(folder / "koeln_vector_z9-14.pmtiles", koeln) == Contents("mvt", 9, 14)
    found = pmtiles_tile(folder / "koeln_vector_z9-14.pmtiles", 9, 265, 171)
    assert found
    assert found[:2] == b"\x1f\x8b"
    with pytest.raises(BadArchive, match="not a PMTiles archive of version 3"):
        inspect_pmtiles(folder / "invalid.pmtiles", koeln)
    fixture = folder / "pmtiles_js_test_fixture_1.pmtiles"
    with pytest.raises(BadArchive, match="another place"):
        inspect_pmtiles(fixture, koeln)
    assert inspect_pmtiles(fixture, WORLD) == Contents("mvt", 0, 0)
    assert len(pmtiles_tile(fixture, 0, 0, 0) or b"") == 69
