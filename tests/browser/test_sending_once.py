"""One entry is stored once, whatever fingers and the back button do."""

from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.steps import (
    answer,
    go_on,
    in_words,
    move_to,
    open_form,
    receipt_token,
    send,
    send_button,
    sign_in,
    told,
    waiting,
)
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct


def fill(page: Page, text: str) -> None:
    """The whole form, ready to be sent."""
    open_form(page, "de", "worms")
    move_to(page, 40, 40)
    go_on(page)
    answer(page, text=text)


def test_a_double_click(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    send_button(page).dblclick()
    receipt_token(page)
    assert len(live.sent(text)) == 1


def test_a_double_click_without_javascript(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    page = new_page(java_script_enabled=False)
    page.goto("/de/worms/add?kind=heat_island")
    page.locator("select[name=landmark]").select_option("dom")
    answer(page, text=text)
    send_button(page).dblclick()
    receipt_token(page)
    assert len(live.sent(text)) == 1


def test_two_at_the_same_time(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    addresses = page.evaluate(
        """async () => {
          const form = document.getElementById("add-form");
          const send = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
          return (await Promise.all([send(), send(), send()])).map((response) => response.url);
        }"""
    )
    assert len(set(addresses)) == 1
    assert "/receipts/" in addresses[0]
    assert len(live.sent(text)) == 1


def test_back_between_the_steps(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    page.go_back()
    expect(page.locator("#step-where")).to_be_visible()
    expect(page.locator("#step-what")).to_be_hidden()
    point = move_to(page, -30, 20)
    go_on(page)
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    expect(page.locator('input[name="reasons"]:checked')).to_have_count(1)
    send(page)
    [stored] = live.sent(text)
    assert (stored.lat, stored.lon) == point


def test_the_same_form_again_after_going_back(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    fill(page, text)
    token = send(page)
    page.go_back()
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    assert send(page) == token
    assert len(live.sent(text)) == 1


def test_another_text_after_going_back(page: Page, live: LiveProduct) -> None:
    first, second = str(uuid4()), str(uuid4())
    fill(page, first)
    token = send(page)
    page.go_back()
    page.locator("textarea[name=text]").fill(second)
    with page.expect_response(lambda response: response.request.method == "POST") as answered:
        send_button(page).click()
    assert answered.value.status == 409
    asks = "This form was sent before with other answers. To send these as a new entry, send once more."
    expect(page.locator("#errors")).to_contain_text(in_words("de", asks))
    expect(page.locator("textarea[name=text]")).to_have_value(second)
    assert not live.sent(second)
    assert send(page) != token
    assert (len(live.sent(first)), len(live.sent(second))) == (1, 1)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_decision_is_made_once(script: bool, new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    resident = new_page(java_script_enabled=False)
    resident.goto("/de/worms/add?kind=heat_island")
    resident.locator("select[name=landmark]").select_option("rheinpromenade")
    answer(resident, text=text)
    send(resident)
    page = new_page(java_script_enabled=script)
    publish_twice(page, text, live)
    [stored] = live.sent(text)
    assert (stored.status, stored.version) == ("published", 2)


def publish_twice(page: Page, text: str, live: LiveProduct) -> None:
    """A double click in the queue."""
    sign_in(page, "de", live.staff["worms"])
    waiting(page, text).locator('button[value="publish"]').dblclick()
    expect(told(page)).to_have_text(in_words("de", "The entry is published."))
