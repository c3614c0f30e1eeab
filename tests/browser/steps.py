"""What a resident and a moderator do, step by step; found by names and ids, so that no step depends on a language."""

import gettext
import re
from dataclasses import dataclass
from functools import cache

from playwright.sync_api import APIRequestContext, Locator, Page, expect

from participation.settings import ROOT
from tests.live_product import SignIn

RECEIPT = re.compile(r"/(\w\w)/receipts/([\w-]+)\?sent=1$")
Degrees = tuple[float, float]


def in_words(lang: str, message: str, **values: object) -> str:
    """A message of the product in the language of a page."""
    return _catalogue(lang).gettext(message) % values


@cache
def _catalogue(lang: str) -> gettext.NullTranslations:
    return gettext.translation("messages", ROOT / "translations", [lang], fallback=True)


def open_map(page: Page, lang: str, city: str, *, at: str = "", query: str = "") -> None:
    """The map with its credits, when the pins in view have been counted; `at` is zoom/latitude/longitude."""
    page.goto(f"/{lang}/{city}/{query}#{at}" if at else f"/{lang}/{city}/{query}")
    map_is_ready(page)


def map_is_ready(page: Page) -> None:
    """Wait until the map is drawn."""
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()
    expect(page.locator("#map-status")).not_to_be_empty()


def open_form(page: Page, lang: str, city: str, kind: str = "heat_island", *, query: str = "") -> None:
    """The form for one kind, when its map is drawn."""
    page.goto(f"/{lang}/{city}/add?kind={kind}{query}")
    form_is_ready(page)


def form_is_ready(page: Page) -> None:
    """Wait until the map of the form is drawn."""
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()


def be_patient(page: Page) -> None:
    """Let the next pages wait for what is near longer than a resident would: a busy machine may answer late."""
    page.add_init_script(
        "const brief = AbortSignal.timeout; AbortSignal.timeout = () => brief.call(AbortSignal, 15000)"
    )


def swipe(page: Page, right: int, down: int) -> None:
    """Move the map under one finger, in pixels."""
    left, top, width, height = box_of(page.locator("#map"))
    x, y = left + width / 2, top + height / 2
    touch = page.context.new_cdp_session(page)
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + right * step / 8, "y": y + down * step / 8}
        touch.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    touch.detach()


def box_of(element: Locator) -> tuple[float, float, float, float]:
    """Left, top, width and height on the screen."""
    box = element.bounding_box()
    assert box is not None
    return box["x"], box["y"], box["width"], box["height"]


def chosen_point(page: Page) -> Degrees | None:
    """The position in the form, once the map stands still; None where none was chosen."""
    expect(page.locator(".where-map.is-moving")).to_have_count(0)
    lat, lon = (page.locator(f"input[name={name}]").input_value() for name in ("lat", "lon"))
    return (float(lat), float(lon)) if lat and lon else None


def move_to(page: Page, right: int, down: int) -> Degrees:
    """Choose another place by moving the map."""
    before = chosen_point(page)
    swipe(page, right, down)
    page.wait_for_function("before => document.querySelector('[name=lat]').value !== before", arg=_typed(before))
    after = chosen_point(page)
    assert after is not None
    return after


def tap_map(page: Page, right: int, down: int) -> Degrees:
    """Choose another place by tapping it; pixels from the middle."""
    before = chosen_point(page)
    left, top, width, height = box_of(page.locator("#map"))
    page.touchscreen.tap(left + width / 2 + right, top + height / 2 + down)
    page.wait_for_function("before => document.querySelector('[name=lat]').value !== before", arg=_typed(before))
    after = chosen_point(page)
    assert after is not None
    return after


def _typed(point: Degrees | None) -> str:
    return f"{point[0]:.6f}" if point else ""


def go_on(page: Page) -> None:
    """From where to what; whatever others have named close by, this is another place."""
    page.locator("#to-what").click()
    expect(page.locator("#near-on, #step-what").locator("visible=true").first).to_be_visible()
    if page.locator("#near-on").is_visible():
        page.locator("#near-on").click()
    expect(page.locator("#step-what")).to_be_visible()


