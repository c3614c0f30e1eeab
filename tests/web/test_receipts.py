"""The receipt link: its holder sees, corrects, withdraws and erases; nobody else finds it."""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from lxml import html
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.submissions import ANSWERS
from participation.services import decision_amendments, decisions
from participation.services.decisions import Seen
from participation.settings import Settings
from tests.factories import samples
from tests.factories.cities import INSIDE
from tests.factories.photos import drawn, encoded
from tests.factories.samples import Sample
from tests.factories.submissions import NOW, at
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.make(session)


def receipt(sample: Sample, state: str, lang: str = "en") -> str:
    return f"/{lang}/receipts/{sample.tokens[state]}"


@pytest.mark.parametrize("lang", CODES)
def test_a_published_entry_can_be_withdrawn(lang: str, client: PageClient, sample: Sample) -> None:
    response = client.post_form(receipt(sample, "published", lang), {}, action="/withdraw")
    assert (response.status_code, response.location) == (303, receipt(sample, "published", lang))
    assert sample.published.status == "withdrawn"
    page = client.page(response.location)
    assert page.xpath("//*[@role='status']")
    assert not page.xpath("//form[contains(@action, 'withdraw')]")
    assert client.get(f"/{lang}/worms/submissions/{sample.published.id}").status_code == 410


@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("state", ["published", "pending", "in_words", "rejected"])
def test_an_entry_can_be_erased_in_every_state(state: str, lang: str, client: PageClient, sample: Sample) -> None:
    before = client.page(receipt(sample, state, lang)).text_content()
    assert "Nach dem Einkauf" in before
    response = client.post_form(receipt(sample, state, lang), {}, action="/erase")
    assert response.status_code == 303
    submission = getattr(sample, state)
    assert (submission.status, submission.text) == ("erased", None)
    after = client.page(response.location)
    assert not after.xpath("//*[@id='receipt-address']")
    assert "Nach dem Einkauf" not in after.text_content()
    assert not after.xpath("//form[contains(@action, '/receipts/')]")


@sqlite_only
def test_only_what_fits_the_state_is_offered(client: PageClient, sample: Sample) -> None:
    offered = {
        state: sorted(
            address.rsplit("/", 1)[1]
            for address in client.page(receipt(sample, state)).xpath(
                "//form/@action | //a[contains(@href, '/correct') or contains(@href, '/object')]/@href"
            )
            if "/receipts/" in address
        )
        for state in sample.tokens
    }
    assert offered == {
        "published": ["erase", "follow", "withdraw"],
        "pending": ["correct", "erase", "follow"],
        "in_words": ["correct", "erase", "follow"],
        "rejected": ["erase", "object"],
        "objected": ["erase"],
        "erased": [],
    }


@pytest.mark.parametrize("lang", CODES)
def test_withdrawing_too_late_says_so(lang: str, client: PageClient, sample: Sample) -> None:
    page = client.page(receipt(sample, "published", lang))
    first, second = (client.send_form(page, "/", {}, action="/withdraw") for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 409)
    assert parse(second).get("lang") == lang


@sqlite_only
def test_erasing_twice_is_erasing_once(client: PageClient, sample: Sample) -> None:
    page = client.page(receipt(sample, "pending"))
    assert {client.send_form(page, "/", {}, action="/erase").status_code for _ in range(2)} == {303}


@sqlite_only
def test_the_author_reads_why_it_was_rejected(client: PageClient, sample: Sample) -> None:
    reasons = set()
    for lang in CODES:
        stand = client.page(receipt(sample, "rejected", lang)).xpath("//*[@aria-labelledby='state-title']")[0]
        reasons.add(stand.text_content())
        assert "unclear" not in stand.text_content()
    assert len(reasons) == len(CODES)


@sqlite_only
def test_a_receipt_is_kept_out_of_search_engines_and_other_sites(client: PageClient, sample: Sample) -> None:
    response = client.get(receipt(sample, "pending"))
    assert "noindex" in parse(response).xpath("string(//meta[@name='robots']/@content)")
    assert response.headers["Referrer-Policy"] == "same-origin"
    assert "private" in response.headers["Cache-Control"]


@sqlite_only
def test_nobody_finds_a_receipt_by_guessing(client: PageClient, sample: Sample) -> None:
    token = sample.tokens["pending"]
    for guess in (token[:-1], token + "a", token.swapcase(), str(sample.pending.id), "x" * 5000):
        assert client.get(f"/en/receipts/{guess}").status_code == 404


@sqlite_only
def test_the_receipt_shows_the_exact_point_to_nobody(client: PageClient, sample: Sample) -> None:
    """Whoever is shown the page, over a shoulder or in a forwarded link, does not learn where a home is."""
    assert sample.pending.near_home
    assert "49.6312" not in client.get(receipt(sample, "pending")).text


