"""A photo on its way: with the form, kept over a refused try, shown to whom it may be, and gone."""

import shutil
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from lxml import html
from PIL import Image
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import photos, receipts
from participation.settings import Settings
from participation.web.forms.photos import KEPT
from participation.web.plumbing import tokens
from tests.factories import accounts, cities, submissions
from tests.factories import photos as factory
from tests.factories.photos import SECRET, drawn, encoded, with_everything
from tests.factories.submissions import NOW
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

pytestmark = pytest.mark.usefixtures("campaign")

IDEA = {"text": "Bitte mehr Bäume & <b>Bänke</b>"}
ADD = "/en/worms/add?kind=idea"


@pytest.fixture
def folder(app: Flask) -> Path:
    settings: Settings = app.extensions["participation_settings"]
    # Other tests have used this app before.
    shutil.rmtree(settings.photos, ignore_errors=True)
    return settings.photos


def send(
    client: PageClient, file: bytes | None, *, page: html.HtmlElement | None = None, lang: str = "en", **data: Any
) -> TestResponse:
    """Send the form with a file, as a browser does; without one it sends an empty part."""
    tree = client.page(ADD.replace("/en/", f"/{lang}/")) if page is None else page
    part = (BytesIO(file), "photo.jpg") if file is not None else (BytesIO(), "")
    return client.send_form(tree, ADD, {**IDEA, "photo": part, **data}, forged=True)


def stored(session: Session) -> list[Submission]:
    return list(session.scalars(select(Submission).order_by(Submission.id)))


def complaint(page: html.HtmlElement) -> str:
    [error] = page.xpath("//*[@id='photo-error'][not(@hidden)]")
    return " ".join(error.text_content().split())


def kept_token(response: TestResponse) -> str:
    """The token of the photo that a refused form brings along; the page shows its thumbnail."""
    page = parse(response)
    [token] = page.xpath("//input[@name='kept_photo']/@value")
    assert page.xpath(f"//img[@src='/photos/kept/{token}.jpg']/@alt")
    return str(token)


def is_picture(response: TestResponse) -> bool:
    """Whether this is one of our pictures, which may do nothing but be looked at."""
    assert response.mimetype == "image/jpeg"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    image = Image.open(BytesIO(response.data))
    image.load()
    return image.format == "JPEG" and SECRET.encode() not in response.data


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_comes_with_its_entry(kind: str, client: PageClient, session: Session, folder: Path) -> None:
    response = send(client, with_everything(kind))
    assert response.status_code == 303
    [submission] = stored(session)
    assert submission.photo
    assert (submission.photo.width, submission.photo.height) == (64, 48)
    for small in (True, False):
        assert SECRET.encode() not in photos.path(folder, submission.photo.id, small=small).read_bytes()


@sqlite_only
def test_a_form_without_a_photo_has_none(client: PageClient, session: Session) -> None:
    assert send(client, None).status_code == 303
    assert [submission.photo for submission in stored(session)] == [None]


BAD = {
    "a page": b"<!doctype html><script>alert(1)</script>",
    "empty": b"",
    "half a photo": encoded(drawn(400, 300))[:-800],
    "a bomb": factory.claiming(50_000, 50_000),
    "moving": encoded(drawn(), "PNG", save_all=True, append_images=[drawn().rotate(180)]),
    "noise": bytes(range(256)) * 40,
}


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("what", BAD)
def test_what_is_no_photo_gets_a_message_and_the_rest_stays(
    what: str, lang: str, client: PageClient, session: Session
) -> None:
    response = send(client, BAD[what], lang=lang, place_words="x" * 300)
    assert response.status_code == 422
    page = parse(response)
    assert complaint(page)
    # Everything else that is wrong is said at the same time.
    assert page.xpath("//*[@id='place_words-error'][not(@hidden)]")
    assert multi(the_form(page))["text"] == [IDEA["text"]]
    assert (stored(session), session.scalars(select(Photo)).all()) == ([], [])


@sqlite_only
def test_a_photo_that_is_too_large_names_the_limit(make_client: ClientMaker, session: Session) -> None:
    client = make_client(photo_mb=1)
    response = send(client, encoded() + bytes(1024 * 1024))
    assert response.status_code == 422
    assert "1 MB" in complaint(parse(response))
    # One that is far too large is not read; the page of the error names the limit.
    response = send(client, bytes(6 * 1024 * 1024))
    assert response.status_code == 413
    assert "1 MB" in parse(response).text_content()
    assert send(client, encoded() + bytes(1024 * 1024 - 5000)).status_code == 303


@sqlite_only
def test_only_the_form_with_a_photo_may_be_large(client: PageClient, session: Session, campaign: Campaign) -> None:
    large = {"photo": (BytesIO(bytes(1024 * 1024)), "photo.jpg")}
    for address in ("/en/staff/sign-in", "/en/receipts/x/erase"):
        assert client.post(address, data={**large, "photo": (BytesIO(bytes(1024 * 1024)), "x")}).status_code == 413
    # Neither may its other fields.
    page = client.page(ADD)
    response = client.send_form(page, ADD, {"text": "x" * 300 * 1024, **large}, forged=True)
    assert response.status_code == 413


