"""Text of twice the size, and a screen of 320 pixels: nothing is cut off, and nobody has to scroll to the side."""

import pytest
from playwright.sync_api import Page

from tests.browser.states import STATES, World
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

NAMES = (
    *("start", "map", "map-sheet", "map-closed", "list", "kinds", "where", "where-words", "what", "what-refused"),
    *("where-landmark", "where-search", "where-outside", "near", "near-thanks", "photo", "not-sent", "draft-offered"),
    *("thanks", "receipt-published", "entry", "place", "privacy", "sign-in", "queue", "decision-in-words", "error"),
    *("account", "account-app", "account-sessions", "roles", "staff", "invite"),
)
NARROW = {"width": 320, "height": 640}
# Words and fields that stick out of the screen, except in a part that scrolls by itself and on the ground of the map.
OUTSIDE = """() => {
  const scrolls = (element) => {
    for (let box = element; box && box !== document.body; box = box.parentElement) {
      if (/auto|scroll/.test(getComputedStyle(box).overflowX)) return true;
    }
    return false;
  };
  const hidden = (element, { width, height }) =>
    width < 2 || height < 2 || !element.checkVisibility({ visibilityProperty: true }) ||
    element.closest(".leaflet-pane, .visually-hidden, .skips") || getComputedStyle(element).clipPath !== "none";
  const all = "h1, h2, h3, p, a, button, label, input, select, textarea, summary, li, dd, dt";
  return [...document.querySelectorAll(all)].filter((element) => {
    const box = element.getBoundingClientRect();
    const { left, right } = box;
    if (hidden(element, box)) return false;
    return (left < -1 || right > innerWidth + 1) && !scrolls(element);
  }).map((element) => element.outerHTML.slice(0, 160));
}"""

# Lines of text in the header that run into each other.
OVERLAPS = """() => {
  const boxes = [];
  const texts = document.createTreeWalker(document.querySelector(".site-header"), NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const { textContent, parentElement } = texts.currentNode;
    if (!textContent.trim() || !parentElement.checkVisibility() || parentElement.closest(".visually-hidden")) continue;
    const range = document.createRange();
    range.selectNodeContents(texts.currentNode);
    for (const box of range.getClientRects()) boxes.push({ text: textContent.trim(), box });
  }
  const meet = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
  return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) => meet(a.box, b.box)).map((b) => [a.text, b.text]));
}"""


def nothing_sticks_out(page: Page) -> None:
    """The page is as wide as the screen, and so is everything on it; no words lie on others."""
    wide, screen = page.evaluate("[document.scrollingElement.scrollWidth, innerWidth]")
    assert (wide, page.evaluate(OUTSIDE), page.evaluate(OVERLAPS)) == (screen, [], [])


@pytest.mark.parametrize("state", NAMES)
def test_on_320_pixels(state: str, new_page: PageMaker, live: LiveProduct, shown: Shown) -> None:
    page = new_page(viewport=NARROW)
    STATES[state](page, World(live, shown, "de"))
    nothing_sticks_out(page)


@pytest.mark.parametrize("state", NAMES)
def test_with_text_of_twice_the_size(state: str, new_page: PageMaker, live: LiveProduct, shown: Shown) -> None:
    page = new_page()
    # What somebody sets in the browser, once and for all pages.
    setting = page.context.new_cdp_session(page)
    setting.send("Page.enable")
    setting.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    STATES[state](page, World(live, shown, "de"))
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    nothing_sticks_out(page)
