"""Between the steps: whoever means a place that is there already can agree with a tap, or go on."""

from datetime import UTC, datetime
from uuid import uuid4

from playwright.sync_api import Page, Route, expect

from participation.geo import Point
from participation.services import campaigns, cities
from tests.browser.steps import answer, be_patient, chosen_point, in_words, open_form, send
from tests.factories import submissions
from tests.factories.shown_entries import SPOT, Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

# Where no other test puts a pin or says "I feel this too".
QUIET = Point(49.6262, 8.3561)


def oasis(live: LiveProduct, at: Point) -> None:
    """A published climate oasis, still without support."""
    with live.session() as session:
        city, now = cities.by_slug(session, slug="worms"), datetime.now(UTC)
        campaign = campaigns.current(session, city=city, now=now)
        assert campaign is not None
        submissions.published(session, city, campaign, "climate_oasis", point=at, now=now)


def open_near(page: Page, spot: Point, kind: str, *, north: float = 0.0002) -> None:
    """The form with a place a few metres from a spot."""
    be_patient(page)
    open_form(page, "de", "worms", kind, query=f"&lat={spot.lat + north:.6f}&lon={spot.lon}")
    assert chosen_point(page)
    page.locator("#to-what").click()


def feel(page: Page) -> None:
    """Agree with the first place."""
    page.locator(".near-feel").first.click()
    expect(page.locator("#near-thanks-title")).to_be_focused()


def test_a_place_close_by_is_offered_and_supported(page: Page, live: LiveProduct) -> None:
    oasis(live, QUIET)
    open_near(page, QUIET, "climate_oasis")
    expect(page.locator("#near-title")).to_be_focused()
    card = page.locator(".near-card").first
    expect(card).to_contain_text(in_words("de", "About %(metres)s m away", metres=22))
    expect(card.locator("strong")).not_to_be_empty()
    with page.context.expect_page() as opened:
        card.locator("a").click()
    expect(opened.value.locator("h1")).to_be_visible()
    opened.value.close()
    feel(page)
    # Counted once, and the page of the place says so.
    page.reload()
    page.locator("#to-what").click()
    expect(page.locator(".near-card").first).to_contain_text(in_words("de", "Also felt by: %(number)s", number=1))
    expect(page.locator(".near-card").first).to_contain_text(in_words("de", "You have said that you feel this too."))


def test_support_is_taken_back(new_page: PageMaker, shown: Shown) -> None:
    page = new_page()
    open_near(page, SPOT, "heat_island")
    feel(page)
    page.locator("#near-undo").click()
    expect(page.locator("#near-said")).to_have_text(in_words("de", "Taken back."))
    expect(page.locator("#near-title")).to_be_focused()
    expect(page.locator(".near-feel").first).to_be_visible()


def test_support_and_an_entry_of_ones_own(page: Page, shown: Shown, live: LiveProduct) -> None:
    text = str(uuid4())
    open_near(page, SPOT, "heat_island")
    feel(page)
    page.locator("#near-more").click()
    expect(page.locator("#what-title")).to_be_focused()
    answer(page, text=text)
    send(page)
    assert len(live.sent(text)) == 1


def test_support_and_done(page: Page, shown: Shown) -> None:
    open_near(page, SPOT, "heat_island")
    feel(page)
    page.locator("#near-done").click()
    expect(page.locator("#map-status")).to_be_visible()
    # The place alone is no entry that somebody forgot to send.
    open_form(page, "de", "worms")
    expect(page.locator("#step-draft")).to_be_hidden()


def test_another_place(page: Page, shown: Shown) -> None:
    open_near(page, SPOT, "heat_island")
    page.locator("#near-on").click()
    expect(page.locator("#what-title")).to_be_focused()
    # Back leads to the place, not to the question in between.
    page.go_back()
    expect(page.locator("#step-where")).to_be_visible()
    page.locator("#to-what").click()
    page.locator("#near-back").click()
    expect(page.locator("#step-where")).to_be_visible()


def test_nothing_close_by_goes_straight_on(page: Page, shown: Shown) -> None:
    open_near(page, SPOT, "climate_oasis", north=0.0015)
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("#step-near")).to_be_hidden()


def test_a_dead_connection_keeps_nobody_waiting(page: Page, shown: Shown) -> None:
    open_form(page, "de", "worms", query=f"&lat={SPOT.lat}&lon={SPOT.lon}")
    page.route("**/places/near?*", lambda route: None)
    page.locator("#to-what").click()
    expect(page.locator("#step-what")).to_be_visible(timeout=3000)


def test_support_that_does_not_arrive(page: Page, shown: Shown) -> None:
    open_near(page, SPOT, "heat_island")

    def cut(route: Route) -> None:
        route.abort("internetdisconnected")

    page.route("**/support", cut)
    page.locator(".near-feel").first.click()
    failed = "That did not work. Please check your connection and try again."
    expect(page.locator("#near-said")).to_have_text(in_words("de", failed))
    page.unroute("**/support")
    feel(page)
