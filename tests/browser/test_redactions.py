"""Redacting with a mouse or a finger, and without a script: what was marked is black and blocked afterwards."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from participation.models.submissions import Submission
from participation.services import cities
from tests.browser.steps import sign_in
from tests.factories import photos as photo_factory
from tests.factories import submissions
from tests.fixtures.browsers import DESKTOP, PageMaker
from tests.live_product import LiveProduct

TEXT = "Ruf Anna an: 06241 853-1234, danke"


def waiting(live: LiveProduct, text: str | None = TEXT) -> str:
    """The page of a pending entry with a photo."""
    with live.session() as session:
        city = cities.by_slug(session, slug="worms")
        [campaign] = {one.campaign for one in session.query(Submission).filter_by(city_id=city.id)}
        made = submissions.make(session, city, campaign, text=text, text_lang="de" if text else None)
        photo_factory.make(session, live.settings.photos, made)
        session.commit()
        return f"/de/staff/submissions/{made.id}"


def colours(page: Page) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The first photo on the page, at the left and at the right edge."""
    body = page.request.get(page.locator(".photo img").first.get_attribute("src") or "").body()
    with Image.open(BytesIO(body)) as image:
        return image.convert("RGB").getpixel((2, 2)), image.convert("RGB").getpixel((image.width - 3, 2))


def unveil(page: Page) -> None:
    """Show the photo clearly; before that it is blurred, and nothing of it can be ticked."""
    veil = page.locator(".redact-veil > summary")
    expect(veil.locator("img")).to_have_css("filter", "blur(28px)")
    expect(page.locator(".redact-photo")).to_be_hidden()
    veil.focus()
    page.keyboard.press("Enter")
    expect(veil.locator("img")).to_be_hidden()
    expect(page.locator(".redact-photo img")).to_have_css("filter", "none")


def draw(page: Page, share: float) -> None:
    """A box over this share of the photo's width, from its upper left corner to its foot."""
    photo = page.locator(".redact-photo img")
    photo.scroll_into_view_if_needed()
    photo.evaluate("(image) => image.decode()")
    box = photo.bounding_box()
    assert box
    page.mouse.move(box["x"] + 1, box["y"] + 1)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] - 1, steps=4)
    page.mouse.up()
    expect(page.locator(".redact-box")).to_have_count(1)


@pytest.mark.parametrize("script", [True, False])
def test_words_and_a_part_of_the_photo(script: bool, new_page: PageMaker, live: LiveProduct, shown: object) -> None:
    address = waiting(live)
    page = new_page(java_script_enabled=script, **DESKTOP)
    sign_in(page, "de", live.staff["worms"])
    page.goto(address)
    page.locator("details.redact > summary").click()
    expect(page.locator(".redact-word input:checked")).to_have_count(2)
    page.locator(".redact-word", has_text="Anna").click()
    unveil(page)
    if script:
        draw(page, 0.5)
    else:
        for number in range(4):
            page.locator(".redact-grid input").nth(number).check(force=True)
    page.locator("details.redact form button").last.click()
    expect(page.locator("section[aria-labelledby=original] blockquote")).to_have_text(TEXT)
    expect(page.locator("section[aria-labelledby=sent] blockquote")).to_have_text("Ruf █████ an: █████ danke")
    left, right = colours(page)
    assert max(left) < 40
    assert max(right) > 100


def test_a_tap_takes_a_box_away_and_ticks_a_part(new_page: PageMaker, live: LiveProduct, shown: object) -> None:
    address = waiting(live)
    page = new_page(**DESKTOP)
    sign_in(page, "de", live.staff["worms"])
    page.goto(address)
    page.locator("details.redact > summary").click()
    unveil(page)
    draw(page, 0.25)
    page.locator(".redact-box").click()
    expect(page.locator(".redact-box")).to_have_count(0)
    assert page.locator("input[type=hidden][name=box]").count() == 0
    parts = page.locator(".redact-grid input:checked")
    # The photo is 64 by 48 pixels, in eight columns and six rows: this is in the second column of the third row.
    inside = {"x": 14, "y": 22}
    page.locator(".redact-photo").click(position=inside)
    expect(parts).to_have_count(1)
    expect(parts).to_have_value("125,333,125,167")
    page.locator(".redact-photo").click(position=inside)
    expect(parts).to_have_count(0)
    # By the keyboard too.
    page.locator(".redact-grid input").first.press("Space")
    expect(parts).to_have_count(1)
    # What is ticked stays when the photo is blurred again.
    page.locator(".redact-veil > summary").click()
    expect(page.locator(".redact-photo")).to_be_hidden()
    expect(parts).to_have_count(1)


def test_beside_the_queue_a_photo_without_words_is_reached_by_the_keyboard(
    new_page: PageMaker, live: LiveProduct, shown: object
) -> None:
    address = waiting(live, None)
    page = new_page(**DESKTOP)
    sign_in(page, "de", live.staff["worms"])
    page.goto(f"/de/staff/queue/worms?entry={address.rpartition('/')[2]}")
    page.locator("#entry-title").focus()
    page.keyboard.press("x")
    expect(page.locator('[data-tool="redact"] .redact-veil > summary')).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".redact-photo")).to_be_visible()
