"""Text of twice the size, and a screen of 320 pixels: nothing is cut off, and nobody has to scroll to the side."""

import pytest

from tests.browser.layout import nothing_sticks_out
from tests.browser.states import STATES, World
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

NAMES = (
    *("start", "map", "map-sheet", "map-closed", "list", "kinds", "where", "where-words", "what", "what-refused"),
    *("where-landmark", "where-search", "where-outside", "near", "near-thanks", "photo", "not-sent", "draft-offered"),
    *(
        "thanks",
        "receipt-published",
        "entry",
        "place",
        "privacy",
        "sign-in",
        "queue",
        "queue-rejection",
        "queue-help",
        "decision-in-words",
        "error",
    ),
    *("account", "account-app", "account-sessions", "roles", "staff", "invite"),
)
NARROW = {"width": 320, "height": 640}


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
