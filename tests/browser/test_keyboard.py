"""The main job by keyboard alone: Tab, Enter, Space and arrows; one always sees where one is."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.steps import in_words, open_map, pin, receipt_token
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PageMaker
from tests.live_product import LiveProduct

MOST_TABS = 80
# What holds the focus, with the box that shows it: of a chip the label around the hidden input, of a link that covers
# its card the card.
FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const shown = focused.closest(".chip, .card") ?? focused;
  const { left, top, width, height } = shown.getBoundingClientRect();
  return { left, top, width, height };
}"""
# Out of reach of the ring of focus and of rounded parts of pixels.
MARGIN = 8


def desktop(new_page: PageMaker) -> Page:
    """A page without touch, as with a keyboard at hand; nothing moves by itself."""
    return new_page(**DESKTOP, has_touch=False, is_mobile=False, reduced_motion="reduce")


def tab_to(page: Page, selector: str, *, back: bool = False) -> None:
    """Press Tab until the element has the focus, which must be seen at every stop."""
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        focus_is_seen(page)
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{MOST_TABS} times Tab do not lead to {selector}")


def focus_is_seen(page: Page) -> None:
    """The element with the focus looks different from the same element without."""
    box = page.evaluate(FOCUSED)
    assert box, "the focus is lost"
    with_focus = picture(page, box)
    page.evaluate("() => { window.held = document.activeElement; window.held.blur(); }")
    without = picture(page, box)
    page.evaluate("() => window.held.focus({ preventScroll: true })")
    assert with_focus != without, f"the focus is not seen: {page.evaluate('document.activeElement.outerHTML')[:200]}"


def picture(page: Page, box: dict[str, float]) -> bytes:
    """What is on the screen at this box and a little around it."""
    size = page.viewport_size
    assert size is not None
    left, top = max(0, box["left"] - MARGIN), max(0, box["top"] - MARGIN)
    right = min(size["width"], box["left"] + box["width"] + MARGIN)
    bottom = min(size["height"], box["top"] + box["height"] + MARGIN)
    assert right > left, f"outside of the screen: {box}"
    assert bottom > top, f"outside of the screen: {box}"
    return page.screenshot(clip={"x": left, "y": top, "width": right - left, "height": bottom - top})


def press(page: Page, key: str, until: Callable[[], None]) -> None:
    """Press a key and wait for what follows; the focus is somewhere afterwards."""
    page.keyboard.press(key)
    until()
    assert page.evaluate("document.activeElement !== document.body"), f"the focus is lost after {key}"


def test_from_the_map_to_a_sent_entry(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    page = desktop(new_page)
    open_map(page, "de", "worms")
    tab_to(page, 'a[href^="/de/worms/add?kind=heat_island"]')
    page.keyboard.press("Enter")
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()
    say_where(page)
    say_what(page, text)
    page.keyboard.press("Enter")
    receipt_token(page)
    [stored] = live.sent(text)
    assert stored.place_type == "pedestrian_zone"
    assert sorted(stored.reasons or ()) == ["no_greenery", "no_shade"]


def say_where(page: Page) -> None:
    """The map moves by arrows; what went wrong before is told."""
    tab_to(page, "#to-what")
    untouched = in_words("de", "Please move the map to the place you mean.")
    press(page, "Enter", lambda: expect(page.locator("#where-wrong")).to_have_text(untouched))
    tab_to(page, "#map", back=True)
    for key in ("ArrowRight", "ArrowDown", "+"):
        press(page, key, lambda: expect(page.locator(".where-map.is-moving")).to_have_count(0))
    expect(page.locator("#where-said")).not_to_be_empty()
    expect(page.locator("input[name=lat]")).not_to_have_value("")
    tab_to(page, "#to-what")
    press(page, "Enter", lambda: expect(page.locator("#step-what")).to_be_visible())
    expect(page.locator("#what-title")).to_be_focused()


def say_what(page: Page, text: str) -> None:
    """Radio buttons by arrows, check boxes by Space; an error leads to its field."""
    tab_to(page, "#add-form button[type=submit]")
    press(page, "Enter", lambda: expect(page.locator("#errors")).to_be_focused())
    tab_to(page, "#errors a")
    press(page, "Enter", lambda: expect(page.locator("input[name=place_type]").first).to_be_focused())
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focus_is_seen(page)
    for code in ("no_shade", "no_greenery"):
        tab_to(page, f'input[name="reasons"][value="{code}"]')
        page.keyboard.press("Space")
    tab_to(page, "textarea[name=text]")
    page.keyboard.type(text)
    tab_to(page, "details.more > summary")
    press(page, "Enter", lambda: expect(page.locator("select[name=text_lang]")).to_be_visible())
    tab_to(page, "#add-form button[type=submit]")


def test_an_entry_from_the_list(new_page: PageMaker, shown: Shown) -> None:
    page = desktop(new_page)
    open_map(page, "de", "worms")
    # The pins are for hands; the list shows the same, and the first links lead there.
    page.keyboard.press("Tab")
    focus_is_seen(page)
    tab_to(page, "a.skip[href*='/list']")
    page.keyboard.press("Enter")
    expect(page.locator(".entry-cards")).to_be_visible()
    address = f"/de/worms/submissions/{shown.ids['alone']}"
    tab_to(page, f'a[href="{address}"]')
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(address))


def test_menus_open_and_close(new_page: PageMaker) -> None:
    page = desktop(new_page)
    page.goto("/de/worms/list")
    tab_to(page, ".site-header summary")
    menu = page.locator(".site-header details").first
    press(page, "Enter", lambda: expect(menu.locator("nav")).to_be_visible())
    tab_to(page, 'a[hreflang="fr"]')
    press(page, "Escape", lambda: expect(menu.locator("nav")).to_be_hidden())
    expect(menu.locator("summary")).to_be_focused()
    press(page, "Enter", lambda: expect(menu.locator("nav")).to_be_visible())
    tab_to(page, 'a[hreflang="fr"]')
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("lang", "fr")


def test_the_sheet_takes_and_returns_the_focus(new_page: PageMaker, shown: Shown) -> None:
    page = desktop(new_page)
    open_map(page, "de", "worms", at="17/49.6349/8.3569")
    pin(page, str(shown.ids["alone"])).click()
    expect(page.locator("#sheet .entry")).to_be_visible()
    assert page.evaluate("document.getElementById('sheet').contains(document.activeElement)")
    tab_to(page, "#sheet a")
    press(page, "Escape", lambda: expect(page.locator("#sheet")).to_be_hidden())
