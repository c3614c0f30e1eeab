"""What is refused says why, in the language of the page, keeps what was typed, and stores nothing."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    answer,
    chip,
    chosen_point,
    go_on,
    in_words,
    move_to,
    open_form,
    send,
    send_button,
)
from tests.factories import toml_files
from tests.fixtures.browsers import PageMaker
from tests.live_product import MONTH, TODAY, LiveProduct

OUTSIDE = "This point lies outside the city. Please choose a place inside the boundary."
UNTOUCHED = "Please move the map to the place you mean."
# Where the demonstration's map of Worms opens, a place in Metz, and one in neither.
CENTRE = ("49.6316", "8.3656")
IN_METZ = ("49.1193", "6.1757")
NOWHERE = ("48.5", "7.5")


@pytest.fixture
def plain(new_page: PageMaker) -> Page:
    """A phone without JavaScript: only the server checks."""
    return new_page(java_script_enabled=False)


def fill_plain(page: Page, text: str, *, at: tuple[str, str]) -> None:
    """The whole form of a heat island in Worms, with the position typed."""
    page.goto("/de/worms/add?kind=heat_island")
    page.locator("details.coordinates summary").click()
    for name, value in zip(("lat", "lon"), at, strict=True):
        page.locator(f"input[name={name}]").fill(value)
    answer(page, reasons=("no_shade", "sealed_ground"), text=text)


def is_kept(page: Page, text: str) -> None:
    """All answers of the form are as they were given."""
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    for name, code in (("place_type", "square"), ("reasons", "no_shade"), ("reasons", "sealed_ground")):
        expect(page.locator(f'input[name="{name}"][value="{code}"]')).to_be_checked()


def refused(page: Page, text: str, live: LiveProduct, status: int = 422) -> None:
    """Send; the form comes back with everything in it, and nothing is stored."""
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        send_button(page).click()
    assert answered.value.status == status
    expect(page.locator("#errors")).to_be_visible()
    is_kept(page, text)
    assert not live.sent(text)


@pytest.mark.parametrize(
    ("at", "message", "values"),
    [
        (CENTRE, UNTOUCHED, {}),
        (NOWHERE, OUTSIDE, {}),
        (IN_METZ, "This point lies in %(city)s. Please use the page of that city.", {"city": "Metz"}),
        (("hier", "8.36"), "This is not a position. Please choose the place again.", {}),
    ],
    ids=["where the map opens", "nowhere", "in the partner city", "no number"],
)
def test_a_position_that_cannot_be(
    at: tuple[str, str], message: str, values: dict[str, str], plain: Page, live: LiveProduct
) -> None:
    text = str(uuid4())
    fill_plain(plain, text, at=at)
    refused(plain, text, live)
    expect(plain.locator("#lat-error")).to_have_text(in_words("de", message, **values))
    expect(plain.locator("input[name=lat]")).to_have_value(at[0])
    expect(plain.locator("input[name=lon]")).to_have_value(at[1])
    plain.locator("input[name=lat]").fill("49.6350")
    plain.locator("input[name=lon]").fill("8.3600")
    send(plain)
    assert len(live.sent(text)) == 1


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_the_map_was_not_moved(lang: str, page: Page) -> None:
    open_form(page, lang, "worms")
    assert chosen_point(page) is None
    page.locator("#to-what").click()
    expect(page.locator("#where-wrong")).to_have_text(in_words(lang, UNTOUCHED))
    expect(page.locator("#step-what")).to_be_hidden()
    move_to(page, 40, 40)
    expect(page.locator("#where-wrong")).to_be_empty()
    go_on(page)


def test_the_map_was_moved_out_of_the_city(page: Page) -> None:
    page.goto("/de/worms/add?kind=heat_island#13/49.63/8.405")
    expect(page.locator("#map .leaflet-control-attribution")).to_be_visible()
    move_to(page, -150, 0)
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", OUTSIDE))
    page.locator("#to-what").click()
    expect(page.locator("#step-what")).to_be_hidden()
    expect(page.locator("#where-wrong")).to_have_text(in_words("de", OUTSIDE))


@pytest.mark.parametrize("lang", ["de", "fr"])
def test_answers_are_missing(lang: str, page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_form(page, lang, "worms")
    point = move_to(page, 40, 40)
    go_on(page)
    page.locator("textarea[name=text]").fill(text)
    send_button(page).click()
    expect(page.locator("#errors")).to_be_focused()
    for field in ("place_type", "reasons"):
        expect(page.locator(f"#{field}-error")).to_have_text(in_words(lang, "Please answer this question."))
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    page.locator("#errors a").nth(1).click()
    expect(page.locator("input[name=reasons]").first).to_be_focused()
    answer(page, text=text)
    # A message goes away with the answer.
    expect(page.locator("#reasons-error")).to_be_hidden()
    send(page)
    [stored] = live.sent(text)
    assert (stored.lat, stored.lon) == point


def test_too_many_answers(page: Page) -> None:
    open_form(page, "de", "worms")
    move_to(page, 40, 40)
    go_on(page)
    boxes = page.locator("label:has(input[name=reasons])")
    for number in range(6):
        boxes.nth(number).click()
    expect(page.locator("#reasons-error")).to_be_visible()
    boxes.nth(0).click()
    expect(page.locator("#reasons-error")).to_be_hidden()


def test_the_text_is_too_long(page: Page, live: LiveProduct) -> None:
    text = f"{uuid4()} {'ä' * 1500}"
    open_form(page, "de", "worms")
    move_to(page, 40, 40)
    go_on(page)
    answer(page, reasons=("no_shade", "sealed_ground"), text=text)
    over = in_words("de", "At most %(most)s characters. Too many: %(number)s", most="1.500", number=len(text) - 1500)
    expect(page.locator('[data-counter-for="text"]')).to_have_text(over)
    send_button(page).click()
    expect(page.locator("#text-error")).to_have_text(over)
    is_kept(page, text)
    # Where the page does not check, the server does.
    with page.expect_navigation():
        page.evaluate("document.getElementById('add-form').submit()")
    expect(page.locator("#text-error")).to_contain_text(str(len(text) - 1500))
    expect(page.locator("#step-what")).to_be_visible()
    is_kept(page, text)
    assert not live.sent(text)
    shorter = text[:1500]
    page.locator("textarea[name=text]").fill(shorter)
    send(page)
    assert len(live.sent(shorter)) == 1


def test_a_code_that_nobody_offered(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_form(page, "de", "worms")
    move_to(page, 40, 40)
    go_on(page)
    answer(page, reasons=("no_shade", "sealed_ground"), text=text)
    page.evaluate("document.querySelector('[name=place_type]:checked').value = 'lava'")
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        send_button(page).click()
    assert answered.value.status == 422
    unknown = in_words("de", "This answer is not on the list. Please choose again.")
    expect(page.locator("#place_type-error")).to_have_text(unknown)
    # The page opens at the step that has the message.
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    expect(page.locator('input[name="reasons"]:checked')).to_have_count(2)
    assert not live.sent(text)
    chip(page, "place_type", "street").click()
    send(page)
    [stored] = live.sent(text)
    assert stored.place_type == "street"


def test_an_unknown_kind_asks_again(page: Page) -> None:
    page.goto("/fr/worms/add?kind=volcano")
    expect(page.get_by_role("alert")).to_be_visible()
    page.locator('a[href="/fr/worms/add?kind=heat_island"]').click()
    expect(page.locator("#step-where")).to_be_visible()


def test_the_campaign_is_over(page: Page) -> None:
    page.goto("/de/koeln/")
    expect(page.locator(".map-add .note")).to_be_visible()
    expect(page.locator("a[href*='/add?kind=']")).to_have_count(0)
    for query in ("", "?kind=heat_island"):
        page.goto(f"/de/koeln/add{query}")
        expect(page.locator("main .note")).to_be_visible()
        expect(page.locator("main form")).to_have_count(0)


@pytest.fixture
def ending(live: LiveProduct) -> Iterator[str]:
    """A city of its own whose campaign ends while somebody is writing; its partnership."""
    for slug in ("frueh", "spaet"):
        live.run("cities", "load", str(toml_files.city(live.folder, slug=slug)))
    pair = "frueh-spaet"
    live.load_partnership(pair, ["frueh", "spaet"], ("now", TODAY - MONTH, TODAY + MONTH))
    yield pair
    live.load_partnership(pair, ["frueh", "spaet"], ("now", TODAY - MONTH, TODAY + MONTH))


def test_the_campaign_ends_while_somebody_writes(ending: str, page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_form(page, "fr", "frueh")
    move_to(page, 40, 40)
    go_on(page)
    answer(page, reasons=("no_shade", "sealed_ground"), text=text)
    live.load_partnership(ending, ["frueh", "spaet"], ("now", TODAY - MONTH, TODAY - timedelta(days=2)))
    refused(page, text, live)
    expect(page.locator("#errors")).to_contain_text(in_words("fr", "This campaign is closed. Your entry was not sent."))
    expect(page.locator("#step-what")).to_be_visible()
