"""The main job by keyboard alone: Tab, Enter, Space and arrows; one always sees where one is."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.steps import entry_id, in_words, open_map, pin, receipt_token, send, sign_in, told, waiting
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import DESKTOP, PageMaker
from tests.live_product import LiveProduct

MOST_TABS = 80
# What holds the focus, with the box that shows it: of a chip the label around the hidden input, of a link that covers
# its card the card; and what it has in common with all that look alike.
FOCUSED = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return null;
  const shown = focused.closest(".chip, .card") ?? focused;
  const { left, top, width, height } = shown.getBoundingClientRect();
  return { left, top, width, height, look: [shown, focused].map((one) => one.tagName + one.className).join() };
}"""
# Out of reach of the ring of focus and of rounded parts of pixels.
MARGIN = 8


class Walk:
    """Somebody with a keyboard and without a mouse; nothing on the page moves by itself."""

    def __init__(self, new_page: PageMaker) -> None:
        self.page = new_page(**DESKTOP, has_touch=False, is_mobile=False, reduced_motion="reduce")
        self.keys = self.page.keyboard
        self._seen: set[str] = set()

    def tab_to(self, selector: str, *, back: bool = False) -> None:
        """Press Tab until the element has the focus, which must be seen at every stop."""
        for _ in range(MOST_TABS):
            self.keys.press("Shift+Tab" if back else "Tab")
            self.focus_is_seen()
            if self.page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"{MOST_TABS} times Tab do not lead to {selector}")

    def press(self, key: str, until: Callable[[], None]) -> None:
        """Press a key and wait for what follows; the focus is somewhere afterwards."""
        self.keys.press(key)
        until()
        assert self.page.evaluate(FOCUSED), f"the focus is lost after {key}"

    def focus_is_seen(self) -> None:
        """The element with the focus looks different from the same element without; one of each look is enough."""
        box = self.page.evaluate(FOCUSED)
        assert box, "the focus is lost"
        if box["look"] in self._seen:
            return
        with_focus = picture(self.page, box)
        self.page.evaluate("() => { window.held = document.activeElement; window.held.blur(); }")
        without = picture(self.page, box)
        self.page.evaluate("() => window.held.focus({ preventScroll: true })")
        assert with_focus != without, f"the focus is not seen: {box}"
        self._seen.add(box["look"])


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


