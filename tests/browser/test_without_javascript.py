"""Everything a resident and a moderator need works without JavaScript."""

import csv
import io
from uuid import uuid4

from playwright.sync_api import Page, expect

from tests.browser.steps import answer, csv_of, entry_id, in_words, send, send_button, sign_in, told, waiting
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

# Landmarks of the demonstration's Worms and Metz.
WAELDCHEN = ("49.617000", "8.379500")


def row_of(page: Page, city: str, text: str) -> dict[str, str]:
    """The one published row with this text in the download."""
    rows = csv.DictReader(io.StringIO(csv_of(page.request, city), newline=""))
    [row] = [row for row in rows if row["text"] == text]
    return row


def test_by_a_landmark(new_page: PageMaker, live: LiveProduct) -> None:
    text = f"Unter den Bäumen ist es angenehm. {uuid4()}"
    resident = new_page(java_script_enabled=False)
    resident.goto("/de/worms/")
    expect(resident.locator("noscript a[href$='/list?campaign=now']")).to_be_visible()
    resident.locator('a[href="/de/worms/add?kind=climate_oasis"]').click()
    resident.locator("select[name=landmark]").select_option("waeldchen")
    answer(resident, place_type="urban_forest", reasons=("tree_shade",), text=text)
    token = send(resident)

    moderator = new_page(java_script_enabled=False)
    sign_in(moderator, "de", live.staff["worms"])
    waiting(moderator, text).locator('button[value="publish"]').click()
    expect(told(moderator)).to_have_text(in_words("de", "The entry is published."))

    row = row_of(resident, "worms", text)
    assert (row["lat"], row["lon"]) == WAELDCHEN
    resident.goto(f"/de/receipts/{token}")
    resident.locator(f'a[href="/de/worms/submissions/{row["id"]}"]').click()
    expect(resident.locator(".entry-text")).to_have_text(text)
    resident.goto("/de/worms/list")
    expect(resident.locator("article.entry").filter(has_text=text)).to_be_visible()


def test_by_words_only(new_page: PageMaker, live: LiveProduct) -> None:
    text = f"Quel four. {uuid4()}"
    resident = new_page(java_script_enabled=False)
    resident.goto("/fr/metz/add?kind=heat_island")
    resident.locator("input[name=place_words]").fill("derrière la gare, côté parking")
    answer(resident, text=text)
    send(resident)
    [stored] = live.sent(text)
    assert (stored.lat, stored.lon, stored.place_words) == (None, None, "derrière la gare, côté parking")

    moderator = new_page(java_script_enabled=False)
    sign_in(moderator, "fr", live.staff["metz"])
    entry = waiting(moderator, text)
    expect(entry.locator('button[value="publish"]')).to_have_count(0)
    entry.locator(f'.queue-more a[href$="/staff/submissions/{entry_id(entry)}"]').click()
    set_the_point(moderator, "49.119300", "6.175700")
    moderator.locator('form[action$="/publish"] button').click()
    expect(moderator.get_by_role("status")).to_have_text(in_words("fr", "The entry is published."))

    row = row_of(resident, "metz", text)
    assert (row["lat"], row["lon"]) == ("49.119300", "6.175700")
    # What described the place may name a home: it is for the city only.
    assert "derrière la gare" not in csv_of(resident.request, "metz")
    resident.goto("/fr/metz/list")
    expect(resident.locator("article.entry").filter(has_text=text)).to_be_visible()


def set_the_point(page: Page, lat: str, lon: str) -> None:
    """First a position that is refused, then the right one."""
    form = page.locator('form[action$="/point"]:has(input[name=lat])')
    form.locator("input[name=lat]").fill("48.0")
    form.locator("input[name=lon]").fill(lon)
    form.locator("button").click()
    expect(page.get_by_role("alert")).to_contain_text(
        in_words("fr", "This point lies outside the city. Please choose a place inside the boundary.")
    )
    expect(form.locator("input[name=lat]")).to_have_value("48.0")
    form.locator("input[name=lat]").fill(lat)
    form.locator("button").click()
    expect(page.get_by_role("status")).to_have_text(in_words("fr", "The place is set."))


def test_a_moderator_sets_the_point_to_a_landmark(new_page: PageMaker, live: LiveProduct) -> None:
    text = f"Sehr heiß. {uuid4()}"
    resident = new_page(java_script_enabled=False)
    resident.goto("/de/worms/add?kind=heat_island")
    resident.locator("select[name=district]").select_option(index=1)
    answer(resident, text=text)
    send(resident)

    moderator = new_page(java_script_enabled=False)
    sign_in(moderator, "de", live.staff["worms"])
    waiting(moderator, text).locator('a.button[href$="tool=point"]').click()
    form = moderator.locator('form[action*="/point"]:has(select[name=landmark])')
    form.locator("select").select_option("waeldchen")
    form.locator("button").click()
    expect(told(moderator)).to_have_text(in_words("de", "The place is set."))
    [stored] = live.sent(text)
    assert (f"{stored.lat:.6f}", f"{stored.lon:.6f}") == WAELDCHEN


def test_a_rejection_tells_the_author_why(new_page: PageMaker, live: LiveProduct) -> None:
    text = f"Kaufen Sie Schirme! {uuid4()}"
    resident = new_page(java_script_enabled=False)
    resident.goto("/de/worms/add?kind=heat_island")
    resident.locator("select[name=landmark]").select_option("dom")
    answer(resident, text=text)
    token = send(resident)

    moderator = new_page(java_script_enabled=False)
    sign_in(moderator, "de", live.staff["worms"])
    entry = waiting(moderator, text)
    entry.locator("details.reject > summary").click()
    entry.locator('input[value="advertising_spam"]').check()
    entry.locator("details.reject button").click()
    expect(told(moderator)).to_have_text(in_words("de", "The entry is rejected."))

    resident.goto(f"/de/receipts/{token}")
    expect(resident.locator("main")).to_contain_text(in_words("de", "Advertising or spam"))
    assert text not in csv_of(resident.request, "worms")


def test_messages_stand_at_their_fields(new_page: PageMaker, live: LiveProduct) -> None:
    text = f"Noch nicht fertig. {uuid4()}"
    page = new_page(java_script_enabled=False)
    page.goto("/de/worms/add?kind=heat_island")
    page.locator("textarea[name=text]").fill(text)
    send_button(page).click()
    wrong = {"lat": "Please say where it is: on the map, from a list or in words."}
    wrong |= dict.fromkeys(("place_type", "reasons"), "Please answer this question.")
    for field, message in wrong.items():
        expect(page.locator(f"#{field}-error")).to_have_text(in_words("de", message))
    # Each line of the summary leads to its field.
    links = page.locator("#errors a")
    expect(links).to_have_count(3)
    for link in links.all():
        assert page.locator(link.get_attribute("href") or "").count() == 1
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    assert not live.sent(text)
