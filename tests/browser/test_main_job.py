"""The main job, end to end, on a phone: a resident pins, a moderator publishes, the city downloads."""

import csv
import io
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, Response, expect

from tests.browser.steps import (
    Degrees,
    chip,
    csv_of,
    entry_id,
    go_on,
    in_words,
    map_is_ready,
    move_to,
    open_map,
    pin,
    receipt_token,
    send_button,
    sign_in,
    swipe,
    tap_map,
    told,
    waiting,
)
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct


@dataclass(frozen=True)
class Job:
    """Who does it where, and by how many pixels they move the map first, so that no two are at one place."""

    lang: str
    city: str
    text: str
    moved: tuple[int, int] = (60, -40)


JOBS = (
    Job("de", "worms", "Auf dem Pflaster steht mittags die Luft, und es gibt keinen Baum."),
    Job("fr", "metz", "À midi, l’air ne circule plus sur les pavés : « pas un arbre »."),
    Job("es", "metz", "Al mediodía no se aguanta en la plaza: ni un árbol, ni una sombra.", (-70, 60)),
    Job("en", "worms", "Nobody sits here at noon: there’s no tree anywhere.", (-70, 60)),
)


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.lang)
def test_from_the_pin_to_the_download(job: Job, new_page: PageMaker, live: LiveProduct) -> None:
    resident, moderator = new_page(locale=job.lang), new_page(locale=job.lang)
    open_map(resident, job.lang, job.city)
    swipe(resident, *job.moved)
    point, token = send_an_entry(resident, job)
    open_map(resident, job.lang, job.city, at=f"17/{point[0]}/{point[1]}")
    assert job.text not in csv_of(resident.request, job.city)
    submission_id = publish_the_entry(moderator, job, live)
    see_it_on_the_map(resident, job, submission_id)
    see_it_in_the_download(resident, job, submission_id, point)
    resident.goto(f"/{job.lang}/receipts/{token}")
    expect(resident.locator("main")).to_contain_text(in_words(job.lang, "Your entry is published."))


def send_an_entry(page: Page, job: Job) -> tuple[Degrees, str]:
    """From the map to the thanks; where it was put, and the token of the receipt."""
    page.locator(f'a[href="/{job.lang}/{job.city}/add?kind=heat_island"]').tap()
    expect(page.locator("#step-where")).to_be_visible()
    moved = move_to(page, -50, -30)
    point = tap_map(page, 40, 20)
    assert point != moved
    expect(page.locator("#where-said")).not_to_be_empty()
    go_on(page)
    chip(page, "place_type", "square").tap()
    for reason in ("sealed_ground", "no_shade"):
        chip(page, "reasons", reason).tap()
    page.locator("textarea[name=text]").fill(job.text)
    # What was chosen under a finger is still there after a look back.
    page.locator("#to-where").tap()
    expect(page.locator("#step-where")).to_be_visible()
    go_on(page)
    send_button(page).tap()
    token = receipt_token(page)
    expect(page.locator("main")).to_contain_text(job.text)
    return point, token


def publish_the_entry(page: Page, job: Job, live: LiveProduct) -> str:
    """Sign in, find the entry in the queue, publish it; its id."""
    sign_in(page, job.lang, live.staff[job.city])
    assert page.url.endswith(f"/{job.lang}/staff/queue/{job.city}")
    moments = [time.get_attribute("datetime") for time in page.locator(".queue-row time").all()]
    assert moments == sorted(moments, key=str)
    entry = waiting(page, job.text)
    found = entry_id(entry)
    entry.locator('button[value="publish"]').tap()
    expect(told(page)).to_have_text(in_words(job.lang, "The entry is published."))
    expect(page.locator(".queue-row").filter(has_text=job.text)).to_have_count(0)
    return found


def see_it_on_the_map(page: Page, job: Job, submission_id: str) -> None:
    """The map that was open already asks for its tiles anew, draws the pin, and shows the text when it is touched."""
    with page.expect_response(lambda answer: is_tile_with(answer, submission_id)):
        page.reload()
    map_is_ready(page)
    pin(page, submission_id).tap()
    expect(page.locator("#sheet")).to_be_visible()
    expect(page.locator("#sheet .entry-text")).to_have_text(job.text)
    expect(page.locator("#sheet .entry-text")).to_have_attribute("lang", job.lang)


def is_tile_with(response: Response, submission_id: str) -> bool:
    """Whether this is a new tile of the map that holds the entry."""
    return "/tiles/" in response.url and response.status == 200 and submission_id in response.text()


def see_it_in_the_download(page: Page, job: Job, submission_id: str, point: Degrees) -> None:
    """One row with codes, and with the point that was chosen."""
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(csv_of(page.request, job.city), newline=""))}
    row = rows[submission_id]
    expected = {"city": job.city, "kind": "heat_island", "status": "published", "source": "web", "text": job.text}
    expected |= {"place_type": "square", "reasons": "no_shade|sealed_ground", "text_lang": job.lang}
    expected |= {"lat": f"{point[0]:.6f}", "lon": f"{point[1]:.6f}"}
    assert {name: row[name] for name in expected} == expected
