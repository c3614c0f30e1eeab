"""Places on the page of one entry: joined, split, named, merged and separated again, by plain forms."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from tests.factories import submissions
from tests.factories.cities import INSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

pytestmark = sqlite_only
NEARBY = Point(INSIDE.lat + 0.0005, INSIDE.lon)


@pytest.fixture
def here(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.published(session, city, campaign, place_name="The fountain")


@pytest.fixture
def there(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.published(session, city, campaign, point=NEARBY)


def one(submission: Submission, lang: str = "en") -> str:
    return f"/{lang}/staff/submissions/{submission.id}"


def send(desk: PageClient, submission: Submission, action: str, **data: Any) -> Any:
    form = the_form(desk.page(one(submission)), f"/{action}")
    return desk.post(form.get("action"), data=multi(form) | data)


def test_joining_a_place_from_the_list_and_by_its_address(
    desk: PageClient, session: Session, city: City, campaign: Campaign, here: Submission
) -> None:
    far = submissions.published(session, city, campaign, point=Point(INSIDE.lat + 0.02, INSIDE.lon))
    pending = submissions.make(session, city, campaign, point=NEARBY)
    [offered] = desk.page(one(pending)).xpath("//section[h2/@id='same-place']//input[@type='radio']/@value")
    assert offered == str(here.place_id)
    assert send(desk, pending, "join", place=offered).status_code == 303
    assert pending.place_id == here.place_id
    address = f"https://cities.example/de/worms/places/{far.place_id}"
    assert send(desk, pending, "join", address=address).status_code == 303
    assert pending.place_id == far.place_id


@pytest.mark.parametrize("data", [{}, {"place": "nonsense"}, {"address": "https://cities.example/de/worms/"}])
def test_no_place_chosen(desk: PageClient, here: Submission, data: dict[str, str]) -> None:
    response = send(desk, here, "join", **data)
    assert response.status_code == 422
    assert parse(response).xpath("//section[h2/@id='same-place']//details/@open")


@pytest.mark.parametrize("lang", CODES)
def test_merging_and_separating_again(
    desk: PageClient, session: Session, city: City, campaign: Campaign, here: Submission, there: Submission, lang: str
) -> None:
    second = submissions.published(session, city, campaign, place_id=here.place_id)
    had, into = here.place_id, there.place_id
    assert send(desk, here, "merge", place=str(into)).status_code == 303
    assert {here.place_id, second.place_id} == {into}
    moved = desk.get(f"/{lang}/worms/places/{had}")
    assert (moved.status_code, moved.location) == (302, f"/{lang}/worms/places/{into}")
    # The flash is in the language in which it was done.
    desk.page(one(there, "en"))
    assert "The fountain" in desk.page(one(there, lang)).text_content()
    assert send(desk, there, "unmerge").status_code == 303
    assert {here.place_id, second.place_id} == {had}
    desk.page(one(there, "en"))
    assert desk.get(f"/{lang}/worms/places/{had}").status_code == 200


def test_splitting_and_naming(
    desk: PageClient, session: Session, city: City, campaign: Campaign, here: Submission
) -> None:
    second = submissions.published(session, city, campaign, place_id=here.place_id)
    assert send(desk, second, "split").status_code == 303
    assert second.place_id != here.place_id
    assert send(desk, second, "name", name="Lindenplatz").status_code == 303
    assert session.get_one(Place, second.place_id).name == "Lindenplatz"
    assert "Lindenplatz" in desk.get(f"/en/worms/submissions/{second.id}").text
    response = send(desk, second, "name", name="x" * 81)
    assert response.status_code == 422
    assert parse(response).xpath("//span[@id='place-name-error']")


def test_an_old_page_moves_nothing(desk: PageClient, session: Session, here: Submission, there: Submission) -> None:
    form = the_form(desk.page(one(here)), "/join")
    send(desk, here, "name", name="Another name")
    response = desk.post(form.get("action"), data=multi(form) | {"place": str(there.place_id)})
    assert response.status_code == 409
    assert here.place_id != there.place_id


def test_another_kind_asks_for_its_answers(desk: PageClient, here: Submission) -> None:
    response = send(desk, here, "amend", kind="climate_oasis")
    assert response.status_code == 422
    response = send(desk, here, "amend", kind="climate_oasis", reasons_climate_oasis=["tree_shade"])
    assert response.status_code == 303
    assert (here.kind, here.reasons) == ("climate_oasis", ("tree_shade",))


def test_nobody_puts_words_into_an_entry(desk: PageClient, session: Session, here: Submission) -> None:
    here.text, here.text_lang = "Too hot", "en"
    session.commit()
    words = here.text
    send(desk, here, "amend", place_type="street", text="Lovely", reasons=["traffic"], reasons_heat_island=["traffic"])
    session.expire_all()
    assert (here.place_type, here.text) == ("street", words)
    assert here.reasons != ("traffic",)


def test_the_point_of_a_published_entry_moves(desk: PageClient, here: Submission) -> None:
    response = desk.post_form(one(here), {"lat": f"{NEARBY.lat:.6f}", "lon": f"{NEARBY.lon:.6f}"}, action="/point")
    assert response.status_code == 303
    assert here.public_point == NEARBY


def test_taking_back_and_a_second_look(desk: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.make(session, city, campaign)
    assert send(desk, submission, "second-look").status_code == 303
    assert submission.needs_second_look
    send(desk, submission, "publish")
    assert submission.status == "published"
    assert send(desk, submission, "undo").status_code == 303
    assert (submission.status, submission.needs_second_look) == ("pending", True)
