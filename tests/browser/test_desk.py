"""The desk in a browser: by keyboard alone, by two people at once, on a phone, and with a change of mind."""

import random
import re
import secrets
from collections import Counter
from collections.abc import Iterator
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import delete, select

from participation.geo import Point
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.claims import Claim
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import decision_record
from tests.browser.steps import in_words, sign_in, told
from tests.factories import submissions
from tests.fixtures.browsers import DESKTOP, PageMaker
from tests.live_product import LiveProduct, SignIn

# No other test sends anything here.
CITY = "yarinacocha"
QUEUE = f"/en/staff/queue/{CITY}"
LAPTOP = DESKTOP | {"has_touch": False, "is_mobile": False, "reduced_motion": "reduce"}
TEXTS = {
    "de": "Mittags ist der Platz so heiß, dass sich niemand mehr auf die Bänke setzt.",
    "fr": "À midi, la place est un four : pas un arbre, que du béton.",
    "es": "Aquí no hay sombra y el asfalto quema.",
    "en": "There is no shade here at noon.",
}
# What is to be done with an entry, and how often among a hundred; the reason is the fifth or the ninth of the list.
MIXED = {"publish": 78, "personal_data": 8, "advertising_spam": 9, "second_look": 5}
KEYS = {"publish": "a", "personal_data": "r5", "advertising_spam": "r9", "second_look": "e"}
READY = """before => !document.getElementById("queue").hasAttribute("aria-busy")
  && (document.querySelector("[data-entry]")?.dataset.entry ?? "") !== before"""
# How the page of one of two people stands, asked in one go: what they can do now.
STANDS = """() => {
  const has = (selector) => document.querySelector(selector) !== null;
  if (has("#queue[aria-busy]")) return "busy";
  if (has('[data-entry] [data-key="a"]')) return "open";
  if (has('[data-entry] [data-key="j"]')) return "decided";
  if (has(".queue-row")) return "all taken";
  return has(".all-done") ? "done" : "busy";
}"""

# Hundreds of decisions take their time on a machine with much else to do.
long = pytest.mark.timeout(400)


@pytest.fixture
def staff(live: LiveProduct) -> Iterator[list[SignIn]]:
    """Two moderators of a city whose queue is empty before and afterwards."""
    made = [SignIn(f"{secrets.token_hex(4)}@city.example", secrets.token_urlsafe(16)) for _ in range(2)]
    for one in made:
        account = ("accounts", "create", one.email, "--role", "moderator", "--city", CITY)
        live.run(*account, "--password-stdin", typed=f"{one.password}\n")
    yield made
    with live.session() as session:
        session.execute(delete(Claim))
        waiting = select(Submission).join(City).where(City.slug == CITY, Submission.status == "pending")
        for submission in session.scalars(waiting):
            submissions.publish(session, submission)


def send(live: LiveProduct, wishes: list[str]) -> list[str]:
    """Entries of all kinds and languages, in which stands what is to be done with them; their ids."""
    rng = random.Random(len(wishes))
    with live.session() as session:
        city = session.scalars(select(City).where(City.slug == CITY)).one()
        campaign = session.scalars(select(Campaign).where(Campaign.partnership.has(slug="koeln-yarinacocha"))).first()
        assert campaign is not None
        made = []
        for number, wish in enumerate(wishes):
            lang = rng.choice(list(TEXTS))
            kind = rng.choice(["heat_island", "heat_island", "climate_oasis", "idea", "feedback"])
            point = Point(round(city.centre_lat + number % 20 / 5000, 6), round(city.centre_lon + number / 50000, 6))
            where = None if kind in ("idea", "feedback") and number % 3 == 0 else point
            text = f"{TEXTS[lang]} [{wish}]"
            made.append(submissions.make(session, city, campaign, kind, point=where, text=text, text_lang=lang))
        return [str(one.id) for one in made]


def opened(page: Page) -> str:
    """The id of the entry that is open, when the page has come to rest."""
    expect(page.locator("#queue:not([aria-busy])")).to_be_attached()
    # Before its scripts are there the page knows no keys.
    page.wait_for_load_state()
    entry = page.locator("[data-entry]")
    return entry.get_attribute("data-entry") or "" if entry.count() else ""


def press(page: Page, keys: str) -> None:
    """Press keys that lead to another entry, and wait for it."""
    before = opened(page)
    for key in keys:
        page.keyboard.press(key)
    page.wait_for_function(READY, arg=before)


