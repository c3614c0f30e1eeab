"""Ideas for the whole city, and feedback about a place, an entry or the platform, with or without a point."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import answer, chip, chosen_point, go_on, move_to, open_form, send
from tests.factories.shown_entries import Shown
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct


def write(page: Page, text: str) -> None:
    """What feedback needs."""
    chip(page, "topic", "a_contribution").click()
    page.locator("textarea[name=text]").fill(text)


def test_an_idea_for_the_whole_city(page: Page, live: LiveProduct) -> None:
    text = f"Mehr Trinkbrunnen bitte. {uuid4()}"
    open_form(page, "de", "worms", "idea")
    # To go on without a word about the place is asked about: there is a button for it.
    page.locator('[data-way="words"]').click()
    page.locator("#to-what").click()
    expect(page.locator("#where-wrong")).not_to_be_empty()
    page.locator("#skip-where").click()
    expect(page.locator("#what-title")).to_be_focused()
    page.locator("textarea[name=text]").fill(text)
    send(page)
    [stored] = live.sent(text)
    assert (stored.lat, stored.district_id, stored.idea_scope) == (None, None, "whole_city")


def test_an_idea_for_a_place(page: Page, live: LiveProduct) -> None:
    text = f"Hier einen Baum pflanzen. {uuid4()}"
    open_form(page, "de", "worms", "idea")
    point = move_to(page, 45, -50)
    go_on(page)
    page.locator("textarea[name=text]").fill(text)
    send(page)
    [stored] = live.sent(text)
    assert ((stored.lat, stored.lon), stored.idea_scope) == (point, None)


@pytest.mark.parametrize("about", ["place", "submission"])
def test_feedback_about_something(about: str, page: Page, shown: Shown, live: LiveProduct) -> None:
    text = f"Stimmt genau. {uuid4()}"
    identity = {"place": shown.place, "submission": shown.ids["alone"]}[about]
    open_about(page, f"about_{about}={identity}")
    expect(page.locator("#about-line")).to_be_visible()
    write(page, text)
    send(page)
    [stored] = live.sent(text)
    assert getattr(stored, f"about_{about}_id") == identity
    assert stored.lat is None


def open_about(page: Page, query: str) -> None:
    """The form, which asks for no place first where it is about one already."""
    page.goto(f"/de/worms/add?kind=feedback&{query}")
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("#step-where")).to_be_hidden()


def test_feedback_is_no_longer_about_it(page: Page, shown: Shown, live: LiveProduct) -> None:
    text = f"Doch allgemein. {uuid4()}"
    open_about(page, f"about_place={shown.place}")
    write(page, text)
    page.locator("#about-drop").click()
    expect(page.locator("#about-line")).to_have_count(0)
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    # A point can still be given.
    page.locator("#to-where").click()
    point = move_to(page, 30, 50)
    go_on(page)
    send(page)
    [stored] = live.sent(text)
    assert (stored.about_place_id, (stored.lat, stored.lon)) == (None, point)


def test_a_draft_about_one_thing_is_not_offered_for_another(page: Page, shown: Shown) -> None:
    text = str(uuid4())
    open_about(page, f"about_place={shown.place}")
    write(page, text)
    page.wait_for_function("text => Object.values(localStorage).some((kept) => kept.includes(text))", arg=text)
    page.goto(f"/de/worms/add?kind=feedback&about_submission={shown.ids['alone']}")
    expect(page.locator("textarea[name=text]")).to_have_value("")
    page.goto(f"/de/worms/add?kind=feedback&about_place={shown.place}")
    expect(page.locator("#draft-text")).to_have_text(text)


def test_feedback_about_the_platform_without_a_script(new_page: PageMaker, live: LiveProduct, shown: Shown) -> None:
    text = f"Gut zu bedienen. {uuid4()}"
    page = new_page(java_script_enabled=False)
    page.goto(f"/de/worms/add?kind=feedback&about_place={shown.place}")
    expect(page.locator("#about-line")).to_be_visible()
    page.locator("#about-drop").click()
    expect(page.locator("#about-line")).to_have_count(0)
    chip(page, "topic", "platform").click()
    page.locator("textarea[name=text]").fill(text)
    send(page)
    [stored] = live.sent(text)
    assert (stored.about_place_id, stored.topic) == (None, "platform")


def test_the_choice_of_the_answers_fits_the_kind(page: Page) -> None:
    open_form(page, "de", "worms", "climate_oasis")
    move_to(page, 45, 45)
    go_on(page)
    expect(page.locator('input[value="tree_shade"]')).to_have_count(1)
    expect(page.locator('input[value="no_shade"]')).to_have_count(0)
    answer(page, place_type="park_garden", reasons=("tree_shade",))
    assert chosen_point(page)
