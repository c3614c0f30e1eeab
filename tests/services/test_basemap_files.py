"""The table [basemap] of a city file: each kind is checked, and what it names comes into our folder."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.errors import Invalid
from participation.models.cities import City
from participation.services import cities
from participation.services.basemap_archives import mbtiles_tile, pmtiles_tile
from participation.services.basemap_files import PROVIDERS
from participation.services.outside import why_not_ask
from tests.factories import basemaps, toml_files
from tests.factories.basemaps import ELSEWHERE, picture, pictures
from tests.fixtures.databases import sqlite_only

pytestmark = sqlite_only
MINE = {"attribution": "© Stadt"}
OWN = {"type": "relay", "address": "https://tiles.city.example/{z}/{x}/{y}.png", **MINE}


def load(session: Session, folder: Path, basemap: dict[str, Any], **changed: Any) -> City:
    file = toml_files.city(folder, basemap=basemap, **changed)
    return cities.load(session, file=file, basemaps=folder / "basemaps")


def refused(session: Session, folder: Path, basemap: dict[str, Any], **changed: Any) -> tuple[str, str]:
    """The key that is wrong, and why."""
    with pytest.raises(Invalid, match="file_wrong") as caught:
        load(session, folder, basemap, **changed)
    return str(caught.value.details["key"]), str(caught.value.details["why"])


def test_a_raster_pmtiles_archive(session: Session, tmp_path: Path) -> None:
    tiles = pictures(range(10, 13), form="webp")
    basemaps.pmtiles(tmp_path / "base.pmtiles", tiles, kind=basemaps.TYPES["webp"])
    city = load(session, tmp_path, {"type": "pmtiles", "file": "base.pmtiles", **MINE})
    assert city.basemap
    version = city.basemap.pop("version")
    known = {"tiles": "raster", "format": "webp", "min_zoom": 10, "max_zoom": 12, "attribution": "© Stadt"}
    assert city.basemap == {"type": "pmtiles", "file": "worms.pmtiles", **known}
    tile, data = next(iter(tiles.items()))
    assert pmtiles_tile(tmp_path / "basemaps" / "worms.pmtiles", *tile) == data
    load(session, tmp_path, {"type": "pmtiles", "file": "base.pmtiles", **MINE})
    assert city.basemap["version"] == version


@pytest.mark.parametrize("wal", [True, False])
def test_an_mbtiles_file(wal: bool, session: Session, tmp_path: Path) -> None:
    tiles = pictures(range(10, 12))
    basemaps.mbtiles(tmp_path / "base.mbtiles", tiles, wal=wal)
    city = load(session, tmp_path, {"type": "mbtiles", "file": "base.mbtiles", **MINE})
    assert city.basemap
    assert {"type": "mbtiles", "tiles": "raster", "format": "png", "max_zoom": 11}.items() <= city.basemap.items()
    copy = tmp_path / "basemaps" / "worms.mbtiles"
    assert all(mbtiles_tile(copy, *tile) == data for tile, data in tiles.items())
    assert [file.name for file in copy.parent.iterdir()] == ["worms.mbtiles"]


def test_a_folder_is_packed_into_one_file(session: Session, tmp_path: Path) -> None:
    tiles = pictures(range(10, 12), form="jpg")
    folder = basemaps.folder(tmp_path / "tiles", tiles, ".jpeg")
    far = {(11, 0, 0): picture("jpg")}
    basemaps.folder(folder, far, ".jpeg")
    (folder / "readme.txt").write_text("hello")
    (folder / "11" / "notes").mkdir()
    some_column = next(path for path in (folder / "11").iterdir() if path.name not in ("0", "notes"))
    (some_column / "..1.jpeg").write_bytes(b"no number")
    (some_column / "99.svg").write_text("<svg/>")
    city = load(session, tmp_path, {"type": "folder", "folder": "tiles", **MINE})
    assert city.basemap
    known = {"type": "folder", "file": "worms.mbtiles", "format": "jpg", "min_zoom": 10, "max_zoom": 11}
    assert known.items() <= city.basemap.items()
    packed = tmp_path / "basemaps" / "worms.mbtiles"
    assert all(mbtiles_tile(packed, *tile) == data for tile, data in tiles.items())
    assert mbtiles_tile(packed, 11, 0, 0) is None


def test_what_a_folder_must_not_be(session: Session, tmp_path: Path) -> None:
    table = {"type": "folder", "folder": "tiles", **MINE}
    assert refused(session, tmp_path, table)[1].startswith("there is no folder")
    (tmp_path / "tiles").mkdir()
    assert refused(session, tmp_path, table) == (
        "basemap.folder",
        "tiles holds no tile of this city; tiles are named zoom/column/row.png, rows counted from the north",
    )
    basemaps.folder(tmp_path / "tiles", pictures(range(10, 11), box=ELSEWHERE))
    assert "no tile of this city" in refused(session, tmp_path, table)[1]
    basemaps.folder(tmp_path / "tiles", dict.fromkeys(pictures(range(10, 11)), b"<html>"))
    assert "has a tile that is no picture: 10/" in refused(session, tmp_path, table)[1]


def test_a_change_of_kind_leaves_nothing_behind(session: Session, tmp_path: Path) -> None:
    basemaps.vector(tmp_path / "base.pmtiles")
    basemaps.mbtiles(tmp_path / "base.mbtiles", pictures(range(10, 12)))
    load(session, tmp_path, {"type": "pmtiles", "file": "base.pmtiles", **MINE})
    load(session, tmp_path, {"type": "pmtiles", "file": "base.pmtiles", **MINE}, slug="metz")
    load(session, tmp_path, {"type": "mbtiles", "file": "base.mbtiles", **MINE})
    left = tmp_path / "basemaps"
    assert sorted(file.name for file in left.iterdir()) == ["metz.pmtiles", "worms.mbtiles"]
    assert load(session, tmp_path, OWN).basemap
    assert load(session, tmp_path, {"type": "none"}).basemap is None
    assert [file.name for file in left.iterdir()] == ["metz.pmtiles"]


def test_a_city_may_name_its_own_tiles(session: Session, tmp_path: Path) -> None:
    assert load(session, tmp_path, OWN).basemap == {
        **OWN,
        "tiles": "raster",
        "format": "png",
        "min_zoom": 0,
        "max_zoom": 19,
    }
    city = load(session, tmp_path, OWN | {"max_zoom": 17, "format": "webp"})
    assert city.basemap
    assert (city.basemap["max_zoom"], city.basemap["format"]) == (17, "webp")


@pytest.mark.parametrize("name", PROVIDERS)
def test_providers_that_allow_it_are_known_by_name(name: str, session: Session, tmp_path: Path) -> None:
    provider = PROVIDERS[name]
    assert why_not_ask(provider.address) is None
    city = load(session, tmp_path, {"type": "relay", "provider": name}, country=provider.country)
    assert city.basemap
    assert city.basemap["address"] == provider.address
    assert all(part in provider.address for part in ("{z}", "{x}", "{y}"))
    assert city.basemap["attribution"] == provider.attribution
    other = {"DE": "FR", "FR": "DE"}[provider.country]
    assert refused(session, tmp_path, {"type": "relay", "provider": name}, country=other) == (
        "basemap.provider",
        f"{name} has a map of {provider.country} only, and this city is in {other}",
    )


ADDRESSES = [
    ("https://tile.openstreetmap.org/{z}/{x}/{y}.png", "must not be tile.openstreetmap.org"),
    ("https://a.tile.openstreetmap.org/{z}/{x}/{y}.png", "must not be tile.openstreetmap.org"),
    ("https://A.Tile.OpenStreetMap.org:443/{z}/{x}/{y}.png", "must not be tile.openstreetmap.org"),
    ("https://tile.openstreetmap.org./{z}/{x}/{y}.png", "must not be tile.openstreetmap.org"),
    ("http://tiles.city.example/{z}/{x}/{y}.png", "must begin with https://"),
    ("ftp://tiles.city.example/{z}/{x}/{y}.png", "must begin with https://"),
    ("file:///etc/{z}/{x}/{y}", "must be like"),
    ("https://{z}.city.example/{x}/{y}", "placeholder in the host"),
    ("https://me:secret@city.example/{z}/{x}/{y}", "without a user"),
    ("https://city.example/#{z}/{x}/{y}", "a part after #"),
    ("https://city.example:port/{z}/{x}/{y}", "is not an address"),
    ("https://[city.example/{z}/{x}/{y}", "is not an address"),
    ("https://city.example/{z}/{x}.png", "{y} is missing"),
    ("https://city.example/tiles.png", "{z} is missing"),
]


@pytest.mark.parametrize(("address", "why"), ADDRESSES)
def test_addresses_that_are_not_asked(address: str, why: str, session: Session, tmp_path: Path) -> None:
    key, said = refused(session, tmp_path, OWN | {"address": address})
    assert key == "basemap.address"
    assert why in said


def test_other_mistakes(session: Session, tmp_path: Path) -> None:
    assert refused(session, tmp_path, {"type": "relay", **MINE})[0] == "basemap.address"
    assert refused(session, tmp_path, {"type": "relay", "provider": "osm"})[0] == "basemap.provider"
    assert refused(session, tmp_path, OWN | {"provider": "ign-plan"}, country="FR")[0] == "basemap.address"
    assert refused(session, tmp_path, OWN | {"attribution": " "})[0] == "basemap.attribution"
    assert refused(session, tmp_path, OWN | {"max_zoom": 40})[0] == "basemap.max_zoom"
    assert refused(session, tmp_path, OWN | {"format": "gif"})[0] == "basemap.format"
    (tmp_path / "base.mbtiles").write_bytes(b"x" * 999)
    assert refused(session, tmp_path, {"type": "mbtiles", "file": "base.mbtiles", **MINE}) == (
        "basemap.file",
        "base.mbtiles is not an MBTiles file: file is not a database",
    )


def test_own_tiles_may_be_on_this_machine(session: Session, tmp_path: Path) -> None:
    for host in ("127.0.0.1:8135", "localhost", "[::1]:80"):
        assert load(session, tmp_path, OWN | {"address": f"http://{host}/{{z}}/{{x}}/{{y}}.png"}).basemap
