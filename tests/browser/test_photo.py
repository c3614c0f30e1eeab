"""The photo of an entry: scaled and cleaned on the phone, its place offered once, kept with the draft."""

import io
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image
from PIL.TiffImagePlugin import IFDRational
from playwright.sync_api import FilePayload, Page, expect
from sqlalchemy import func, select

from participation.models.photos import Photo
from tests.browser.steps import Degrees, answer, chosen_point, go_on, in_words, open_form, send, send_button
from tests.factories.photos import GPS, drawn, encoded
from tests.fixtures.browsers import PageMaker
from tests.live_product import LiveProduct

MARKTPLATZ = (49.6312, 8.3624)
DOM = (49.6303, 8.3597)
METZ = (49.1193, 6.1757)
ORIENTATION = 0x0112
MADE_BY = 0x010F
# What the page has put into the file field: its type, its size, its sides as the browser shows them, and its bytes.
CHOSEN = """async () => {
  const [file] = document.getElementById("photo").files;
  if (!file) return null;
  const { width, height } = await createImageBitmap(file);
  return { type: file.type, size: file.size, width, height, bytes: [...new Uint8Array(await file.arrayBuffer())] };
}"""


def taken(at: Degrees | None = None, size: tuple[int, int] = (2400, 1200), form: str = "JPEG") -> FilePayload:
    """A photo held upright by its tag alone, with the name of the camera and, where given, the place."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[MADE_BY] = "Secret camera"
    if at:
        ifd = exif.get_ifd(GPS)
        ifd |= {1: "N", 2: _dms(at[0]), 3: "E", 4: _dms(at[1])}
    data = encoded(drawn(*size), form, exif=exif)
    return {"name": f"heat.{form.lower()}", "mimeType": f"image/{form.lower()}", "buffer": data}


def _dms(degrees: float) -> tuple[IFDRational, IFDRational, IFDRational]:
    minutes = (degrees % 1) * 60
    seconds = round((minutes % 1) * 60 * 10_000)
    return IFDRational(int(degrees)), IFDRational(int(minutes)), IFDRational(seconds, 10_000)


def photos_sent(live: LiveProduct, text: str) -> int:
    """How many photos belong to the one entry with this text."""
    [stored] = live.sent(text)
    with live.session() as session:
        return session.scalar(select(func.count()).where(Photo.submission_id == stored.id)) or 0


def open_what(page: Page, at: Degrees = MARKTPLATZ) -> None:
    """The second step of a form."""
    open_form(page, "de", "worms", query=f"&lat={at[0]}&lon={at[1]}")
    go_on(page)


def choose(page: Page, photo: FilePayload) -> None:
    """Take a photo from the gallery; wait until it is ready."""
    page.locator("#photo").set_input_files(photo)
    expect(page.locator("#photo-shown")).to_be_visible()
    expect(page.locator("#photo-remove")).to_be_visible()


def test_it_is_scaled_turned_and_cleaned_on_the_phone(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_what(page)
    choose(page, taken(MARKTPLATZ))
    chosen = page.evaluate(CHOSEN)
    assert (chosen["type"], chosen["width"], chosen["height"]) == ("image/jpeg", 800, 1600)
    assert b"Secret camera" not in bytes(chosen["bytes"])
    assert not Image.open(io.BytesIO(bytes(chosen["bytes"]))).getexif()
    answer(page, text=text)
    send(page)
    assert photos_sent(live, text) == 1


def test_its_place_is_offered_once(page: Page) -> None:
    open_what(page, at=DOM)
    choose(page, taken(MARKTPLATZ))
    offer = page.locator("#photo-place")
    expect(offer).to_contain_text("Marktplatz")
    page.locator("#photo-place-yes").click()
    expect(offer).to_be_hidden()
    expect(page.locator("#where-chosen")).to_contain_text("Marktplatz")
    point = chosen_point(page)
    assert point
    assert point == pytest.approx(MARKTPLATZ, abs=2e-6)
    page.locator("#to-where").click()
    go_on(page)
    expect(offer).to_be_hidden()


def test_its_place_is_not_taken_without_a_yes(page: Page) -> None:
    open_what(page, at=DOM)
    choose(page, taken(MARKTPLATZ))
    page.locator("#photo-place-no").click()
    expect(page.locator("#photo-place")).to_be_hidden()
    assert chosen_point(page) == DOM
    stored = page.evaluate("JSON.stringify(Object.values(localStorage))")
    assert f"{MARKTPLATZ[0]}" not in stored


@pytest.mark.parametrize("at", [None, METZ, DOM], ids=["no place", "another city", "the chosen place"])
def test_a_place_that_says_nothing_new_is_not_offered(at: Degrees | None, page: Page) -> None:
    open_what(page, at=DOM)
    choose(page, taken(at))
    expect(page.locator("#photo-said")).not_to_be_empty()
    expect(page.locator("#photo-place")).to_be_hidden()


def test_it_can_be_removed(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_what(page)
    choose(page, taken(size=(400, 300)))
    page.locator("#photo-remove").click()
    expect(page.locator("#photo-shown")).to_be_hidden()
    expect(page.locator("#photo-said")).to_have_text(in_words("de", "The photo is removed."))
    answer(page, text=text)
    send(page)
    assert photos_sent(live, text) == 0


def test_it_survives_a_closed_tab(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_what(page)
    choose(page, taken())
    answer(page, text=text)
    page.wait_for_function("text => Object.values(localStorage).some((kept) => kept.includes(text))", arg=text)
    page.close()
    later = page.context.new_page()
    later.goto("/de/worms/add?kind=heat_island")
    later.locator("#draft-go").click()
    expect(later.locator("#photo-shown")).to_be_visible()
    send(later)
    assert photos_sent(live, text) == 1
    # Nothing of it stays behind.
    left = """() => new Promise((resolve) => {
      const opened = indexedDB.open("participation", 1);
      opened.onsuccess = () => {
        const asked = opened.result.transaction("photos").objectStore("photos").count();
        asked.onsuccess = () => resolve(asked.result);
      };
    })"""
    later.wait_for_function(f"() => ({left})().then((number) => number === 0)")


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_other_pictures(form: str, page: Page) -> None:
    open_what(page)
    choose(page, taken(size=(900, 600), form=form))
    assert page.evaluate(CHOSEN)["type"] == "image/jpeg"


NO_PICTURE = "This file is not a photo that we can read. Please choose a JPEG, PNG, WebP or HEIC picture."
TOO_LARGE = "This photo is larger than %(most)s MB. Please choose a smaller one."


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [("notes.txt", 20, NO_PICTURE), ("notes.jpg", 20, NO_PICTURE), ("huge.jpg", 15 * 1024 * 1024 + 1, TOO_LARGE)],
    ids=["no picture", "named like a picture", "too large"],
)
def test_what_cannot_be_taken_is_said_at_once(name: str, size: int, message: str, page: Page, tmp_path: Path) -> None:
    file = tmp_path / name
    file.write_bytes(bytes(size))
    open_what(page)
    page.locator("#photo").set_input_files(file)
    expect(page.locator("#photo-error")).to_have_text(in_words("de", message, most=15))
    expect(page.locator("#photo-shown")).to_be_hidden()
    assert page.evaluate(CHOSEN) is None


def test_a_broken_picture_is_refused_by_the_server_and_nothing_is_lost(page: Page, live: LiveProduct) -> None:
    text = str(uuid4())
    open_what(page)
    answer(page, text=text)
    choose(page, FilePayload(name="broken.jpg", mimeType="image/jpeg", buffer=taken()["buffer"][:600]))
    send_button(page).click()
    expect(page.locator("#errors")).to_be_focused()
    expect(page.locator("#photo-error")).not_to_be_empty()
    expect(page.locator("#photo-said")).to_be_empty()
    expect(page.locator("textarea[name=text]")).to_have_value(text)
    assert not live.sent(text)
    # The first step has no photo, and nothing to say about it.
    page.locator("#to-where").click()
    expect(page.locator("#where-title")).to_be_visible()
    expect(page.locator("#errors")).to_be_hidden()
    page.go_forward()
    expect(page.locator("#errors")).to_be_visible()
    page.locator("#photo-remove").click()
    send(page)
    assert len(live.sent(text)) == 1


def test_real_photos(page: Page, live: LiveProduct, shared_data: Path) -> None:
    text = str(uuid4())
    open_what(page, at=DOM)
    page.locator("#photo").set_input_files(shared_data / "photos" / "derived_gps_in_worms.jpg")
    expect(page.locator("#photo-place")).to_be_visible()
    page.locator("#photo-place-no").click()
    # Chromium does not read HEIC: it goes as it is, and the server does the rest.
    page.locator("#photo").set_input_files(shared_data / "photos" / "exif-samples_heic_samplefilehub.heif")
    expect(page.locator("#photo-said")).not_to_be_empty()
    answer(page, text=text)
    send(page)
    assert photos_sent(live, text) == 1


def test_the_plain_field_without_a_script(new_page: PageMaker, live: LiveProduct) -> None:
    text = str(uuid4())
    page = new_page(java_script_enabled=False)
    page.goto("/de/worms/add?kind=heat_island")
    page.locator("select[name=landmark]").select_option("dom")
    page.locator("#photo").set_input_files(taken(MARKTPLATZ, size=(400, 300)))
    # An answer is missing, and a browser does not fill in a file again: the server keeps the photo.
    page.locator("textarea[name=text]").fill(text)
    send_button(page).click()
    expect(page.locator("#errors")).to_be_visible()
    expect(page.locator("#photo-kept img")).to_be_visible()
    answer(page, text=text)
    send(page)
    assert photos_sent(live, text) == 1
