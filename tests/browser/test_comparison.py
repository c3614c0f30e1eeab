"""The page of the comparison: maps that move together, numbers one click away, and all of it without scripts."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.comparison_states import bring_up_maps, open_comparison
from tests.browser.layout import nothing_sticks_out
from tests.browser.steps import box_of
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PHONE, PageMaker

# A sheet of A4 between its margins, in the pixels of a browser.
A4 = {"width": 680, "height": 980}
NEEDED_BY_MAPS = ("leaflet.js", "worms.json", "metz.json", "outline.json")


SCALE = ".compare-live-map .leaflet-control-scale-line"


def zoom_of(page: Page) -> tuple[float, str]:
    """Metres to a pixel, which have to be the same on all maps, and how the first says so."""
    lines = page.locator(SCALE).all()
    metres = [
        float(amount) * {"m": 1, "km": 1000}[unit] / box_of(line)[2]
        for line in lines
        for amount, unit in [(line.text_content() or "").split()]
    ]
    assert metres[1:] == pytest.approx(metres[:1], rel=0.05)
    return metres[0], lines[0].get_attribute("style") or ""


def side(page: Page, number: int) -> Locator:
    return page.locator(".compare-side").nth(number)


def test_maps_come_late_and_move_together(new_page: PageMaker, shown: Shown) -> None:
    # A map that glides on after it was let go would stand elsewhere, the further the faster the machine is.
    page = new_page(**DESKTOP | {"has_touch": False, "is_mobile": False, "reduced_motion": "reduce"})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    open_comparison(page, "fr")
    table = page.locator("#heat_island-place_type table")
    expect(table).to_be_hidden()
    page.locator("#heat_island-place_type summary").click()
    expect(table).to_be_visible()
    assert not [path for path in asked if path.endswith(NEEDED_BY_MAPS)]

    bring_up_maps(page)
    for name in NEEDED_BY_MAPS:
        assert any(path.endswith(name) for path in asked), name
    before = zoom_of(page)
    side(page, 1).locator(".leaflet-control-zoom-in").click()
    expect(page.locator(SCALE).first).not_to_have_attribute("style", before[1])
    assert zoom_of(page)[0] == pytest.approx(before[0] / 2, rel=0.05)
    cells = [side(page, number).locator(".compare-cell").first for number in (0, 1)]
    places = [box_of(cell)[:2] for cell in cells]
    drag(page, side(page, 0).locator(".compare-live-map"), 90, 40)
    for cell, (left, top) in zip(cells, places, strict=True):
        page.wait_for_function(
            "([cell, left, top]) => { const box = cell.getBoundingClientRect();"
            " return Math.abs(box.x - left - 90) < 3 && Math.abs(box.y - top - 40) < 3; }",
            arg=[cell.element_handle(), left, top],
        )
    what_is_chosen_is_shown(page)


def what_is_chosen_is_shown(page: Page) -> None:
    """On all maps, on a phone, and on paper."""
    choose(page, "layer", "hot")
    expect(side(page, 0).locator(".compare-cell.heat2")).not_to_have_count(0)
    expect(side(page, 0).locator(".compare-cell.n1")).to_have_count(0)

    page.set_viewport_size(PHONE["viewport"])
    switching_sides(page)
    expect(side(page, 1).locator(".compare-cell.heat2").first).to_be_visible()
    page.emulate_media(media="print")
    page.set_viewport_size(A4)
    for number in (0, 1):
        expect(side(page, number).locator("img:visible")).to_have_count(1)
        expect(side(page, number).locator("img.layer-hot")).to_be_visible()
    expect(page.locator("main button, main input, .compare-live-map").filter(visible=True)).to_have_count(0)
    nothing_sticks_out(page)


def test_without_scripts(new_page: PageMaker, shown: Shown) -> None:
    page = new_page(java_script_enabled=False)
    open_comparison(page, "de", "six-cities")
    page.locator("#city-0").select_option("ground-chemnitz")
    page.locator("#city-1").select_option("ground-krakow")
    page.locator(".city-choice button").click()
    expect(page.locator(".compare-side figcaption")).to_have_text(["Chemnitz", "Metropolia Krakowska"])
    page.locator("#heat_island-reasons summary").click()
    expect(page.locator("#heat_island-reasons table")).to_be_visible()
    choose(page, "layer", "balance")
    for number in (0, 1):
        picture = side(page, number).locator("img.layer-balance")
        picture.scroll_into_view_if_needed()
        expect(picture).to_be_visible()
        expect(picture).to_have_js_property("naturalWidth", 480)
        expect(side(page, number).locator("img.layer-count")).to_be_hidden()
    switching_sides(page)


def switching_sides(page: Page) -> None:
    """On a phone the cities stand below each other, or one of them alone."""
    upper, lower = box_of(side(page, 0)), box_of(side(page, 1))
    assert lower[1] >= upper[1] + upper[3]
    choose(page, "side", "second")
    expect(side(page, 0)).to_be_hidden()
    expect(side(page, 1)).to_be_visible()


def choose(page: Page, name: str, value: str) -> None:
    page.locator(f"label:has(> input[name={name}][value={value}])").click()


def drag(page: Page, on: Locator, right: int, down: int) -> None:
    """Move what lies under the mouse."""
    on.scroll_into_view_if_needed()
    left, top, width, height = box_of(on)
    page.mouse.move(left + width / 2, top + height / 2)
    page.mouse.down()
    for step in range(1, 6):
        page.mouse.move(left + width / 2 + right * step / 5, top + height / 2 + down * step / 5)
    page.mouse.up()
