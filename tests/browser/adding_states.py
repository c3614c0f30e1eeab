"""The steps of adding in every state worth looking at."""

from playwright.sync_api import Page, expect

from tests.browser.steps import answer, be_patient, go_on, open_form, send_button
from tests.browser.world import State, World
from tests.factories.photos import drawn, encoded, exif
from tests.factories.shown_entries import SPOT


def what(page: Page, world: World) -> None:
    """The second step, with the optional questions open."""
    open_form(page, world.lang, "worms", query="&lat=49.6349&lon=8.3569")
    go_on(page)
    answer(page, text="Ein Satz")
    page.locator("details.more > summary").click()


def _search_open(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms")
    page.locator('button[data-way="search"]').click()
    page.locator("#search").press_sequentially("do")
    expect(page.locator("#search-list")).to_be_visible()
    page.locator("#search").press("ArrowDown")
    expect(page.locator("#search-said")).not_to_be_empty()


def _outside(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms", query="&lat=49.1193&lon=6.1757")
    expect(page.locator("#where-partner a")).to_be_visible()


def _near(page: Page, world: World) -> None:
    be_patient(page)
    open_form(page, world.lang, "worms", query=f"&lat={SPOT.lat + 0.0002:.6f}&lon={SPOT.lon}")
    page.locator("#to-what").click()
    expect(page.locator(".near-card").first).to_be_visible()


def _near_thanks(page: Page, world: World) -> None:
    _near(page, world)
    page.locator(".near-feel").first.click()
    expect(page.locator("#near-thanks")).to_be_visible()


def _draft_offered(page: Page, world: World) -> None:
    what(page, world)
    page.wait_for_function("() => Object.keys(localStorage).some((key) => key.startsWith('draft:'))")
    page.goto(f"/{world.lang}/worms/list")
    page.goto(f"/{world.lang}/worms/add?kind=heat_island")
    expect(page.locator("#draft-go")).to_be_visible()


def _draft_asked(page: Page, world: World) -> None:
    what(page, world)
    page.locator("#draft-drop").click()
    expect(page.locator("#draft-ask")).to_be_visible()


def _with_photo(page: Page, world: World) -> None:
    what(page, world)
    photo = encoded(drawn(800, 600), exif=exif())
    page.locator("#photo").set_input_files({"name": "heat.jpg", "mimeType": "image/jpeg", "buffer": photo})
    expect(page.locator("#photo-place")).to_be_visible()


def _not_sent(page: Page, world: World) -> None:
    what(page, world)
    page.context.set_offline(True)
    send_button(page).click()
    expect(page.locator("#send-failed")).to_be_visible()


def _idea(page: Page, world: World) -> None:
    open_form(page, world.lang, "worms", kind="idea")


ADDING: dict[str, State] = {
    "where-search": _search_open,
    "where-outside": _outside,
    "idea": _idea,
    "near": _near,
    "near-thanks": _near_thanks,
    "photo": _with_photo,
    "not-sent": _not_sent,
    "draft-offered": _draft_offered,
    "draft-asked": _draft_asked,
}
