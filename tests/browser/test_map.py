"""The map: what its pins show and do, the sheet they open, its controls by keyboard, and what it costs to load."""

from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from benches import weight
from tests.browser.steps import box_of, cluster, in_words, map_is_ready, open_form, open_map, pin
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PageMaker
from tests.live_product import LiveProduct

ALONE = "17/49.6349/8.3569"
CITY = "11/49.6316/8.3656"
ITEMS = """() => document.getElementById("map").pins.items
  .map(({ n, kind, kinds }) => ({ n, kinds: kinds ?? [0, 1, 2, 3].map((code) => Number(code === kind)) }))"""
# The colours on the ring of a cluster, in the middle of each kind's part, beside those of the style sheet.
RING = """() => {
  const map = document.getElementById("map");
  const { point, kinds, n } = map.pins.items.find(({ kinds }) => kinds?.filter(Boolean).length > 1);
  // One of the two is empty: it waits for the next picture.
  const painted = ({ width, height }, context) => context.getImageData(0, 0, width, height).data.some(Boolean);
  const canvas = [...map.querySelectorAll("canvas.pins")].find((one) => painted(one, one.getContext("2d")));
  const [frame, board] = [map.getBoundingClientRect(), canvas.getBoundingClientRect()];
  const ratio = canvas.width / board.width;
  const middle = { x: frame.left + point.x - board.left, y: frame.top + point.y - board.top };
  const radius = n < 10 ? 17 : n < 100 ? 20 : 23;
  const style = getComputedStyle(document.documentElement);
  const names = ["heat_island", "climate_oasis", "idea", "feedback"];
  let before = 0;
  return kinds.map((count, i) => {
    const angle = ((before + count / 2) / n) * 2 * Math.PI - Math.PI / 2;
    before += count;
    if (!count) return null;
    const [x, y] = [middle.x + radius * Math.cos(angle), middle.y + radius * Math.sin(angle)];
    const data = canvas.getContext("2d").getImageData(Math.round(x * ratio), Math.round(y * ratio), 1, 1).data;
    const hex = [...data.slice(0, 3)].map((part) => part.toString(16).padStart(2, "0")).join("");
    return [`#${hex}`, style.getPropertyValue(`--${names[i]}`).trim()];
  }).filter(Boolean);
}"""
BUTTONS = ".map-controls button:visible, .map-controls summary"
COVERED = """() => {
  const box = (selector) => document.querySelector(selector).getBoundingClientRect();
  const credits = box(".leaflet-control-attribution");
  const others = [".leaflet-control-scale", ".map-status", ...document.querySelectorAll(".map-controls > *")]
    .map((one) => (typeof one === "string" ? box(one) : one.getBoundingClientRect()));
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 0.5 && b.top < a.bottom - 0.5;
  const shown = document.elementFromPoint((credits.left + credits.right) / 2, (credits.top + credits.bottom) / 2);
  return { covered: others.filter((other) => meet(credits, other)).length,
           seen: Boolean(shown.closest(".leaflet-control-attribution")),
           inside: credits.left >= 0 && credits.right <= innerWidth + 1 };
}"""


def items(page: Page) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(ITEMS)
    return found


def test_pins_hold_what_is_published(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=CITY)
    held = [sum(item["kinds"][kind] for item in items(page)) for kind in range(4)]
    chips = page.locator(".filter-kinds .count").all_inner_texts()
    assert [sum(held), *held] == [int(text) for text in chips]
    assert all(item["n"] == sum(item["kinds"]) for item in items(page))
    expect(page.locator("#map-status")).to_have_text(in_words("de", "Entries in view: %(number)s", number=sum(held)))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_ring_of_a_cluster_has_a_part_for_each_kind(scheme: Any, new_page: PageMaker, shown: Shown) -> None:
    page = new_page(color_scheme=scheme)
    open_map(page, "de", "worms", at=CITY)
    cluster(page)
    parts = page.evaluate(RING)
    assert len(parts) > 1
    assert [drawn for drawn, _ in parts] == [wanted for _, wanted in parts]


