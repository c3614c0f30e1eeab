"""Paper: the sheets to print have every code, and typing them in is quick and stores each of them once."""

import io

import pytest
from lxml import html
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import paper_forms
from tests.factories import accounts, campaigns, cities
from tests.factories.cities import INSIDE, OUTSIDE
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, parse, the_form

PAPER = "/en/staff/worms/paper"
HEAT = {
    "lat": str(INSIDE.lat).replace(".", ","),
    "lon": str(INSIDE.lon),
    "place_type": "squ",
    "reasons": "no_sh, HOT  must",
    "comfort": "4",
    "text": "Kein Schatten; nirgends",
    "text_lang": "de",
}


@pytest.fixture
def campaign(session: Session) -> Campaign:
    city = cities.make(session)
    cities.landmark(session, city)
    return campaigns.make(session, city)


@pytest.fixture
def staff(client: PageClient, session: Session, campaign: Campaign) -> PageClient:
    city = session.scalars(select(City)).one()
    session.commit()
    client.sign_in(accounts.make(session, city))
    return client


def stored(session: Session) -> list[Submission]:
    session.expire_all()
    return list(session.scalars(select(Submission).order_by(Submission.id)))


def errors(page: html.HtmlElement) -> dict[str, str]:
    return {one.get("id"): " ".join(one.text_content().split()) for one in page.xpath("//p[@class='error']")}


def test_a_sheet_is_typed_in_and_the_next_one_opens(staff: PageClient, session: Session) -> None:
    response = staff.post_form(f"{PAPER}?kind=heat_island", HEAT, action="/paper")
    assert response.location == f"{PAPER}?kind=heat_island&campaign=summer&text_lang=de"
    page = staff.page(response.location)
    assert "The sheet is saved." in page.xpath("string(//*[@role='status'])")
    # Empty, in the language of the last one, and ready to type.
    assert page.xpath("string(//textarea)") == ""
    assert page.xpath("string(//select[@name='text_lang']/option[@selected]/@value)") == "de"
    assert page.xpath("//*[@autofocus]/@id") == ["place_words"]
    [one] = stored(session)
    assert (one.source, one.status, one.kind, one.point) == ("staff_paper", "pending", "heat_island", INSIDE)
    assert (one.place_type, one.comfort, one.text, one.text_lang) == ("square", "4", "Kein Schatten; nirgends", "de")
    assert one.reasons == ("hot_surfaces", "must_wait_here", "no_shade")
    assert (one.receipt_hash, one.contributor_id is None) == (None, False)


def test_a_double_click_stores_one_sheet(staff: PageClient, session: Session) -> None:
    values = dict(the_form(staff.page(f"{PAPER}?kind=heat_island"), "/paper").form_values()) | HEAT
    for _ in range(2):
        assert staff.post(PAPER, data=values).status_code == 303
    assert len(stored(session)) == 1


@sqlite_only
def test_what_is_missing_on_a_sheet_is_forgiven(staff: PageClient, session: Session) -> None:
    sheets = [
        ("heat_island", {"landmark": "dom"}),
        ("climate_oasis", {"place_words": "hinter dem Dom", "near_home": "y"}),
        ("idea", {"text": "Baum"}),
    ]
    for kind, changed in sheets:
        response = staff.post_form(f"{PAPER}?kind={kind}", changed, action="/paper")
        assert response.status_code == 303, errors(parse(response))
    assert [(one.kind, one.point, one.near_home) for one in stored(session)] == [
        ("heat_island", INSIDE, False),
        ("climate_oasis", None, True),
        ("idea", None, False),
    ]


@sqlite_only
@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"place_type": "s"}, "place_type-error", "Not a code of this question, or not clear yet: s"),
        ({"reasons": "no_sh nonsense"}, "reasons-error", "Not a code of this question, or not clear yet: nonsense"),
        ({"comfort": "1 2"}, "comfort-error", "Not a code of this question, or not clear yet: 1 2"),
        ({"lat": str(OUTSIDE.lat), "lon": str(OUTSIDE.lon)}, "lat-error", "This point lies outside the city."),
        ({"lat": "north"}, "lat-error", "This is not a position."),
        ({"text": "x" * 1501}, "text-error", "At most 1,500 characters. Too many: 1"),
    ],
)
def test_what_is_wrong_is_said_and_everything_stays(
    staff: PageClient, session: Session, changed: dict[str, str], field: str, said: str
) -> None:
    response = staff.post_form(f"{PAPER}?kind=heat_island", HEAT | changed, action="/paper")
    assert response.status_code == 422
    found = errors(parse(response))
    assert set(found) == {field}
    assert found[field].startswith(said)
    assert parse(response).xpath("string(//input[@name='reasons']/@value)") == (HEAT | changed)["reasons"]
    assert stored(session) == []


@sqlite_only
def test_an_empty_sheet_is_not_stored(staff: PageClient, session: Session) -> None:
    response = staff.post_form(f"{PAPER}?kind=idea", {}, action="/paper")
    assert (response.status_code, errors(parse(response))) == (422, {"lat-error": "Nothing was typed."})
    assert stored(session) == []


@sqlite_only
def test_a_city_without_a_campaign_has_no_sheets(client: PageClient, session: Session) -> None:
    city = cities.make(session, "metz", centre=OUTSIDE)
    session.commit()
    client.sign_in(accounts.make(session, city))
    assert client.get("/en/staff/metz/paper").status_code == 404
    assert client.get("/en/staff/worms/paper.pdf").status_code == 404


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_the_printed_sheets_have_every_question_and_code(staff: PageClient, campaign: Campaign, lang: str) -> None:
    pages = {}
    for size in ("", "large") if lang == "de" else ("",):
        response = staff.get(f"/{lang}/staff/worms/paper.pdf?print={size}")
        assert (response.status_code, response.mimetype) == (200, "application/pdf")
        reader = PdfReader(io.BytesIO(response.data))
        assert reader.trailer["/Root"]["/Lang"] == lang
        assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
        pages[size] = len(reader.pages)
        text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
        sheet = campaign.questionnaire
        for kind in campaign.kinds:
            assert kind in text
            for question in sheet.questions_for(kind):
                assert question.code in text
                assert {option.code for option in sheet.options_for(question.code, kind)} <= {*text.split()}
    assert pages.get("large", 99) > pages[""] >= len(campaign.kinds)


def test_every_language_has_all_words_of_the_sheet() -> None:
    assert len({frozenset(paper_forms.words(lang)) for lang in CODES}) == 1
    assert all("{most}" in paper_forms.words(lang)["most"] for lang in CODES)
