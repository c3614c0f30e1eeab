"""The background of the map comes from our own origin, in ranges and with tags."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from participation.models.cities import City
from participation.models.places import Place
from participation.services import cities as service
from tests.factories import basemaps, campaigns, cities, submissions, toml_files
from tests.factories.basemaps import ELSEWHERE, pictures
from tests.factories.cities import INSIDE
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.fixtures.providers import Provider
from tests.page_client import PageClient

OUTLINE = "/basemap/worms/outline.json"
ARCHIVE = "/basemap/worms.pmtiles"
BYTES = bytes(range(256)) * 8
PMTILES = {"type": "pmtiles", "file": "worms.pmtiles", "attribution": "© OpenStreetMap"}
pytestmark = sqlite_only


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session, basemap=PMTILES)
    cities.district(session, made, name="Altstadt")
    cities.landmark(session, made, name={"de": "Dom", "en": "Cathedral"})
    return made


@pytest.fixture
def client(make_client: ClientMaker, tmp_path: Path, city: City) -> PageClient:
    """Of an app with the archive in its own folder."""
    folder = tmp_path / "with-map" / "basemaps"
    folder.mkdir(parents=True)
    (folder / "worms.pmtiles").write_bytes(BYTES)
    (folder.parent / "secret").write_text("not for others")
    return make_client(instance=folder.parent)


def test_the_archive_is_sent_in_ranges(client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": "bytes=16-31"}) as response:
        assert (response.status_code, response.data) == (206, BYTES[16:32])
        assert response.headers["Content-Range"] == f"bytes 16-31/{len(BYTES)}"


def test_a_range_behind_the_end_is_refused(client: PageClient) -> None:
    response = client.get(ARCHIVE, headers={"Range": "bytes=4096-5000"})
    assert (response.status_code, response.headers["Content-Range"]) == (416, f"bytes */{len(BYTES)}")


@pytest.mark.parametrize(("asked", "start", "end"), [("0-0", 0, 0), ("2000-", 2000, 2047), ("-48", 2000, 2047)])
def test_ranges_may_be_open(asked: str, start: int, end: int, client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": f"bytes={asked}"}) as response:
        assert (response.status_code, response.data) == (206, BYTES[start : end + 1])
        assert response.headers["Content-Range"] == f"bytes {start}-{end}/{len(BYTES)}"


@pytest.mark.parametrize("asked", ["bytes=0-1,4-5", "bytes=x", "bytes=", "lines=1-2", "bytes=5", "bytes=-"])
def test_what_is_not_one_range_gets_the_whole(asked: str, client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": asked}) as response:
        assert (response.status_code, response.data) == (200, BYTES)


def test_its_head_says_how_long_it_is(client: PageClient) -> None:
    with client.head(ARCHIVE) as response:
        assert (response.status_code, response.data) == (200, b"")
        assert (response.content_length, response.headers["Accept-Ranges"]) == (len(BYTES), "bytes")
    with client.head(ARCHIVE, headers={"Range": "bytes=0-15"}) as response:
        assert (response.status_code, response.content_length, response.data) == (206, 16, b"")


def test_the_whole_archive_says_that_it_takes_ranges(client: PageClient) -> None:
    with client.get(ARCHIVE) as response:
        assert (response.status_code, response.data) == (200, BYTES)
        assert response.headers["Accept-Ranges"] == "bytes"
        assert "max-age=86400" in response.headers["Cache-Control"]
        tag = response.headers["ETag"]
        assert "no-transform" in response.headers["Cache-Control"]
    with client.get(ARCHIVE, headers={"If-None-Match": tag}) as again:
        assert (again.status_code, again.data) == (304, b"")
    with client.get(ARCHIVE, headers={"Range": "bytes=0-1", "If-Range": tag}) as part:
        assert (part.status_code, part.data) == (206, BYTES[:2])


def test_an_address_with_its_version_is_kept_for_ever(client: PageClient, city: City) -> None:
    city.basemap = PMTILES | {"tiles": "vector", "version": "abc"}
    for query, kept in (("?v=abc", "immutable"), ("?v=old", "max-age=86400"), ("", "max-age=86400")):
        with client.get(ARCHIVE + query) as response:
            assert kept in response.headers["Cache-Control"]


def test_an_archive_of_pictures_is_not_read_by_browsers(client: PageClient, city: City) -> None:
    city.basemap = PMTILES | {"tiles": "raster", "format": "png", "min_zoom": 9, "max_zoom": 12}
    assert client.get(ARCHIVE).status_code == 404


def test_a_range_of_a_changed_archive_is_sent_whole(client: PageClient) -> None:
    with client.get(ARCHIVE, headers={"Range": "bytes=0-1", "If-Range": '"old"'}) as response:
        assert (response.status_code, len(response.data)) == (200, len(BYTES))


@pytest.mark.parametrize(
    "address", ["/basemap/nowhere.pmtiles", "/basemap/..%2fsecret.pmtiles", "/basemap/metz.pmtiles"]
)
def test_there_is_no_archive_but_that_of_a_city(address: str, client: PageClient, session: Session) -> None:
    cities.make(session, "metz")
    assert client.get(address).status_code == 404


def test_an_archive_that_is_gone_is_not_found(client: PageClient, tmp_path: Path) -> None:
    (tmp_path / "with-map" / "basemaps" / "worms.pmtiles").unlink()
    assert client.get(ARCHIVE).status_code == 404


def test_the_outline_lets_people_find_their_way(client: PageClient) -> None:
    response = client.get(OUTLINE, query_string={"lang": "de"})
    outline = response.json
    assert outline["boundary"]["type"] == "Polygon"
    assert outline["districts"][0]["point"] == [49.63, 8.36]
    assert [
        (district["code"], district["name"], district["boundary"]["type"]) for district in outline["districts"]
    ] == [("altstadt", "Altstadt", "Polygon")]
    assert outline["landmarks"] == [{"code": "dom", "name": "Dom", "lat": 49.6312, "lon": 8.3655}]


@pytest.mark.parametrize(
    ("lang", "name"), [("de", "Dom"), ("en", "Cathedral"), ("fr", "Cathedral"), ("xx", "Cathedral")]
)
def test_landmarks_have_the_name_of_the_language_or_one_they_have(lang: str, name: str, client: PageClient) -> None:
    outline = client.get(OUTLINE, query_string={"lang": lang}).json
    assert outline["landmarks"][0]["name"] == name


def test_an_unchanged_outline_is_not_sent_again(client: PageClient, session: Session, city: City) -> None:
    first = client.get(OUTLINE)
    again = client.get(OUTLINE, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    city.landmarks[0].lat = 49.6
    changed = client.get(OUTLINE, headers={"If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_there_is_no_outline_of_a_city_that_does_not_exist(client: PageClient) -> None:
    assert client.get("/basemap/nowhere/outline.json").status_code == 404


# Pictures

MINE = {"attribution": "© Stadt"}
NEAR = next(basemaps.tiles_of(range(11, 12)))


def address(tile: tuple[int, int, int], form: str = "png") -> str:
    z, x, y = tile
    return f"/basemap/worms/{z}/{x}/{y}.{form}"


def loaded(session: Session, folder: Path, basemap: dict[str, Any]) -> City:
    """The city, read from a file with this basemap into the folder of the client's app."""
    file = toml_files.city(folder, basemap=basemap)
    city = service.load(session, file=file, basemaps=folder / "with-map" / "basemaps")
    session.commit()
    return city