def chip(page: Page, name: str, code: str) -> Locator:
    """What one touches to give an answer."""
    return page.locator(f'label:has(input[name="{name}"][value="{code}"])')


def answer(page: Page, *, place_type: str = "square", reasons: tuple[str, ...] = ("no_shade",), text: str = "") -> None:
    """Give the answers that a place needs, and a text."""
    chip(page, "place_type", place_type).click()
    for reason in reasons:
        chip(page, "reasons", reason).click()
    page.locator("textarea[name=text]").fill(text)


def send_button(page: Page) -> Locator:
    """What sends the form."""
    return page.locator("#add-form button[type=submit]")


def send(page: Page) -> str:
    """Send, and read the token on the receipt."""
    send_button(page).click()
    return receipt_token(page)


def receipt_token(page: Page) -> str:
    """Wait for the receipt with its thanks; its token."""
    expect(page).to_have_url(RECEIPT)
    found = RECEIPT.search(page.url)
    assert found
    expect(page.locator("h1")).to_have_text(in_words(found[1], "Thank you! Your entry has arrived."))
    expect(page.locator("#receipt-address")).to_have_text(page.url.split("?")[0])
    return found[2]


def sign_in(page: Page, lang: str, staff: SignIn) -> None:
    """From the address that the staff know to their first page."""
    page.goto(f"/{lang}/staff/")
    page.locator("input[name=email]").fill(staff.email)
    page.locator("input[name=password]").fill(staff.password)
    page.locator("main form button").click()
    expect(page.locator("input[name=password]")).to_have_count(0)


def waiting(page: Page, text: str) -> Locator:
    """The entry with this text, opened from the queue, on whichever of its pages it is."""
    row = page.locator(".queue-row a").filter(has_text=text[:60])
    while not row.count():
        following = page.locator("a[rel=next]")
        address = following.get_attribute("href") or ""
        following.click()
        expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    address = row.first.get_attribute("href") or ""
    row.first.click()
    # It may be open already; a button that is pressed while it is fetched anew does nothing.
    expect(page).to_have_url(re.compile(re.escape(address) + "$"))
    expect(page.locator("#queue")).not_to_have_attribute("aria-busy", "true")
    entry = page.locator("article.waiting").filter(has_text=text)
    expect(entry).to_be_visible()
    return entry


def entry_id(entry: Locator) -> str:
    """The id of the entry that is open in the queue."""
    return entry.get_attribute("data-entry") or ""


def told(page: Page) -> Locator:
    """What the desk says has just happened."""
    return page.locator(".queue-said .flash span")


@dataclass(frozen=True)
class Pin:
    """A pin or cluster on the map's canvas, by its place on the screen."""

    page: Page
    x: float
    y: float

    def tap(self) -> None:
        """With a finger."""
        self.page.touchscreen.tap(self.x, self.y)

    def click(self) -> None:
        """With a mouse."""
        self.page.mouse.click(self.x, self.y)


def pin(page: Page, submission_id: str) -> Pin:
    """The pin of one entry on the map; waits until it is there."""
    return _pin(page, "(item, id) => item.id === id", submission_id)


def cluster(page: Page) -> Pin:
    """The first cluster on the map; waits until there is one."""
    return _pin(page, "(item) => item.n > 1", "")


def _pin(page: Page, wanted: str, argument: str) -> Pin:
    find = f"""argument => {{
      const map = document.getElementById("map");
      const found = map.pins?.items.find((item) => ({wanted})(item, argument));
      const {{ left, top }} = map.getBoundingClientRect();
      return found && [left + found.point.x, top + found.point.y];
    }}"""
    x, y = page.wait_for_function(find, arg=argument).json_value()
    return Pin(page, x, y)


def csv_of(requests: APIRequestContext, city: str, query: str = "") -> str:
    """The download of a city."""
    response = requests.get(f"/exports/{city}/submissions.csv{query}")
    assert response.ok, response.status
    return response.body().decode("utf-8")