def test_from_the_map_to_a_sent_entry(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    walk = Walk(new_page)
    open_map(walk.page, "de", "worms")
    walk.tab_to('a[href^="/de/worms/add?kind=heat_island"]')
    walk.keys.press("Enter")
    expect(walk.page.locator("#map .leaflet-control-attribution")).to_be_visible()
    say_where(walk)
    say_what(walk, text)
    walk.keys.press("Enter")
    receipt_token(walk.page)
    [stored] = live.sent(text)
    assert stored.place_type == "pedestrian_zone"
    assert sorted(stored.reasons or ()) == ["no_greenery", "no_shade"]


def say_where(walk: Walk) -> None:
    """The map moves by arrows; what went wrong before is told."""
    page = walk.page
    walk.tab_to("#to-what")
    untouched = in_words("de", "Please move the map to the place you mean.")
    walk.press("Enter", lambda: expect(page.locator("#where-wrong")).to_have_text(untouched))
    walk.tab_to("#map", back=True)
    for key in ("ArrowRight", "ArrowDown", "+"):
        walk.press(key, lambda: expect(page.locator(".where-map.is-moving")).to_have_count(0))
    expect(page.locator("#where-said")).not_to_be_empty()
    expect(page.locator("input[name=lat]")).not_to_have_value("")
    walk.tab_to("#to-what")
    walk.press("Enter", lambda: expect(page.locator("#step-what")).to_be_visible())
    expect(page.locator("#what-title")).to_be_focused()


def say_what(walk: Walk, text: str) -> None:
    """Radio buttons by arrows, check boxes by Space; an error leads to its field."""
    page = walk.page
    walk.tab_to("#add-form button[type=submit]")
    walk.press("Enter", lambda: expect(page.locator("#errors")).to_be_focused())
    walk.tab_to("#errors a")
    walk.press("Enter", lambda: expect(page.locator("input[name=place_type]").first).to_be_focused())
    for key in ("Space", "ArrowDown", "ArrowDown"):
        walk.press(key, walk.focus_is_seen)
    for code in ("no_shade", "no_greenery"):
        walk.tab_to(f'input[name="reasons"][value="{code}"]')
        walk.press("Space", walk.focus_is_seen)
    walk.tab_to("textarea[name=text]")
    walk.keys.type(text)
    walk.tab_to("details.more > summary")
    walk.press("Enter", lambda: expect(page.locator("select[name=text_lang]")).to_be_visible())
    walk.tab_to("#add-form button[type=submit]")


def test_an_entry_from_the_list(new_page: PageMaker, shown: Shown) -> None:
    walk = Walk(new_page)
    open_map(walk.page, "de", "worms")
    # The pins are for hands; the list shows the same, and the first links lead there.
    walk.tab_to("a.skip[href*='/list']")
    walk.keys.press("Enter")
    expect(walk.page.locator(".entry-cards")).to_be_visible()
    address = f"/de/worms/submissions/{shown.ids['alone']}"
    walk.tab_to(f'a[href="{address}"]')
    walk.keys.press("Enter")
    expect(walk.page).to_have_url(re.compile(address))


def test_menus_open_and_close(new_page: PageMaker, live: LiveProduct) -> None:
    walk = Walk(new_page)
    walk.page.goto("/de/worms/list")
    walk.tab_to(".site-header summary")
    menu = walk.page.locator(".site-header details").first
    walk.press("Enter", lambda: expect(menu.locator("nav")).to_be_visible())
    walk.tab_to('a[hreflang="fr"]')
    walk.press("Escape", lambda: expect(menu.locator("nav")).to_be_hidden())
    expect(menu.locator("summary")).to_be_focused()
    walk.press("Enter", lambda: expect(menu.locator("nav")).to_be_visible())
    walk.tab_to('a[hreflang="fr"]')
    walk.keys.press("Enter")
    expect(walk.page.locator("html")).to_have_attribute("lang", "fr")


def test_the_sheet_takes_and_returns_the_focus(new_page: PageMaker, shown: Shown) -> None:
    walk = Walk(new_page)
    page = walk.page
    open_map(page, "de", "worms", at="17/49.6349/8.3569")
    pin(page, str(shown.ids["alone"])).click()
    expect(page.locator("#sheet .entry")).to_be_visible()
    assert page.evaluate("document.getElementById('sheet').contains(document.activeElement)")
    walk.tab_to("#sheet a")
    walk.press("Escape", lambda: expect(page.locator("#sheet")).to_be_hidden())


def test_a_decision(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    walk = Walk(new_page)
    page = walk.page
    page.goto("/de/worms/add?kind=idea")
    page.locator("#skip-where").click()
    page.locator("textarea[name=text]").fill(text)
    send(page)
    sign_in(page, "de", live.staff["worms"])
    identity = entry_id(waiting(page, text))
    walk.tab_to("details.reject > summary")
    reasons = page.locator(".queue-reasons")
    walk.press("Enter", lambda: expect(reasons).to_be_visible())
    walk.tab_to(f'[data-entry="{identity}"] .queue-reasons input')
    reason = page.locator('.queue-reasons input[value="unclear"]')
    for _ in range(reasons.locator("input").count()):
        if reason.is_checked():
            break
        walk.keys.press("ArrowDown")
    expect(reason).to_be_checked()
    walk.tab_to("details.reject button.button-danger")
    walk.keys.press("Enter")
    expect(told(page)).to_have_text(in_words("de", "The entry is rejected."))
    [stored] = live.sent(text)
    assert stored.status == "rejected"