@long
def test_a_hundred_by_keyboard_alone(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    wishes = [wish for wish, number in MIXED.items() for _ in range(number)]
    random.Random(1).shuffle(wishes)
    ids = send(live, wishes)
    page = new_page(**LAPTOP)
    sign_in(page, "en", staff[0])
    expect(page).to_have_url(re.compile(f"{QUEUE}$"))
    pressed = 0
    for _ in ids:
        found = re.search(r"\[(\w+)\]", page.locator("article .words").inner_text())
        assert found
        press(page, KEYS[found[1]])
        pressed += len(KEYS[found[1]])
    expect(page.locator(".all-done")).to_be_visible()
    assert pressed / len(ids) <= 2.0
    made = decisions_on(live, ids)
    assert len(made) == len(ids)
    assert Counter(one.reason_code or one.action for one in made) == MIXED


def decisions_on(live: LiveProduct, ids: list[str]) -> list[Decision]:
    """What was decided on these, in order; the record of the city holds."""
    with live.session() as session:
        city = session.scalars(select(City).where(City.slug == CITY)).one()
        assert decision_record.verify(session, city=city).fault is None
        query = select(Decision).where(Decision.submission_id.in_([UUID(one) for one in ids]))
        return list(session.scalars(query.order_by(Decision.id)))


@long
def test_two_people_at_once(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    """Both work through the same queue; now and then a claim is over, so that both have the same entry open."""
    ids = send(live, ["whatever"] * 200)
    rng = random.Random(2)
    pages = [new_page(**LAPTOP) for _ in staff]
    for page, one in zip(pages, staff, strict=True):
        sign_in(page, "en", one)
    at_work, acted = [*pages], 0
    while at_work:
        page = rng.choice(at_work)
        stands = page.evaluate(STANDS)
        if stands == "busy":
            page.wait_for_timeout(rng.randrange(20))
            continue
        acted += 1
        if acted % 10 == 0:
            with live.session() as session:
                session.execute(delete(Claim))
        if stands == "done":
            at_work.remove(page)
        elif stands == "open":
            # The other one goes on before this one has its answer.
            page.keyboard.press("a") if rng.random() < 0.6 else [page.keyboard.press(key) for key in "r4"]
        elif stands == "decided":
            page.keyboard.press("j")
        else:
            page.goto(QUEUE)
        page.wait_for_timeout(rng.randrange(10))
    made = decisions_on(live, ids)
    assert len({one.submission_id for one in made}) == len(made) == len(ids)
    assert {one.action for one in made} == {"publish", "reject"}
    assert len({one.account_id for one in made}) == 2


def test_a_change_of_mind(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    first, second = send(live, ["publish", "publish"])
    page = new_page(**LAPTOP)
    sign_in(page, "en", staff[0])
    press(page, "a")
    assert opened(page) == second
    press(page, "u")
    assert opened(page) == first
    expect(told(page)).to_have_text(in_words("en", "Undone: the entry waits again."))
    # The reasons open and close; as long as they are open, nothing is published by a slip.
    page.keyboard.press("r")
    expect(page.locator(".queue-reasons")).to_be_visible()
    page.keyboard.press("a")
    page.keyboard.press("Escape")
    expect(page.locator(".queue-reasons")).to_be_hidden()
    press(page, "j")
    assert opened(page) == second
    # The map goes along: the entry and the other one, which is close.
    expect(page.locator("#map .place-marker .badge")).to_be_visible()
    expect(page.locator("#map .near-waits")).to_have_count(1)
    press(page, "k")
    assert opened(page) == first
    assert [one.action for one in decisions_on(live, [first, second])] == ["publish", "undo"]
    use_the_tools(page)
    assert [one.action for one in decisions_on(live, [first, second])] == ["publish", "undo", "set_point", "publish"]


def use_the_tools(page: Page) -> None:
    """They open beside the queue, with their first field; Escape goes back, and a decision goes on."""
    for key, tool in (("d", "same-place"), ("x", "redact")):
        page.keyboard.press(key)
        expect(page.locator(f'[data-tool="{tool}"] details[open] input:focus')).to_be_attached()
        page.keyboard.press("Escape")
        expect(page.locator("#entry-title")).to_be_focused()
        expect(page.locator(".queue-tool")).to_have_count(0)
    page.keyboard.press("m")
    latitude = page.locator('[data-tool="point"] #lat')
    before = latitude.input_value()
    page.locator("#map").click(position={"x": 60, "y": 60})
    expect(latitude).not_to_have_value(before)
    latitude.press("Enter")
    expect(told(page)).to_have_text(in_words("en", "The place is set."))
    press(page, "a")


def test_a_translation_by_keyboard_and_on_with_the_queue(
    new_page: PageMaker, live: LiveProduct, staff: list[SignIn]
) -> None:
    first, second = send(live, ["publish", "publish"])
    page = new_page(**LAPTOP)
    sign_in(page, "en", staff[0])
    written_in = page.locator("article .words").get_attribute("lang")
    lang = "es" if written_in != "es" else "de"
    page.goto(f"/{lang}/staff/queue/{CITY}?language={written_in}")
    assert opened(page) == first
    page.keyboard.press("t")
    field = page.locator("#text")
    expect(field).to_be_focused()
    # The key itself is not written into the field, and in the field it is a letter.
    page.keyboard.type("Text at noon")
    expect(field).to_have_value("Text at noon")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/{lang}/staff/queue/{CITY}\?entry={first}&language={written_in}$"))
    expect(told(page)).to_have_text(in_words(lang, "The translation is saved."))
    expect(page.locator(".words-pair .words")).to_have_count(2)
    translated = page.locator(".words-translated .words")
    expect(translated).to_have_text("Text at noon")
    expect(translated).to_have_attribute("lang", lang)
    page.goto(QUEUE)
    press(page, "a")
    assert opened(page) == second


def test_taking_back_is_offered_for_ten_seconds(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    send(live, ["publish", "publish"])
    page = new_page(**LAPTOP)
    page.clock.install()
    sign_in(page, "en", staff[0])
    press_with_clock(page, "a")
    expect(page.locator(".queue-undo")).to_be_visible()
    page.clock.run_for(11_000)
    expect(page.locator(".queue-undo")).to_have_count(0)


def press_with_clock(page: Page, key: str) -> None:
    """Press a key while the page's time stands still but for what we let pass."""
    before = opened(page)
    page.keyboard.press(key)
    for _ in range(200):
        page.clock.run_for(50)
        if page.evaluate(READY, before):
            return
    raise AssertionError(f"nothing happened after {key}")


def test_the_keys_have_a_help_and_can_be_switched_off(
    new_page: PageMaker, live: LiveProduct, staff: list[SignIn]
) -> None:
    first, _ = send(live, ["publish", "publish"])
    page = new_page(**LAPTOP)
    sign_in(page, "en", staff[0])
    assert opened(page) == first
    page.keyboard.press("?")
    help_ = page.locator("#keys")
    expect(help_).to_be_visible()
    help_.locator("label:has(#keys-on)").click()
    page.keyboard.press("Escape")
    page.reload()
    assert opened(page) == first
    for key in ("a", "?", "j"):
        page.keyboard.press(key)
    expect(help_).to_be_hidden()
    assert (opened(page), decisions_on(live, [first])) == (first, [])
    # In a field the keys are letters.
    page.locator("#keys-open").click()
    help_.locator("label:has(#keys-on)").click()
    page.locator("#keys-close").click()
    page.locator(".queue-filters > summary").click()
    page.locator("#filter-q").press_sequentially("arbeit")
    expect(page.locator("#filter-q")).to_have_value("arbeit")
    assert (opened(page), decisions_on(live, [first])) == (first, [])


def test_one_card_at_a_time_on_a_phone(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    first, second = send(live, ["publish", "publish"])
    page = new_page()
    sign_in(page, "en", staff[0])
    card, below = page.locator("article[data-entry]"), page.locator(".queue-list")
    expect(card).to_be_in_viewport()
    expect(below).not_to_be_in_viewport()
    button = card.locator('button[value="publish"]')
    expect(button).to_be_in_viewport()
    button.tap()
    page.wait_for_function(READY, arg=first)
    assert opened(page) == second
    expect(page.locator("#entry-title")).to_be_focused()
    # What was done and the way back are in sight, also after a rejection, for which a tap on a reason is not enough.
    undo = page.locator(".queue-undo button")
    expect(undo).to_be_in_viewport()
    undo.tap()
    page.wait_for_function(READY, arg=second)
    card.locator(".reject > summary").tap()
    reason = card.locator("label:has([value=unclear])")
    expect(reason).to_be_in_viewport()
    expect(reason.locator("kbd")).to_be_hidden()
    reason.tap()
    assert opened(page) == first
    card.locator(".reject textarea").fill("Please name the street.")
    card.locator(".reject form .button").tap()
    page.wait_for_function(READY, arg=first)
    expect(undo).to_be_in_viewport()
    assert [one.action for one in decisions_on(live, [first])] == ["publish", "undo", "reject"]


def test_many_at_once(new_page: PageMaker, live: LiveProduct, staff: list[SignIn]) -> None:
    ids = send(live, ["advertising_spam"] * 22)
    page = new_page(**LAPTOP)
    sign_in(page, "en", staff[0])
    page.locator(".queue-together > summary").click()
    page.locator("label:has([data-choose-all])").click()
    page.locator("#many-reason").select_option("advertising_spam")
    page.locator('.queue-together button[value="reject"]').click()
    expect(page).to_have_url(re.compile(f"{QUEUE}/proposals/"))
    assert decisions_on(live, ids) == []
    second = new_page(**LAPTOP)
    sign_in(second, "en", staff[1])
    second.locator('.queue-tabs a[href$="/proposals"]').click()
    second.locator("main h2 a").click()
    second.locator('form[action$="/confirm"] button').click()
    expect(told(second)).to_contain_text("22")
    assert {(one.action, one.reason_code) for one in decisions_on(live, ids)} == {("reject", "advertising_spam")}