def correct(sample: Sample, state: str = "pending", lang: str = "en") -> str:
    return f"{receipt(sample, state, lang)}/correct"


@pytest.mark.parametrize("state", ["pending", "in_words"])
def test_a_form_sent_back_as_it_is_changes_nothing_but_the_version(
    state: str, client: PageClient, sample: Sample
) -> None:
    submission = getattr(sample, state)
    client.page(correct(sample, state))
    columns = [*ANSWERS, "place_words", "text_lang", "lat", "lon", "public_lat", "near_home", "district_id", "kind"]
    before = {name: getattr(submission, name) for name in columns}
    response = client.post_form(correct(sample, state), {})
    assert (response.status_code, response.location) == (303, receipt(sample, state))
    assert {name: getattr(submission, name) for name in columns} == before
    assert (submission.status, submission.version) == ("pending", 2)


def test_what_was_wrong_is_put_right_and_the_history_says_so(client: PageClient, sample: Sample) -> None:
    changed = {"text": "Jetzt <richtig>.", "reasons": ["no_water"], "place_name": "", "near_home": []}
    changed |= {"lat": "", "lon": "", "landmark": "dom"}
    response = client.post_form(correct(sample), changed)
    assert response.status_code == 303
    assert (sample.pending.text, sample.pending.reasons) == ("Jetzt <richtig>.", ("no_water",))
    assert (sample.pending.place_name, sample.pending.near_home) == (None, False)
    history = client.page(response.location).xpath("//*[@class='history']/li/span/text()")
    assert history == ["Sent", "Corrected by you"]


@sqlite_only
def test_near_a_home_the_form_shows_the_rough_point_only(client: PageClient, sample: Sample) -> None:
    page = client.get(correct(sample)).text
    assert "49.6312" not in page
    assert f"{sample.pending.public_lat:.6f}" in page


@sqlite_only
def test_a_refused_correction_keeps_what_was_typed(client: PageClient, sample: Sample) -> None:
    response = client.post_form(correct(sample), {"reasons": [], "text": "Neue Worte", "lat": "50.5", "lon": "9.5"})
    assert response.status_code == 422
    page = parse(response)
    assert page.xpath("string(//textarea[@name='text'])").strip() == "Neue Worte"
    assert page.xpath("//details[.//input[@name='lat']]/@open") == [""]
    assert {link.strip("#") for link in page.xpath("//*[@id='errors']//a/@href")} == {"lat", "reasons-0"}
    assert sample.pending.version == 1
    mended = client.send_form(page, "/", {"reasons": ["no_shade"], "lat": "", "lon": "", "landmark": "dom"})
    assert (mended.status_code, sample.pending.text) == (303, "Neue Worte")


def test_a_decision_in_between_refuses_the_correction_clearly(
    client: PageClient, session: Session, sample: Sample
) -> None:
    page = client.page(correct(sample))
    decisions.publish(session, account=sample.moderator, submission=sample.pending, seen=Seen(1), now=NOW)
    response = client.send_form(page, "/", {"text": "Zu spät"})
    # The first look says so already.
    assert (response.status_code, response.location) == (303, receipt(sample, "pending"))
    assert client.page(response.location).xpath("//*[@role='alert']")
    assert sample.pending.text != "Zu spät"
    assert client.get(correct(sample)).status_code == 303


def test_a_place_set_in_between_is_told_and_the_words_are_kept(
    client: PageClient, session: Session, sample: Sample
) -> None:
    page = client.page(correct(sample, "in_words"))
    decision_amendments.set_point(
        session, account=sample.moderator, submission=sample.in_words, seen=Seen(1), where=at(INSIDE), now=NOW
    )
    response = client.send_form(page, "/", {"text": "Neue Worte"})
    assert response.status_code == 409
    assert sample.in_words.text != "Neue Worte"
    again = parse(response)
    assert again.xpath("string(//textarea[@name='text'])").strip() == "Neue Worte"
    assert client.send_form(again, "/", {}).status_code == 303
    assert sample.in_words.text == "Neue Worte"


@sqlite_only
def test_the_same_correction_sent_twice_is_one(client: PageClient, sample: Sample) -> None:
    page = client.page(correct(sample))
    assert [client.send_form(page, "/", {"text": "Neu"}).status_code for _ in range(2)] == [303, 303]
    assert sample.pending.version == 2


