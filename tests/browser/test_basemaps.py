"""Every kind of basemap is drawn; where one fails, the plain ground with its names stays and nothing is broken."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from participation.geo import Point
from tests.browser.steps import map_is_ready, open_map
from tests.factories import basemaps, toml_files
from tests.factories.basemaps import picture, pictures
from tests.factories.cities import CENTRE
from tests.factories.toml_files import LANDMARK
from tests.fixtures.browsers import PHONE, PageMaker
from tests.fixtures.providers import Provider, serving
from tests.live_product import MONTH, TODAY, LiveProduct

MINE = {"attribution": "© Stadt Beispiel <2026>"}
RASTER = ("ground-mbtiles", "ground-folder", "ground-pictures", "ground-relay")
THERE = re.compile(r"(^| )has-basemap( |$)")
LOADED = "img.leaflet-tile-loaded"
# Whether more than a few pictures are shown, and all of them whole.
WHOLE = """() => {
  const images = [...document.querySelectorAll("#map img.leaflet-tile-loaded")];
  return images.length > 3 && images.every((image) => image.naturalWidth === 256);
}"""
# How many colours there are on some canvases.
COLOURS = """canvases => new Set(canvases.flatMap((canvas) => {
  const drawn = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return [...new Uint32Array(drawn.data.buffer)];
})).size"""


@dataclass(frozen=True)
class Grounds:
    """Cities with one kind of basemap each, all at the same place; `provider` is that of the relay, `away` fails."""

    provider: Provider
    away: Provider


@pytest.fixture(scope="module")
def grounds(live: LiveProduct, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Grounds]:
    folder = tmp_path_factory.mktemp("grounds")
    tiles = pictures(range(12, 15))
    with serving() as provider, serving() as away:
        kinds: dict[str, dict[str, Any]] = {
            "ground-mbtiles": {"type": "mbtiles", "file": basemaps.mbtiles(folder / "m.mbtiles", tiles).name},
            "ground-folder": {"type": "folder", "folder": basemaps.folder(folder / "tiles", tiles).name},
            "ground-pictures": {"type": "pmtiles", "file": basemaps.pmtiles(folder / "p.pmtiles", tiles).name},
            "ground-relay": {"type": "relay", "address": provider.base + "/{z}/{x}/{y}.png"},
            "ground-away": {"type": "relay", "address": away.base + "/{z}/{x}/{y}.png"},
            "ground-vector": {"type": "pmtiles", "file": _vectors(folder / "v.pmtiles").name},
        }
        districts = toml_files.districts(folder / "d.geojson", mitte=(CENTRE, 0.08))
        for slug, basemap in kinds.items():
            known = {"districts": districts, "landmarks": [LANDMARK], "basemap": basemap | MINE}
            live.run("cities", "load", str(toml_files.city(folder, slug=slug, **known)))
        live.load_partnership("grounds", [*kinds], ("ground-now", TODAY - MONTH, TODAY + MONTH))
        data = picture()
        provider.otherwise = lambda _path: (200, {"Content-Type": "image/png"}, data)
        away.otherwise = lambda _path: (500, {}, b"")
        yield Grounds(provider, away)


def _vectors(file: Path) -> Path:
    """An archive in which every tile is a valid vector tile without any layer."""
    empty = gzip.compress(b"", mtime=0)
    tiles = dict.fromkeys(basemaps.tiles_of(range(9, 15)), empty)
    return basemaps.pmtiles(file, tiles, kind=basemaps.TileType.MVT)


@pytest.fixture
def unwatched(browser: Browser, live: LiveProduct) -> Iterator[Page]:
    """A phone on which requests may fail."""
    context = browser.new_context(base_url=live.base, locale="de-DE", **PHONE)
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(f"script: {error}"))
    yield page
    context.close()


def credit(page: Page) -> None:
    expect(page.locator("#map .leaflet-control-attribution")).to_contain_text("© Stadt Beispiel <2026>")


def plain_ground(page: Page) -> None:
    """Boundary, district and both names are to be seen."""
    expect(page.locator("#map")).not_to_have_class(THERE)
    for mark in (".ground-land", ".ground-district"):
        expect(page.locator(f"#map {mark}").first).to_be_visible()
    expect(page.locator("#map .ground-label-landmark > span", has_text="Dom")).to_be_visible()


@pytest.mark.parametrize("slug", RASTER)
def test_pictures_are_drawn(slug: str, grounds: Grounds, page: Page) -> None:
    open_map(page, "de", slug)
    expect(page.locator("#map")).to_have_class(THERE)
    page.wait_for_function(WHOLE)
    expect(page.locator("#map .ground-label-landmark > span").first).to_be_hidden()
    credit(page)
    # Closer than the pictures go they are drawn larger.
    open_map(page, "de", slug, at=f"17/{CENTRE.lat}/{CENTRE.lon}")
    page.reload()
    expect(page.locator("#map")).to_have_class(THERE)
    credit(page)


def test_vectors_are_drawn(grounds: Grounds, page: Page) -> None:
    open_map(page, "de", "ground-vector")
    expect(page.locator("#map")).to_have_class(THERE)
    expect(page.locator("#map canvas.leaflet-tile-loaded").first).to_be_visible()
    credit(page)


def test_pictures_are_calm_in_the_dark(grounds: Grounds, new_page: PageMaker) -> None:
    for scheme, filtered in (("light", False), ("dark", True)):
        page = new_page(color_scheme=scheme)
        open_map(page, "de", "ground-mbtiles")
        expect(page.locator("#map")).to_have_class(THERE)
        assert (page.locator(".basemap-raster").evaluate("it => getComputedStyle(it).filter") != "none") is filtered


def test_from_afar_there_are_names_again(grounds: Grounds, page: Page) -> None:
    """The pictures begin at zoom 12: one farther out they are drawn small, beyond that the plain ground is shown."""
    open_map(page, "de", "ground-mbtiles", at=f"11/{CENTRE.lat}/{CENTRE.lon}")
    expect(page.locator("#map")).to_have_class(THERE)
    page.locator('[data-zoom="-1"]').tap()
    plain_land = page.locator("#map:not(.has-basemap) .ground-land")
    expect(plain_land.first).to_be_visible()
    page.locator('[data-zoom="1"]').tap()
    expect(page.locator("#map")).to_have_class(THERE)


def test_without_its_provider_the_plain_ground_stays(grounds: Grounds, unwatched: Page) -> None:
    with unwatched.expect_response(lambda answer: "/basemap/ground-away/14/" in answer.url) as answer:
        unwatched.goto(f"/de/ground-away/#14/{CENTRE.lat}/{CENTRE.lon}")
    assert answer.value.status == 503
    assert grounds.away.asked
    map_is_ready(unwatched)
    plain_ground(unwatched)
    credit(unwatched)


def test_a_busy_relay_is_asked_again(grounds: Grounds, unwatched: Page) -> None:
    refused: set[str] = set()

    def refuse_once(route: Route) -> None:
        address = route.request.url
        if address in refused:
            route.continue_()
        else:
            refused.add(address)
            route.fulfill(status=503, headers={"Retry-After": "60", "Cache-Control": "no-store"})

    unwatched.route("**/basemap/ground-mbtiles/*/*/*.png*", refuse_once)
    open_map(unwatched, "de", "ground-mbtiles")
    plain_ground(unwatched)
    assert refused
    expect(unwatched.locator("#map")).to_have_class(THERE)
    expect(unwatched.locator(f"#map {LOADED}")).to_have_count(len(refused))


@pytest.mark.parametrize("damage", ["cut", "wrong", "gone", "tiles"])
def test_a_damaged_archive_leaves_the_plain_ground(
    damage: str, grounds: Grounds, unwatched: Page, live: LiveProduct
) -> None:
    file = live.settings.basemaps / "ground-vector.pmtiles"
    whole = file.read_bytes()
    data = int.from_bytes(whole[56:64], "little")
    spoilt = {"cut": whole[:60], "wrong": b"This is no archive" * 99, "tiles": whole[:data] + b"\xff" * 9999}
    file.unlink()
    try:
        if damage in spoilt:
            file.write_bytes(spoilt[damage])
        with unwatched.expect_response(lambda answer: ".pmtiles" in answer.url):
            open_map(unwatched, "de", "ground-vector", at=f"14/{CENTRE.lat}/{CENTRE.lon}")
        unwatched.wait_for_timeout(500)
        plain_ground(unwatched)
    finally:
        file.write_bytes(whole)


@pytest.mark.parametrize("pattern", ["**/*.pmtiles*", "**/protomaps-leaflet.js", "**/basemap.js"])
def test_a_dead_connection_leaves_the_plain_ground(pattern: str, grounds: Grounds, unwatched: Page) -> None:
    failed: list[str] = []
    unwatched.on("requestfailed", lambda request: failed.append(request.url))
    unwatched.route(pattern, lambda route: route.abort("connectionreset"))
    open_map(unwatched, "de", "ground-vector", at=f"14/{CENTRE.lat}/{CENTRE.lon}")
    unwatched.wait_for_timeout(500)
    assert failed
    plain_ground(unwatched)
    unwatched.locator('[data-zoom="-1"]').tap()
    expect(unwatched.locator("#map-status")).not_to_be_empty()


def test_a_slow_basemap_keeps_nobody_waiting(grounds: Grounds, page: Page) -> None:
    """The names and the buttons are there before the pictures, which come when they come."""
    grounds.provider.awake.clear()
    try:
        open_map(page, "de", "ground-relay", at=f"15/{CENTRE.lat}/{CENTRE.lon}")
        plain_ground(page)
    finally:
        grounds.provider.awake.set()
    expect(page.locator("#map")).to_have_class(THERE)


def test_the_real_basemap_of_koeln(shared_data: Path, tmp_path: Path, live: LiveProduct, page: Page) -> None:
    basemap = {"type": "pmtiles", "file": str(shared_data / "basemap" / "koeln_vector_z9-14.pmtiles"), **MINE}
    boundary = toml_files.districts(tmp_path / "k.geojson", koeln=(Point(50.94, 6.96), 0.1))
    known = {"centre": {"lat": 50.9413, "lon": 6.9583, "zoom": 13}, "boundary": boundary["file"], "basemap": basemap}
    live.run("cities", "load", str(toml_files.city(tmp_path, slug="ground-koeln", **known)))
    live.run("cities", "load", str(toml_files.city(tmp_path, slug="ground-other")))
    cities = ["ground-koeln", "ground-other"]
    live.load_partnership("ground-real", cities, ("ground-real", TODAY - MONTH, TODAY + MONTH))
    open_map(page, "de", "ground-koeln")
    expect(page.locator("#map")).to_have_class(THERE)
    expect(page.locator("#map canvas.leaflet-tile-loaded").first).to_be_visible()
    page.wait_for_function(f"({COLOURS})([...document.querySelectorAll('#map canvas.leaflet-tile-loaded')]) > 20")