def test_pins_follow_the_scheme(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=CITY)
    cluster(page)
    light = page.evaluate(RING)
    page.emulate_media(color_scheme="dark")
    page.evaluate("() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
    dark = page.evaluate(RING)
    assert [drawn for drawn, _ in dark] == [wanted for _, wanted in dark]
    assert light != dark


def test_a_finger_beside_a_pin_means_it(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=ALONE)
    wanted = pin(page, str(shown.ids["alone"]))
    page.touchscreen.tap(wanted.x + 18, wanted.y - 10)
    expect(page.locator("#sheet .entry")).to_be_visible()
    expect(page.locator("#sheet .kind-climate_oasis")).to_be_visible()


def test_the_sheet_leaves_the_pin_in_sight_and_a_tap_on_the_ground_closes_it(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=ALONE)
    pin(page, str(shown.ids["alone"])).tap()
    expect(page.locator("#sheet .entry")).to_be_visible()
    page.wait_for_timeout(600)
    moved = pin(page, str(shown.ids["alone"]))
    assert moved.y < box_of(page.locator("#sheet"))[1]
    page.touchscreen.tap(moved.x + 120, moved.y - 60)
    expect(page.locator("#sheet")).to_be_hidden()


def test_a_cluster_leads_closer_and_a_stack_to_the_list(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at="12/49.6355/8.359")
    before = page.url
    cluster(page).tap()
    page.wait_for_function("before => location.href !== before", arg=before)
    expect(page.locator("#sheet")).to_be_hidden()
    open_map(page, "de", "worms", at="19/49.6361/8.3612")
    page.reload()
    map_is_ready(page)
    stack = cluster(page)
    stack.tap()
    page.locator("#sheet a.button").click()
    expect(page.locator(".entry-cards > li").first).to_be_visible()
    assert page.locator(".entry-cards > li").count() >= 2


def test_while_adding_pins_are_faded_and_do_not_react(page: Page, shown: Shown) -> None:
    open_form(page, "de", "worms", query="&lat=49.6349&lon=8.3569")
    there = pin(page, str(shown.ids["alone"]))
    assert float(page.evaluate("getComputedStyle(document.querySelector('canvas.pins')).opacity")) < 0.5
    there.tap()
    expect(page.locator("#sheet")).to_have_count(0)
    expect(page.locator("#step-where")).to_be_visible()


def test_the_map_by_keyboard(new_page: PageMaker, shown: Shown) -> None:
    page = new_page(**DESKTOP, has_touch=False, is_mobile=False, reduced_motion="reduce")
    open_map(page, "de", "worms", at=ALONE)
    pin(page, str(shown.ids["alone"]))
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#sheet .entry")).to_be_visible()
    assert page.evaluate("document.getElementById('sheet').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("#map")).to_be_focused()
    for name in ("[data-zoom='1']", "[data-zoom='-1']", ".map-pan > summary"):
        page.locator(name).focus()
        page.keyboard.press("Enter")
        expect(page.locator(name)).to_be_focused()
    before = page.url
    page.locator("[data-pan='1,0']").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("before => location.href !== before", arg=before)
    assert page.locator("[role=application]").count() == 0


@pytest.mark.parametrize("width", [360, 820])
def test_credits_are_seen_and_nothing_lies_on_them(width: int, new_page: PageMaker, live: LiveProduct) -> None:
    page = new_page(viewport={"width": width, "height": 740})
    open_map(page, "de", "worms")
    # As long as a German land surveying office asks for.
    words = "© Landesamt für Vermessung und Geobasisinformation Rheinland-Pfalz (2026), Daten verändert, dl-de/by-2-0"
    page.evaluate(
        "words => document.querySelector('.leaflet-control-attribution').append(' | ', words)",
        f"{words} | © GeoBasis-DE / BKG (2026) CC BY 4.0",
    )
    page.wait_for_timeout(200)
    assert page.evaluate(COVERED) == {"covered": 0, "seen": True, "inside": True}


def test_every_button_is_as_large_as_a_finger(page: Page, live: LiveProduct) -> None:
    open_map(page, "de", "worms")
    page.locator(".map-pan > summary").tap()
    for button in page.locator(BUTTONS).all():
        _, _, width, height = box_of(button)
        assert min(width, height) >= 44


def test_from_right_to_left(new_page: PageMaker, shown: Shown) -> None:
    page = new_page(viewport={"width": 360, "height": 740})
    page.add_init_script("document.addEventListener('DOMContentLoaded', () => (document.documentElement.dir = 'rtl'))")
    open_map(page, "de", "worms", at=ALONE)
    assert page.evaluate(COVERED) == {"covered": 0, "seen": True, "inside": True}
    assert box_of(page.locator(".map-controls"))[0] < 180
    pin(page, str(shown.ids["alone"])).tap()
    expect(page.locator("#sheet .entry")).to_be_visible()
    assert page.evaluate("document.scrollingElement.scrollWidth") == 360


def test_links_keep_view_and_filters(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=ALONE, query="?kind=climate_oasis")
    assert all(item["kinds"][0] == 0 for item in items(page))
    page.locator(".filter-kinds a").first.tap()
    map_is_ready(page)
    assert page.url.endswith(f"#{ALONE}")


def test_a_frame_shows_the_map_alone(page: Page, shown: Shown) -> None:
    open_map(page, "de", "worms", at=ALONE, query="?embed=1")
    expect(page.locator(".site-header")).to_have_count(0)
    pin(page, str(shown.ids["alone"])).tap()
    expect(page.locator("#sheet .entry")).to_be_visible()


@pytest.mark.parametrize("city", ["worms", "metz"])
def test_the_map_is_light(city: str, browser: Browser, live: LiveProduct, shown: Shown) -> None:
    first, second = weight.measure(browser, f"{live.base}/de/{city}/")
    assert first.requests <= 12, first
    assert first.bytes <= 100_000, first
    assert second.bytes <= 15_000, second
