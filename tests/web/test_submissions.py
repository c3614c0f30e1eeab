"""A resident adds an entry in four languages; whatever is wrong, what was typed stays and nothing is stored twice."""

from datetime import date

import pytest
from lxml import html
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contributors import Contributor
from participation.models.partnerships import Membership
from participation.models.submissions import Submission
from tests.factories import cities, submissions
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.fixtures.clients import ClientMaker
from tests.fixtures.databases import sqlite_only
from tests.page_client import PageClient, multi, parse, the_form

pytestmark = pytest.mark.usefixtures("campaign")

HERE = {"lat": f"{INSIDE.lat}", "lon": f"{INSIDE.lon}"}
HEAT = {"place_type": "square", "reasons": ["no_shade", "no_water"]}
IDEA = {"text": "Bitte mehr Bäume & <b>Bänke</b>"}
# The kind, what is sent, the field beside which the page says what is wrong.
BAD_FORMS = {
    "no place": ("heat_island", HEAT, "lat"),
    "outside": ("heat_island", HEAT | {"lat": str(OUTSIDE.lat), "lon": str(OUTSIDE.lon)}, "lat"),
    "untouched": ("heat_island", HEAT | {"lat": f"{CENTRE.lat:.6f}", "lon": f"{CENTRE.lon:.6f}"}, "lat"),
    "no point": ("heat_island", HEAT | {"lat": "<script>", "lon": "8"}, "lat"),
    "no answers": ("climate_oasis", HERE, "place_type"),
    "half the answers": ("climate_oasis", HERE | {"place_type": "park_garden", "text": "so schön hier"}, "reasons"),
    "too many": (
        "heat_island",
        HERE
        | {"place_type": "square", "reasons": ["no_shade", "no_water", "no_greenery", "no_airflow", "unsure", "other"]},
        "reasons",
    ),
    "unknown code": ("heat_island", HERE | HEAT | {"comfort": "9"}, "comfort"),
    "unknown landmark": ("heat_island", HEAT | {"landmark": "moon"}, "landmark"),
    "unknown district": ("heat_island", HEAT | {"district": "moon"}, "district"),
    "too long": ("idea", {"text": "x" * 1501}, "text"),
    "too short": ("idea", {"text": "kurz"}, "text"),
    "too many words": ("heat_island", HEAT | {"place_words": "x" * 201}, "place_words"),
    "no topic": ("feedback", {"text": "Vielen Dank dafür"}, "topic"),
    "unknown language": ("idea", IDEA | {"text_lang": "<x>"}, "text_lang"),
}
# A browser would not send these, and no form can show them as typed.
FORGED = {"moon", "9", "<x>"}


@pytest.fixture
def city(session: Session) -> City:
    made = cities.make(session)
    cities.district(session, made, name="Altstadt")
    cities.landmark(session, made, name={"de": "Dom", "fr": "Cathédrale", "es": "Catedral", "en": "Cathedral"})
    return made


def stored(session: Session) -> list[Submission]:
    return list(session.scalars(select(Submission).order_by(Submission.id)))


def add(kind: str, lang: str = "en") -> str:
    return f"/{lang}/worms/add?kind={kind}"


def complaint(page: html.HtmlElement, field: str) -> str:
    [error] = page.xpath(f"//*[@id='{field}-error'][not(@hidden)]")
    return " ".join(error.text_content().split())


@pytest.mark.parametrize("lang", CODES)
def test_a_heat_island_is_added_in_every_language(lang: str, client: PageClient, session: Session) -> None:
    response = client.post_form(add("heat_island", lang), HERE | HEAT | {"text": "Kein Baum weit und breit"})
    assert response.status_code == 303
    assert response.location.startswith(f"/{lang}/receipts/")
    [submission] = stored(session)
    assert (submission.point, submission.reasons, submission.text_lang) == (INSIDE, ("no_shade", "no_water"), lang)
    thanks = client.page(response.location)
    link = response.location.split("?")[0]
    assert f"http://localhost{link}" in thanks.text_content()