def test_a_photo_is_kept_over_a_refused_try(client: PageClient, session: Session, folder: Path) -> None:
    refused = send(client, with_everything(), text="kurz")
    assert refused.status_code == 422
    token = kept_token(refused)
    assert stored(session) == []
    [photo] = session.scalars(select(Photo))
    assert photo.submission_id is None
    shown = client.get(f"/photos/kept/{token}.jpg")
    assert is_picture(shown)
    assert shown.headers["Cache-Control"] == "private, no-store"
    # Only the token opens it.
    assert client.get(f"/photos/{photo.id}.jpg").status_code == 404

    again = send(client, None, page=parse(refused), kept_photo=token)
    assert again.status_code == 303
    [submission] = stored(session)
    assert submission.photo is photo
    assert photos.path(folder, photo.id).is_file()


@sqlite_only
def test_a_kept_photo_stays_kept_over_several_tries(client: PageClient, session: Session) -> None:
    first = send(client, encoded(), text="kurz")
    second = send(client, None, page=parse(first), kept_photo=kept_token(first), text="zu")
    assert second.status_code == 422
    assert send(client, None, page=parse(second), kept_photo=kept_token(second)).status_code == 303
    [submission] = stored(session)
    assert submission.photo
    assert len(session.scalars(select(Photo)).all()) == 1


@sqlite_only
def test_a_kept_photo_can_be_removed(client: PageClient, session: Session, folder: Path) -> None:
    refused = send(client, encoded(), text="kurz")
    [photo] = session.scalars(select(Photo))
    photo_id = photo.id
    again = send(client, None, page=parse(refused), kept_photo=kept_token(refused), drop_photo="1")
    assert again.status_code == 303
    assert [submission.photo for submission in stored(session)] == [None]
    assert session.scalars(select(Photo)).all() == []
    assert not photos.path(folder, photo_id).exists()


@sqlite_only
def test_removed_it_does_not_come_back_with_the_next_refusal(client: PageClient, session: Session) -> None:
    refused = send(client, encoded(), text="kurz")
    again = send(client, None, page=parse(refused), kept_photo=kept_token(refused), drop_photo="1", text="zu")
    assert again.status_code == 422
    assert not [value for value in parse(again).xpath("//input[@name='kept_photo']/@value") if value]
    assert session.scalars(select(Photo)).all() == []


@sqlite_only
def test_a_new_photo_takes_the_place_of_the_kept_one(client: PageClient, session: Session) -> None:
    refused = send(client, encoded(), text="kurz")
    token = kept_token(refused)
    assert send(client, encoded(drawn(200, 100)), page=parse(refused), kept_photo=token).status_code == 303
    [submission] = stored(session)
    assert submission.photo
    assert submission.photo.width == 200


