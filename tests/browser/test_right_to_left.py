"""From right to left, with a pseudo-locale: the whole way on a phone, and nothing is cut off or looks the wrong way."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.layout import nothing_sticks_out
from tests.browser.states import STATES, World
from tests.browser.steps import (
    RECEIPT,
    answer,
    box_of,
    form_is_ready,
    go_on,
    map_is_ready,
    move_to,
    open_map,
    send_button,
)
from tests.factories import shown_entries
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct
from tests.mirrored import LANG, mirror, write_catalogue

SEEN = (
    *("start", "map", "map-sheet", "map-cluster", "list", "kinds", "where", "where-landmark", "where-search"),
    *("where-words", "near", "photo", "what-refused", "thanks", "receipt-rejected", "entry", "place", "privacy"),
    *("sign-in", "queue", "decision"),
)


@pytest.fixture(scope="module")
def mirrored(tmp_path_factory: pytest.TempPathFactory, live: LiveProduct) -> Iterator[LiveProduct]:
    folder = tmp_path_factory.mktemp("mirrored")
    write_catalogue(folder)
    with LiveProduct(folder, served="tests.mirrored:app", MIRRORED_ROOT=str(folder)) as product:
        yield product


@pytest.fixture(scope="module")
def entries(mirrored: LiveProduct) -> Shown:
    with mirrored.session() as session:
        return shown_entries.make(session, secret=mirrored.settings.secret_key)


@pytest.fixture
def phone(new_page: PageMaker, mirrored: LiveProduct) -> Iterator[Page]:
    yield new_page(base_url=mirrored.base, locale=LANG)
    assert not mirrored.breakdowns()


def test_the_whole_way(phone: Page, entries: Shown) -> None:
    open_map(phone, LANG, "worms")
    assert phone.evaluate("[document.dir, document.documentElement.lang]") == ["rtl", LANG]
    # The buttons of the map stand where the thumb of a right-to-left reader expects the end of a line.
    assert box_of(phone.locator(".map-controls"))[0] < 195
    phone.locator(f'a[href="/{LANG}/worms/add?kind=heat_island"]').tap()
    expect(phone.locator("#where-title")).to_have_text(mirror("Where is it?"))
    form_is_ready(phone)
    moved = move_to(phone, -50, -30)
    assert moved
    nothing_sticks_out(phone)
    go_on(phone)
    answer(phone, text="من اليمين إلى اليسار")
    nothing_sticks_out(phone)
    send_button(phone).tap()
    expect(phone).to_have_url(RECEIPT)
    expect(phone.locator("h1")).to_have_text(mirror("Thank you! Your entry has arrived."))
    nothing_sticks_out(phone)


def test_arrows_point_where_the_way_goes(phone: Page, entries: Shown) -> None:
    phone.goto(f"/{LANG}/worms/add?kind=heat_island")
    turned = "icon => new DOMMatrix(getComputedStyle(icon).transform).a"
    assert phone.locator("#to-what .icon-turns").evaluate(turned) == -1
    # The map itself is not mirrored: east stays on the right.
    east, west = (box_of(phone.locator(f'[data-nudge="{way}"]'))[0] for way in ("right", "left"))
    assert east > west


@pytest.mark.parametrize("state", SEEN)
def test_nothing_is_cut_off(state: str, phone: Page, mirrored: LiveProduct, entries: Shown) -> None:
    phone.set_viewport_size({"width": 360, "height": 740})
    STATES[state](phone, World(mirrored, entries, LANG))
    nothing_sticks_out(phone)


def test_the_map_with_its_controls(phone: Page, entries: Shown) -> None:
    open_map(phone, LANG, "worms")
    phone.locator("#map").press("ArrowRight")
    map_is_ready(phone)
    nothing_sticks_out(phone)