def test_a_moderator_with_the_old_version_gets_a_conflict(client: PageClient, sample: Sample) -> None:
    client.sign_in(sample.moderator)
    desk = client.page(f"/en/staff/submissions/{sample.pending.id}")
    client.post_form(correct(sample), {"text": "Neue Worte"})
    response = client.send_form(desk, "/", {}, action="/publish")
    assert (response.status_code, sample.pending.status) == (409, "pending")
    assert "Neue Worte" in response.text
    assert "Corrected by the author" in response.text


@sqlite_only
def test_the_thanks_say_what_comes_next_and_lead_on(client: PageClient, session: Session, sample: Sample) -> None:
    sample.city.target_hours = 72
    page = client.page(f"{receipt(sample, 'pending')}?sent=1")
    assert "4 July 2026" in " ".join(page.xpath("string(//*[@class='steps'])").split())
    links = page.xpath("//*[@class='next-kinds']//a/@href")
    point = f"#17/{sample.pending.public_lat}/{sample.pending.public_lon}"
    assert links == [f"/en/worms/add?kind={kind}{point}" for kind in sample.campaign.kinds]
    # Without a script the link says no place, so that nobody repeats a point they did not choose.
    assert not any("lat=" in link for link in links)


@sqlite_only
def test_the_code_holds_the_link_and_comes_from_here(client: PageClient, sample: Sample) -> None:
    page = client.page(receipt(sample, "pending"))
    [image] = page.xpath("//*[@role='img'][@aria-label][svg]")
    assert image.xpath("svg/@viewbox | svg/@viewBox")
    response = client.get(f"{receipt(sample, 'pending')}/code.svg")
    assert (response.mimetype, response.status_code) == ("image/svg+xml", 200)
    assert "attachment" in response.headers["Content-Disposition"]
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get("/en/receipts/unknown/code.svg").status_code == 404


@pytest.fixture
def folder(app: Flask) -> Path:
    settings: Settings = app.extensions["participation_settings"]
    # Other tests have used this app before.
    shutil.rmtree(settings.photos, ignore_errors=True)
    return settings.photos


def with_photo(client: PageClient, page: html.HtmlElement, file: bytes | None, **data: Any) -> TestResponse:
    """Send the correction with a photo, as a browser does; without one it sends an empty part."""
    part = (BytesIO(file), "photo.jpg") if file is not None else (BytesIO(), "")
    return client.send_form(page, "/", {"photo": part, **data}, forged=True)


def widths(folder: Path, sample: Sample) -> tuple[int | None, int]:
    """How wide the photo of the entry is, and how many files there are."""
    photo = sample.pending.photo
    return photo.width if photo else None, len([path for path in folder.rglob("*") if path.is_file()])


def test_a_photo_comes_later_is_replaced_and_goes(client: PageClient, sample: Sample, folder: Path) -> None:
    def send(file: bytes | None, **data: Any) -> tuple[int | None, int]:
        assert with_photo(client, client.page(correct(sample)), file, **data).status_code == 303
        return widths(folder, sample)

    assert send(encoded(drawn(64, 48))) == (64, 2)
    assert send(None) == (64, 2)
    # The former one is gone with both its files, and the page shows the new one.
    assert send(encoded(drawn(48, 64))) == (48, 2)
    assert client.get(receipt(sample, "pending") + "/photo.jpg").mimetype == "image/jpeg"
    assert send(None, drop_photo="1") == (None, 0)


@pytest.mark.parametrize(("drop", "width"), [({}, 48), ({"drop_photo": "1"}, 64)])
def test_a_refused_correction_keeps_its_photo(
    drop: dict[str, str], width: int, client: PageClient, sample: Sample, folder: Path
) -> None:
    with_photo(client, client.page(correct(sample)), encoded(drawn(64, 48)))
    page = client.page(correct(sample))
    refused = with_photo(client, page, encoded(drawn(48, 64)), place_words="x" * 300)
    assert (refused.status_code, widths(folder, sample)) == (422, (64, 4))
    assert parse(refused).xpath("//input[@name='kept_photo']/@value")
    # The box beside the new photo speaks of that one: the former one stays.
    mended = with_photo(client, parse(refused), None, place_words="", **drop)
    assert (mended.status_code, widths(folder, sample)) == (303, (width, 2))


@sqlite_only
@pytest.mark.parametrize("file", [b"<!doctype html><script>alert(1)</script>", encoded(drawn(400, 300))[:-800]])
def test_a_correction_takes_no_bad_photo(file: bytes, client: PageClient, sample: Sample, folder: Path) -> None:
    refused = with_photo(client, client.page(correct(sample)), file)
    assert (refused.status_code, sample.pending.version, widths(folder, sample)) == (422, 1, (None, 0))
    assert parse(refused).xpath("//*[@id='photo-error'][not(@hidden)]")