@sqlite_only
@pytest.mark.parametrize("how", ["forged", "of something else", "old", "swept"])
def test_a_token_of_nothing_is_said_so(
    how: str, app: Flask, client: PageClient, session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo_id = factory.make(session, folder).id
    with app.app_context():
        token = tokens.sign("another purpose" if how == "of something else" else KEPT, str(photo_id))
    if how == "forged":
        token = token[:-2] + ("AA" if token[-2:] != "AA" else "BB")
    if how == "old":
        monkeypatch.setattr("participation.web.forms.photos.KEPT_SECONDS", -1)
    if how == "swept":
        session.delete(session.get_one(Photo, photo_id))
        session.commit()
    response = send(client, None, kept_photo=token)
    assert response.status_code == 422
    assert complaint(parse(response))
    assert stored(session) == []
    assert client.get(f"/photos/kept/{token}.jpg").status_code == 404
    # The next try goes without it.
    assert send(client, None, page=parse(response)).status_code == 303


@pytest.mark.parametrize("kept", [True, False])
def test_a_form_with_a_photo_sent_twice_is_stored_once(
    kept: bool, client: PageClient, session: Session, folder: Path
) -> None:
    page, file, more = client.page(ADD), encoded(), {}
    if kept:
        refused = send(client, file, text="kurz")
        page, file, more = parse(refused), None, {"kept_photo": kept_token(refused)}  # type: ignore[assignment]
    first, second = (send(client, file, page=page, **more) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, first.location)
    [submission] = stored(session)
    assert submission.photo
    assert len(session.scalars(select(Photo)).all()) == 1


@sqlite_only
def test_another_photo_is_another_content(client: PageClient, session: Session) -> None:
    page = client.page(ADD)
    assert send(client, encoded(), page=page).status_code == 303
    other = send(client, encoded(drawn(100, 50)), page=page)
    assert other.status_code == 409
    # Nothing is lost: the photo of the second try comes along.
    assert send(client, None, page=parse(other), kept_photo=kept_token(other)).status_code == 303
    assert [submission.photo.width for submission in stored(session) if submission.photo] == [64, 100]


@sqlite_only
def test_a_closed_campaign_takes_no_photo_and_loses_none(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    page = client.page(ADD)
    campaign.ends = campaign.starts
    response = send(client, encoded(), page=page)
    assert response.status_code == 422
    assert kept_token(response)


def published(session: Session, folder: Path, city: City, campaign: Campaign) -> tuple[Submission, Photo]:
    submission = submissions.published(session, city, campaign, "idea", receipt_hash="x" * 64)
    photo = factory.make(session, folder, submission)
    session.commit()
    return submission, photo


def test_everybody_sees_the_photo_of_something_published(
    client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    submission, photo = published(session, folder, city, campaign)
    for address in (f"/photos/{photo.id}.jpg", f"/photos/{photo.id}-small.jpg"):
        response = client.get(address)
        assert is_picture(response)
        # Until it may be withdrawn: an hour in caches that many people share.
        cached = response.cache_control
        assert (cached.public, cached.max_age, cached.s_maxage, cached.immutable) == (True, 86400, 3600, True)
        assert "Set-Cookie" not in response.headers
        unchanged = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
        assert (unchanged.status_code, unchanged.data) == (304, b"")
        assert client.head(address).status_code == 200
    receipts.withdraw(session, submission=submission, now=NOW)
    assert client.get(f"/photos/{photo.id}.jpg").status_code == 410
    receipts.erase(session, submission=submission, now=NOW, folder=folder)
    assert client.get(f"/photos/{photo.id}.jpg").status_code == 404


@sqlite_only
def test_nobody_else_sees_what_is_not_published(
    client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    photo = factory.make(session, folder, submissions.make(session, city, campaign))
    unknown = UUID(int=photo.id.int + 1)
    for photo_id in (photo.id, unknown):
        for address in (f"/photos/{photo_id}.jpg", f"/photos/{photo_id}-small.jpg"):
            assert client.get(address).status_code == 404
    for odd in ("/photos/../../demo-secret-key.jpg", "/photos/x.jpg", "/photos/kept/x.jpg", "/photos/"):
        assert client.get(odd).status_code == 404


@sqlite_only
def test_a_row_without_a_file_is_not_there(
    client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    _, photo = published(session, folder, city, campaign)
    photos.path(folder, photo.id).unlink()
    assert client.get(f"/photos/{photo.id}.jpg").status_code == 404


@sqlite_only
def test_the_author_sees_it_in_every_state(client: PageClient, session: Session, folder: Path) -> None:
    receipt = send(client, with_everything()).location.split("?")[0]
    response = client.get(f"{receipt}/photo.jpg")
    assert is_picture(response)
    assert response.headers["Cache-Control"] == "private, no-store"
    client.post_form(receipt, {}, action="/erase")
    assert client.get(f"{receipt}/photo.jpg").status_code == 404
    # Erased means gone: from the disk, too, and at once.
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert client.get("/en/receipts/unknown/photo.jpg").status_code == 404


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_moderators_see_it_when_they_want_to(
    lang: str, client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign)
    factory.make(session, folder, submission)
    address = f"/{lang}/staff/submissions/{submission.id}"
    assert client.get(f"{address}/photo.jpg").status_code == 302
    client.sign_in(accounts.make(session, city), lang=lang)
    page = client.page(address)
    picture, to_redact = page.xpath("//details[not(@open)]/summary//img")
    assert picture.get("src") == f"{address}/photo.jpg"
    assert (picture.get("alt"), to_redact.get("src")) == (to_redact.get("alt"), f"{address}/photo.jpg?small=1")
    assert picture.get("alt")
    assert is_picture(client.get(picture.get("src")))
    # Nobody publishes from the queue what they could not see there.
    [small] = client.page(f"/{lang}/staff/queue/worms").xpath("//article//details[not(@open)]/summary//img")
    assert is_picture(client.get(small.get("src")))


@sqlite_only
def test_moderators_of_another_city_do_not(
    client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign)
    factory.make(session, folder, submission)
    client.sign_in(accounts.make(session, cities.make(session, "metz")))
    assert client.get(f"/en/staff/submissions/{submission.id}/photo.jpg").status_code == 404


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_the_pages_of_an_entry_show_it_with_words_for_those_who_cannot_see_it(
    lang: str, client: PageClient, session: Session, folder: Path, city: City, campaign: Campaign
) -> None:
    submission = submissions.published(session, city, campaign)
    photo = factory.make(session, folder, submission)
    session.commit()
    for page in (
        f"submissions/{submission.id}",
        f"submissions/{submission.id}?fragment=1",
        f"places/{submission.place_id}",
    ):
        [shown] = client.page(f"/{lang}/worms/{page}").xpath(f"//img[starts-with(@src, '/photos/{photo.id}')]")
        assert campaign.questionnaire.kind_label("heat_island", lang) in shown.get("alt")
        assert (shown.get("width"), shown.get("height")) == ("64", "48")


@sqlite_only
def test_a_member_of_staff_can_send_a_photo_too(client: PageClient, session: Session, city: City) -> None:
    """Who they are is read before anything is counted; on one database file neither may wait for the other."""
    client.sign_in(accounts.make(session, city))
    assert send(client, encoded()).status_code == 303