def from_mbtiles(folder: Path, tiles: dict[tuple[int, int, int], bytes]) -> dict[str, Any]:
    return {"type": "mbtiles", "file": basemaps.mbtiles(folder / "a.mbtiles", tiles).name, **MINE}


def from_pmtiles(folder: Path, tiles: dict[tuple[int, int, int], bytes]) -> dict[str, Any]:
    return {"type": "pmtiles", "file": basemaps.pmtiles(folder / "a.pmtiles", tiles).name, **MINE}


def from_folder(folder: Path, tiles: dict[tuple[int, int, int], bytes]) -> dict[str, Any]:
    return {"type": "folder", "folder": basemaps.folder(folder / "tiles", tiles).name, **MINE}


@pytest.mark.parametrize("table", [from_mbtiles, from_pmtiles, from_folder])
def test_each_kind_of_archive_gives_its_pictures(
    table: Any, client: PageClient, session: Session, tmp_path: Path
) -> None:
    tiles = pictures(range(10, 13))
    city = loaded(session, tmp_path, table(tmp_path, tiles))
    assert city.basemap
    for tile in (min(tiles), NEAR, max(tiles)):
        response = client.get(address(tile))
        assert (response.status_code, response.mimetype, response.data) == (200, "image/png", tiles[tile])
        assert response.headers["Cache-Control"] == "public, max-age=86400"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert "Set-Cookie" not in response.headers
    versioned = client.get(address(NEAR) + f"?v={city.basemap['version']}")
    assert {"public", "immutable", "max-age=31536000"} == {*versioned.headers["Cache-Control"].split(", ")}
    again = client.get(address(NEAR), headers={"If-None-Match": versioned.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_where_there_is_no_tile_there_is_nothing(client: PageClient, session: Session, tmp_path: Path) -> None:
    tiles = pictures(range(10, 13))
    del tiles[NEAR]
    loaded(session, tmp_path, from_mbtiles(tmp_path, tiles))
    assert (client.get(address(NEAR)).status_code, client.get(address(NEAR)).data) == (204, b"")
    assert client.get(address((12, 0, 0))).status_code == 204
    for z, x, y in ((9, 267, 174), (13, 4286, 2797), (11, 1 << 11, 0), (11, 0, 1 << 11), (40, 0, 0)):
        assert client.get(address((z, x, y))).status_code == 404
    for wrong in (
        "11/1071/699.webp",
        "11/1071/699.svg",
        "11/-1/5.png",
        "11/1071/..%2f..%2f..%2fsecret.png",
        "1e1/1/1.png",
    ):
        assert client.get(f"/basemap/worms/{wrong}").status_code == 404
    assert client.get("/basemap/nowhere/11/1071/699.png").status_code == 404


def test_only_tiles_near_the_city_are_given(client: PageClient, session: Session, tmp_path: Path) -> None:
    """Whatever the archive holds: it is not for serving the rest of the world."""
    tiles = pictures(range(10, 12)) | pictures(range(10, 12), box=ELSEWHERE)
    loaded(session, tmp_path, from_mbtiles(tmp_path, tiles))
    far = next(basemaps.tiles_of(range(11, 12), ELSEWHERE))
    assert (client.get(address(NEAR)).status_code, client.get(address(far)).status_code) == (200, 204)


def test_damage_that_came_later_costs_only_the_tiles(client: PageClient, session: Session, tmp_path: Path) -> None:
    for table in (from_pmtiles, from_mbtiles):
        city = loaded(session, tmp_path, table(tmp_path, pictures(range(10, 13))))
        assert city.basemap
        file = tmp_path / "with-map" / "basemaps" / city.basemap["file"]
        whole = file.read_bytes()
        for damaged in (whole[:200], whole[:127] + b"\xff" * (len(whole) - 127), b"", None):
            file.unlink()
            if damaged is not None:
                file.write_bytes(damaged)
            assert client.get(address(NEAR)).status_code == 204
            file.write_bytes(whole)


def test_a_city_without_pictures_has_none(client: PageClient, city: City) -> None:
    assert client.get(address(NEAR)).status_code == 404
    city.basemap = None
    assert client.get(address(NEAR)).status_code == 404


# The relay


def relay_of(provider: Provider) -> dict[str, Any]:
    return {"type": "relay", "address": provider.base + "/map/{z}/{x}/{y}?key=secret", **MINE}


def test_the_relay_asks_without_saying_for_whom(
    client: PageClient, session: Session, tmp_path: Path, provider: Provider
) -> None:
    loaded(session, tmp_path, relay_of(provider))
    data = basemaps.picture()
    provider.otherwise = lambda _path: (200, {"Content-Type": "image/png", "Set-Cookie": "spy=1"}, data)
    headers = {"Cookie": "visitor=1", "User-Agent": "My phone", "Referer": "https://heat.example/de/worms/", "DNT": "1"}
    for _ in range(2):
        response = client.get(address(NEAR), headers=headers, environ_base={"REMOTE_ADDR": "203.0.113.7"})
        assert (response.status_code, response.data) == (200, data)
        assert response.headers["Cache-Control"] == "public, max-age=604800"
        assert "Set-Cookie" not in response.headers
    [(path, sent)] = provider.asked
    z, x, y = NEAR
    assert path == f"/map/{z}/{x}/{y}?key=secret"
    assert sent["User-Agent"] == "participation (+http://localhost)"
    assert {name.lower() for name in sent} == {"host", "accept", "accept-encoding", "connection", "user-agent"}
    assert (tmp_path / "with-map" / "relay" / "worms").is_dir()


def test_the_relay_is_no_way_to_fetch_the_world(
    client: PageClient, session: Session, tmp_path: Path, provider: Provider
) -> None:
    loaded(session, tmp_path, relay_of(provider))
    far = next(basemaps.tiles_of(range(14, 15), ELSEWHERE))
    assert client.get(address(far)).status_code == 204
    assert client.get(address((20, 548512, 357910))).status_code == 404
    assert provider.asked == []


def test_a_provider_that_is_away_breaks_nothing(
    client: PageClient, session: Session, tmp_path: Path, provider: Provider
) -> None:
    loaded(session, tmp_path, relay_of(provider))
    provider.otherwise = lambda _path: (500, {}, b"")
    response = client.get(address(NEAR))
    assert (response.status_code, response.data) == (503, b"")
    assert (response.headers["Retry-After"], response.headers["Cache-Control"]) == ("60", "no-store")


def test_the_page_knows_nothing_of_the_provider(
    client: PageClient, session: Session, tmp_path: Path, provider: Provider
) -> None:
    city = loaded(session, tmp_path, relay_of(provider))
    campaigns.make(session, city)
    page = client.get("/de/worms/")
    assert provider.base not in page.text
    assert "key=secret" not in page.text


# What the page is told


def told(client: PageClient) -> Any:
    """The settings of the map's script."""
    page = client.page("/de/worms/")
    return json.loads(page.xpath("string(//script[@id='map-settings'])"))


def test_the_page_says_which_basemap_there_is(client: PageClient, session: Session, tmp_path: Path) -> None:
    city = loaded(session, tmp_path, {"type": "none"})
    campaigns.make(session, city)
    assert told(client)["basemap"] is None
    loaded(session, tmp_path, from_mbtiles(tmp_path, pictures(range(10, 13))))
    basemap = told(client)["basemap"]
    tiles = basemap.pop("tiles")
    assert basemap == {"type": "raster", "minZoom": 10, "maxZoom": 12, "attribution": "© Stadt"}
    assert client.get(tiles.format(z=NEAR[0], x=NEAR[1], y=NEAR[2])).status_code == 200
    basemaps.vector(tmp_path / "v.pmtiles")
    loaded(session, tmp_path, {"type": "pmtiles", "file": "v.pmtiles", **MINE})
    basemap = told(client)["basemap"]
    assert basemap["type"] == "vector"
    for key in ("archive", "script"):
        with client.get(basemap[key]) as response:
            assert (response.status_code, "immutable" in response.headers["Cache-Control"]) == (200, True)


def test_the_year_that_a_licence_asks_for_is_this_one(client: PageClient, session: Session, tmp_path: Path) -> None:
    city = loaded(session, tmp_path, {"type": "relay", "provider": "basemap.de"})
    campaigns.make(session, city)
    assert re.fullmatch(r"© GeoBasis-DE / BKG \(20\d\d\) CC BY 4.0", told(client)["basemap"]["attribution"])


# Names

NAMES = "/basemap/worms/names.json"


def test_names_of_published_places_are_there_for_the_search(client: PageClient, session: Session, city: City) -> None:
    campaign = campaigns.make(session, city)
    for name, publish in (("Am Brunnen", True), ("Noch geheim", False), (None, True)):
        one = submissions.make(session, city, campaign, place_name=name)
        if publish:
            submissions.publish(session, one)
    home = submissions.make(session, city, campaign, place_name="Mein Hof", near_home=True)
    submissions.publish(session, home)
    session.add(Place(id=uuid4(), city_id=city.id, name="Leer", lat=49.6, lon=8.3, created_at=submissions.NOW))
    elsewhere = cities.make(session, "metz")
    submissions.publish(session, submissions.make(session, elsewhere, campaign, place_name="Anderswo"))
    places = client.get(NAMES, query_string={"lang": "fr"}).json["places"]
    assert [(name, link) for name, _, _, link in places] == [
        ("Mein Hof", f"/fr/worms/places/{home.place_id}"),
        ("Am Brunnen", places[1][3]),
    ]
    assert (places[1][1], places[1][2]) == (INSIDE.lat, INSIDE.lon)
    assert (places[0][1], places[0][2]) == (home.public_lat, home.public_lon) != (INSIDE.lat, INSIDE.lon)
    assert client.get(places[0][3]).status_code == 200


def test_unchanged_names_are_not_sent_again(client: PageClient, session: Session, city: City) -> None:
    campaign = campaigns.make(session, city)
    first = client.get(NAMES)
    assert (first.json, "max-age=60" in first.headers["Cache-Control"]) == ({"places": []}, True)
    assert client.get(NAMES, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304
    submissions.publish(session, submissions.make(session, city, campaign, place_name="Neu"))
    again = client.get(NAMES, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.json["places"][0][0]) == (200, "Neu")


def test_other_languages_fall_back(client: PageClient, session: Session, city: City) -> None:
    submissions.publish(session, submissions.make(session, city, campaigns.make(session, city), place_name="Hier"))
    for query in ({}, {"lang": "xx"}, {"lang": "../de"}):
        assert client.get(NAMES, query_string=query).json["places"][0][3].startswith("/en/worms/places/")
    assert client.get("/basemap/nowhere/names.json").status_code == 404
