"""What is not sent yet stays on the device: after a reload, a dead connection, a closed tab; until it is sent."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.steps import (
    Degrees,
    answer,
    chip,
    chosen_point,
    go_on,
    in_words,
    move_to,
    open_form,
    receipt_token,
    send,
    send_button,
)
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

NOT_SENT = (
    "Not sent. Your entry is kept on this device. Please try again as soon as you have a connection: "
    "it is never stored twice."
)
DAY = 24 * 3600 * 1000
GIVEN = (("place_type", "square"), ("reasons", "no_shade"), ("reasons", "sealed_ground"), ("comfort", "3"))


def fill(page: Page, text: str, lang: str = "de") -> Degrees:
    """An entry that only has to be sent; where it is."""
    open_form(page, lang, "worms")
    point = move_to(page, -45, 35)
    go_on(page)
    answer(page, reasons=("no_shade", "sealed_ground"), text=text)
    page.locator("details.more > summary").click()
    chip(page, "comfort", "3").click()
    is_kept(page, text)
    return point


def is_kept(page: Page, text: str) -> None:
    """The device has it, and the page says so."""
    page.wait_for_function("text => Object.values(localStorage).some((kept) => kept.includes(text))", arg=text)
    expect(page.locator("#draft-drop")).to_be_visible()
    expect(page.locator("#draft-said")).not_to_be_empty()


def drafts(page: Page) -> int:
    """How many drafts the device has."""
    count = "Object.keys(localStorage).filter((key) => key.startsWith('draft:')).length"
    found: int = page.evaluate(count)
    return found


def is_all_there(page: Page, text: str, point: Degrees) -> None:
    """Every answer is as it was given, in the step where it was left."""
    expect(page.locator("#step-what")).to_be_visible()
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    for name, code in (
        ("place_type", "square"),
        ("reasons", "no_shade"),
        ("reasons", "sealed_ground"),
        ("comfort", "3"),
    ):
        expect(page.locator(f'input[name="{name}"][value="{code}"]')).to_be_checked()
    expect(page.locator("input[name=lat]")).to_have_value(f"{point[0]:.6f}")
    assert chosen_point(page) == point


def test_a_reload(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    point = fill(page, text)
    page.reload()
    is_all_there(page, text, point)
    page.go_back()
    expect(page.locator("#step-where")).to_be_visible()
    go_on(page)
    send(page)
    assert len(live.sent(text)) == 1
    assert drafts(page) == 0


def test_another_language(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    point = fill(page, text)
    page.locator(".site-header summary").first.click()
    page.locator('a[hreflang="fr"]').click()
    expect(page.locator("html")).to_have_attribute("lang", "fr")
    is_all_there(page, text, point)
    send(page)
    [stored] = live.sent(text)
    # It is still the language in which it was written.
    assert stored.text_lang == "de"


def test_a_closed_tab(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    point = fill(page, text)
    page.close()
    later = page.context.new_page()
    later.goto("/de/worms/add?kind=heat_island")
    expect(later.locator("#draft-text")).to_have_text(text)
    expect(later.locator("#add-form")).to_be_hidden()
    later.locator("#draft-go").click()
    expect(later.locator("#what-title")).to_be_focused()
    is_all_there(later, text, point)
    send(later)
    assert len(live.sent(text)) == 1


def test_other_kinds_and_cities_have_their_own(page: Page) -> None:
    fill(page, str(uuid4()))
    for path in ("/de/worms/add?kind=climate_oasis", "/de/metz/add?kind=heat_island"):
        page.goto(path)
        expect(page.locator("#step-where")).to_be_visible()
        expect(page.locator("#step-draft")).to_be_hidden()


def test_a_draft_from_before_is_thrown_away(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    page.goto("/de/worms/")
    page.goto("/de/worms/add?kind=heat_island")
    page.locator("#draft-away").click()
    expect(page.locator("#where-title")).to_be_focused()
    assert drafts(page) == 0
    assert chosen_point(page) is None
    move_to(page, 30, 30)
    go_on(page)
    expect(page.locator("textarea[name=text]")).to_have_value("")


def test_the_draft_is_thrown_away_on_second_thoughts(page: Page) -> None:
    text = str(uuid4())
    fill(page, text)
    page.locator("#draft-drop").click()
    page.locator("#draft-ask button[value=keep]").click()
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    page.locator("#draft-drop").click()
    with page.expect_navigation():
        page.locator("#draft-ask button[value=away]").click()
    expect(page.locator("#step-where")).to_be_visible()
    assert drafts(page) == 0


@pytest.mark.parametrize(("days", "offered"), [(13, True), (15, False)])
def test_old_drafts_vanish(days: int, offered: bool, page: Page) -> None:
    fill(page, str(uuid4()))
    page.goto("/de/worms/list")
    older = """age => {
      const [slot] = Object.keys(localStorage).filter((key) => key.startsWith("draft:"));
      const draft = JSON.parse(localStorage.getItem(slot));
      localStorage.setItem(slot, JSON.stringify({ ...draft, at: draft.at - age }));
    }"""
    page.evaluate(older, days * DAY)
    page.goto("/de/worms/add?kind=heat_island")
    expect(page.locator("#step-draft:visible, #step-where:visible")).to_have_count(1)
    expect(page.locator("#step-draft")).to_be_visible(visible=offered)
    if not offered:
        page.wait_for_function("() => !Object.keys(localStorage).some((key) => key.startsWith('draft:'))")


def test_a_connection_that_dies_while_sending(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    point = fill(page, text)
    page.context.set_offline(True)
    send_button(page).click()
    expect(page.locator("#send-failed")).to_have_text(in_words("de", NOT_SENT))
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    assert not live.sent(text)
    page.close()
    later = page.context.new_page()
    page.context.set_offline(False)
    later.goto("/de/worms/add?kind=heat_island")
    later.locator("#draft-go").click()
    is_all_there(later, text, point)
    send(later)
    assert len(live.sent(text)) == 1
    assert drafts(later) == 0


def test_an_answer_that_is_lost(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)

    def lose_the_answer(route: Route) -> None:
        if route.request.method != "POST":
            return route.continue_()
        route.fetch(max_redirects=0)
        return route.abort("internetdisconnected")

    page.route("**/worms/add*", lose_the_answer)
    send_button(page).click()
    expect(page.locator("#send-failed")).to_be_visible()
    assert len(live.sent(text)) == 1
    page.unroute("**/worms/add*")
    # The same entry with the same key: the server knows it, and the receipt comes all the same.
    page.reload()
    expect(page.locator("#step-what")).to_be_visible()
    send(page)
    assert len(live.sent(text)) == 1


def test_a_refusal_keeps_everything_in_place(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    point = fill(page, text)
    page.evaluate("document.querySelector('[name=comfort]:checked').value = 'lava'")
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        send_button(page).click()
    assert answered.value.status == 422
    expect(page.locator("#comfort-error")).to_have_text(
        in_words("de", "This answer is not on the list. Please choose again.")
    )
    expect(page.locator("#errors")).to_be_focused()
    assert chosen_point(page) == point
    page.locator("#errors a").click()
    expect(page.locator("input[name=comfort]").first).to_be_focused()
    chip(page, "comfort", "2").click()
    send(page)
    [stored] = live.sent(text)
    assert stored.comfort == "2"


def test_too_many_entries_at_once(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)

    def refuse(route: Route) -> None:
        body = "<main><h1>Zu viele Versuche</h1><p>Bitte warten Sie einige Minuten.</p></main>"
        route.fulfill(status=429, content_type="text/html", headers={"Retry-After": "60"}, body=body)

    page.route("**/worms/add*", refuse)
    send_button(page).click()
    expect(page.locator("#errors h2")).to_have_text("Zu viele Versuche")
    expect(page.locator("#errors")).to_contain_text("Bitte warten Sie einige Minuten.")
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    page.unroute("**/worms/add*")
    send(page)
    assert len(live.sent(text)) == 1


def test_a_form_that_was_open_for_very_long(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    # The session is over, and with it what the form was signed for.
    page.context.clear_cookies()
    send(page)
    assert len(live.sent(text)) == 1


def test_a_browser_that_keeps_nothing(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    page = new_page()
    page.add_init_script(
        """for (const store of ["localStorage", "indexedDB"]) {
          Object.defineProperty(window, store, { get() { throw new DOMException("no", "SecurityError"); } });
        }"""
    )
    open_form(page, "de", "worms")
    move_to(page, -45, 35)
    go_on(page)
    answer(page, text=text)
    expect(page.locator("#draft-drop")).to_be_hidden()
    send_button(page).click()
    receipt_token(page)
    assert len(live.sent(text)) == 1