@pytest.mark.parametrize("kind", submissions.ANSWERS)
def test_every_kind_can_be_sent_without_a_script(kind: str, client: PageClient, session: Session) -> None:
    page = client.page("/de/worms/add")
    [link] = page.xpath(f"//a[contains(@href, 'kind={kind}')]/@href")
    response = client.post_form(link, {**submissions.ANSWERS[kind], "landmark": "dom"})
    assert response.status_code == 303
    [submission] = stored(session)
    assert (submission.kind, submission.point) == (kind, INSIDE)
    assert submission.district
    assert submission.district.code == "altstadt"


@sqlite_only
@pytest.mark.parametrize("where", [{"district": "altstadt"}, {"place_words": "hinter dem Bahnhof"}])
def test_a_place_can_be_said_without_a_map(where: dict[str, str], client: PageClient, session: Session) -> None:
    assert client.post_form(add("heat_island"), HEAT | where).status_code == 303
    [submission] = stored(session)
    assert (submission.point, submission.status) == (None, "pending")
    assert bool(submission.district) == ("district" in where)


@sqlite_only
def test_everything_that_is_asked_arrives(client: PageClient, session: Session, campaign: Campaign) -> None:
    questions = campaign.questionnaire.questions_for("heat_island")
    sent = {
        question.code: [question.options[0].code] if question.type == "multi" else question.options[0].code
        for question in questions
        if question.options
    }
    sent |= {"text": "Mein Text", "place_name": "Am Brunnen", "near_home": True, "text_lang": "fr"}
    assert client.post_form(add("heat_island", "de"), HERE | sent).status_code == 303
    [submission] = stored(session)
    arrived = {name: getattr(submission, name) for name in sent}
    assert arrived == {name: tuple(value) if isinstance(value, list) else value for name, value in sent.items()}
    assert submission.public_point != submission.point


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize("what", BAD_FORMS)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    what: str, lang: str, client: PageClient, session: Session
) -> None:
    kind, sent, field = BAD_FORMS[what]
    response = client.post_form(add(kind, lang), sent, forged=True)
    assert response.status_code == 422
    page = parse(response)
    assert complaint(page, field)
    # The list above the form leads to each field.
    assert page.xpath("//*[@id='errors'][not(@hidden)]//a[starts-with(@href, '#')]")
    kept = multi(the_form(page))
    for name, value in sent.items():
        typed = value if isinstance(value, list) else [value]
        if not FORGED & {*typed}:
            assert sorted(kept[name]) == sorted(typed)
    assert stored(session) == []
    assert session.scalar(select(func.count()).select_from(Contributor)) == 0


@sqlite_only
def test_a_mended_form_is_sent(client: PageClient, session: Session) -> None:
    page = parse(client.post_form(add("heat_island"), HEAT))
    assert client.send_form(page, "/en/worms/add", HERE).status_code == 303
    assert [submission.reasons for submission in stored(session)] == [("no_shade", "no_water")]


@sqlite_only
def test_a_point_in_the_partner_city_is_sent_there(client: PageClient, session: Session, campaign: Campaign) -> None:
    metz = cities.make(session, "metz", centre=OUTSIDE)
    campaign.partnership.memberships.append(Membership(city=metz))
    response = client.post_form(add("heat_island"), HEAT | {"lat": "50.51", "lon": "9.51"})
    assert response.status_code == 422
    assert "Metz" in complaint(parse(response), "lat")


@pytest.mark.parametrize("lang", CODES)
def test_a_form_sent_twice_is_stored_once(lang: str, client: PageClient, session: Session) -> None:
    page = client.page(add("idea", lang))
    first, second = (client.send_form(page, "/", IDEA) for _ in range(2))
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(stored(session)) == 1


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_a_form_sent_again_with_other_answers_asks_first(lang: str, client: PageClient, session: Session) -> None:
    page = client.page(add("idea", lang))
    client.send_form(page, "/", IDEA)
    again = client.send_form(page, "/", {"text": "Etwas ganz anderes"})
    assert again.status_code == 409
    assert len(stored(session)) == 1
    assert client.send_form(parse(again), "/", {}).status_code == 303
    assert [submission.text for submission in stored(session)] == [IDEA["text"], "Etwas ganz anderes"]


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
@pytest.mark.parametrize(
    ("starts", "ends"), [(date(2020, 1, 1), date(2020, 2, 1)), (date(2099, 1, 1), date(2099, 2, 1))]
)
def test_a_campaign_that_closed_meanwhile_says_so(
    starts: date, ends: date, lang: str, client: PageClient, session: Session, campaign: Campaign
) -> None:
    page = client.page(add("idea", lang))
    campaign.starts, campaign.ends = starts, ends
    response = client.send_form(page, "/", IDEA)
    assert response.status_code == 422
    assert IDEA["text"] in parse(response).xpath("//textarea[@name='text']")[0].text_content()
    assert stored(session) == []
    # Who opens the form now sees when one can take part instead of a form.
    assert not client.page(add("idea", lang)).xpath("//form[@method='post']")


@sqlite_only
@pytest.mark.parametrize("lang", CODES)
def test_a_city_without_a_campaign_still_has_its_pages(lang: str, client: PageClient, session: Session) -> None:
    cities.make(session, "metz")
    for address in ("", "list", "add", "add?kind=idea"):
        client.page(f"/{lang}/metz/{address}")


@sqlite_only
def test_a_kind_that_is_not_offered_leads_to_the_choice(
    client: PageClient, session: Session, campaign: Campaign
) -> None:
    campaign.kinds = ["idea"]
    page = client.page(add("heat_island"))
    assert [link for link in page.xpath("//main//a/@href") if "kind=" in link] == ["/en/worms/add?kind=idea"]
    token = the_form(client.page(add("idea"))).fields["csrf_token"]
    response = client.post(add("heat_island"), data={"csrf_token": token, **HERE, **HEAT})
    assert response.status_code == 422
    assert stored(session) == []


@sqlite_only
def test_one_browser_is_one_contributor_by_a_cookie_of_its_own(make_client: ClientMaker, session: Session) -> None:
    client = make_client(base_url="https://heat.example.org")
    sent = [client.post_form(add("idea"), {"text": f"Idee Nummer {number} für alle"}, forged=True) for number in (1, 2)]
    [cookie] = [value for value in sent[0].headers.getlist("Set-Cookie") if value.startswith("contributor-")]
    for part in ("HttpOnly", "Secure", "SameSite=Lax", "Max-Age=34560000"):
        assert part in cookie
    assert len({submission.contributor_id for submission in stored(session)}) == 1
    client.delete_cookie(cookie.split("=")[0])
    client.post_form(add("idea"), {"text": "Idee Nummer 3 für alle"})
    assert len({submission.contributor_id for submission in stored(session)}) == 2


@sqlite_only
def test_a_link_can_name_the_place(client: PageClient) -> None:
    page = client.page(f"{add('heat_island')}&lat=49.6312&lon=8.3655&landmark=dom")
    values = multi(the_form(page))
    assert (values["lat"], values["lon"], values["landmark"]) == (["49.6312"], ["8.3655"], ["dom"])


@sqlite_only
def test_the_list_has_pages_and_keeps_its_filter(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    for _ in range(23):
        submissions.published(session, city, campaign, "idea")
    page = client.page("/en/worms/list?kind=idea")
    assert len(page.xpath("//article")) == 20
    [following] = {link for link in page.xpath("//a/@href") if "page=2" in link}
    assert "kind=idea" in following
    assert len(client.page(following).xpath("//article")) == 3
    for odd in ("page=0", "page=-1", "page=x", "page=99999999999999999999", "page=7"):
        client.page(f"/en/worms/list?{odd}")


@sqlite_only
def test_only_published_entries_have_a_page(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    shown, hidden = submissions.published(session, city, campaign), submissions.make(session, city, campaign)
    page = client.page(f"/en/worms/submissions/{shown.id}")
    assert str(shown.id) not in page.text_content()
    assert client.get(f"/en/worms/submissions/{hidden.id}").status_code == 404
    cities.make(session, "metz")
    assert client.get(f"/en/metz/submissions/{shown.id}").status_code == 404


@sqlite_only
def test_near_a_home_no_page_shows_the_exact_point(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    shown = submissions.published(session, city, campaign, near_home=True)
    for address in (
        f"submissions/{shown.id}",
        f"submissions/{shown.id}?fragment=1",
        f"places/{shown.place_id}",
        "list",
        "",
    ):
        source = client.get(f"/en/worms/{address}").text
        assert "49.6312" not in source
        assert "8.3655" not in source
