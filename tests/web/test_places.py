"""The page of a place: what people say, the city's answer, and support that works without a script."""

from datetime import date

import pytest
from sqlalchemy.orm import Session

from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import receipts, replies
from tests.factories import samples, submissions
from tests.factories.cities import INSIDE
from tests.factories.samples import Sample
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient, parse


@pytest.fixture
def sample(session: Session) -> Sample:
    return samples.silent(session)


def address(sample: Sample, step: str = "") -> str:
    return f"/en/worms/places/{sample.published.place_id}{step}"


def near(point: str = f"lat={INSIDE.lat}&lon={INSIDE.lon}", kind: str = "heat_island") -> str:
    return f"/en/worms/places/near?{point}&kind={kind}"


def beside(session: Session, sample: Sample, **columns: object) -> Submission:
    """Another published entry at the same place."""
    return submissions.published(session, sample.city, sample.campaign, place_id=sample.published.place_id, **columns)


def test_support_is_given_and_taken_back_by_plain_forms(client: PageClient, sample: Sample) -> None:
    first = client.post_form(address(sample, "?feel=1"), {}, action="/support")
    assert (first.status_code, first.location) == (303, address(sample) + "#support")
    page = client.page(address(sample))
    assert "1 person feels this too" in page.xpath("string(//*[@id='support-number'])")
    assert page.xpath("//*[@role='status']")
    client.post_form(address(sample), {}, action="/unsupport")
    page = client.page(address(sample))
    assert "Do you feel this too" in page.xpath("string(//*[@id='support-number'])")
    assert page.xpath("//a[@data-send-form]")


def test_scripts_get_figures(client: PageClient, sample: Sample) -> None:
    token = client.page(address(sample, "?feel=1")).xpath("//input[@name='csrf_token']/@value")[0]
    json = {"Accept": "application/json"}
    for step, figures in (
        ("/support", {"supports": 1, "supported": True}),
        ("/support", {"supports": 1, "supported": True}),
        ("/unsupport", {"supports": 0, "supported": False}),
    ):
        answer = client.post(address(sample, step), data={"csrf_token": token}, headers=json)
        assert (answer.status_code, answer.json) == (200, figures)


def test_two_browsers_count_twice_and_the_cookie_is_out_of_reach_of_scripts(client: PageClient, sample: Sample) -> None:
    cookie = client.post_form(address(sample, "?feel=1"), {}, action="/support").headers["Set-Cookie"]
    assert cookie.startswith(f"contributor-{sample.campaign.id}=")
    assert {"HttpOnly", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}
    client.delete_cookie(f"contributor-{sample.campaign.id}")
    client.post_form(address(sample, "?feel=1"), {}, action="/support")
    assert "2 people feel this too" in client.page(address(sample)).xpath("string(//*[@id='support-number'])")


def test_looking_and_taking_back_set_no_cookie(client: PageClient, sample: Sample) -> None:
    token = client.page(address(sample, "?feel=1")).xpath("//input[@name='csrf_token']/@value")[0]
    for answer in (client.get(near()), client.post(address(sample, "/unsupport"), data={"csrf_token": token})):
        assert "contributor" not in answer.headers.get("Set-Cookie", "")


def test_after_the_campaign_nothing_is_offered_and_nothing_counted(
    client: PageClient, session: Session, sample: Sample
) -> None:
    page = client.page(address(sample, "?feel=1"))
    for campaign in sample.campaign.partnership.campaigns:
        campaign.ends = date(2020, 1, 2)
    closed = client.page(address(sample))
    assert not closed.xpath("//form[contains(@action, 'support')]")
    assert not closed.xpath("//a[contains(@href, '/add?')]")
    response = client.send_form(page, "/", {}, action="/support")
    assert response.status_code == 303
    said = client.page(address(sample))
    assert said.xpath("//*[@role='alert']")
    assert "Do you feel this too" in said.xpath("string(//*[@id='support-number'])")
    headers = {"Accept": "application/json"}
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    assert client.post(address(sample, "/support"), data={"csrf_token": token}, headers=headers).status_code == 409


def test_near_places_are_told_in_the_agreed_form(client: PageClient, session: Session, sample: Sample) -> None:
    client.post_form(address(sample, "?feel=1"), {}, action="/support")
    response = client.get(near())
    [place] = [one for one in response.json["places"] if one["id"] == str(sample.published.place_id)]
    assert place == {
        "id": str(sample.published.place_id),
        "name": "Am Brunnen",
        "metres": 0,
        "kinds": {"heat_island": 1},
        "supports": 1,
        "supported": True,
        "address": address(sample),
    }
    assert "no-store" in response.headers["Cache-Control"]
    assert client.get(near("lat=49.64&lon=8.37")).json == {"places": []}


@sqlite_only
@pytest.mark.parametrize("bad", ["lat=x&lon=8", "lat=&lon=", "lat=91&lon=8", "", "lat=49.6&lon=8.3&kind=moon"])
def test_a_point_or_kind_that_is_none_is_refused(bad: str, client: PageClient, sample: Sample) -> None:
    kind = "" if "kind" in bad else "&kind=heat_island"
    assert client.get(f"/en/worms/places/near?{bad}{kind}").status_code == 400


@sqlite_only
def test_the_answer_of_the_city_comes_first_in_the_language_of_the_page(
    client: PageClient, session: Session, sample: Sample
) -> None:
    place = session.get_one(Place, sample.published.place_id)
    for lang, text in {"de": "Wir pflanzen Bäume.", "en": "We plant <trees>.", "fr": "Des arbres."}.items():
        replies.give(session, account=sample.moderator, city=sample.city, place=place, lang=lang, text=text, now=NOW)
    reply = client.page(address(sample)).xpath("//section[@class='reply']")[0]
    told = [(part.get("lang"), part.text_content()) for part in reply.xpath(".//blockquote/p")]
    assert told == [("en", "We plant <trees>."), ("de", "Wir pflanzen Bäume."), ("fr", "Des arbres.")]
    assert "1 July 2026" in reply.xpath("string(.//footer)")
    assert len(reply.xpath(".//details/blockquote")) == 2


@sqlite_only
def test_answers_are_counted_with_their_numbers(client: PageClient, session: Session, sample: Sample) -> None:
    beside(session, sample, reasons=("no_shade",), comfort="0")
    page = client.page(address(sample))
    told = {
        question.xpath("string(h3)").strip(): [" ".join(bar.text_content().split()) for bar in question.xpath(".//li")]
        for question in page.xpath("//*[contains(@class, 'tally ')]")
    }
    assert next(iter(told.values()))[0] == "No shade 2"
    assert [len(bars) for bars in told.values()] == [2, 2, 2]
    assert "2 people have answered this" in page.text_content()


@sqlite_only
def test_each_text_stands_in_its_own_language(client: PageClient, session: Session, sample: Sample) -> None:
    beside(session, sample, text="Plus aucune ombre.", text_lang="fr")
    page = client.page(address(sample))
    assert page.xpath("//p[@class='entry-text'][@lang='fr']/text()") == ["Plus aucune ombre."]
    assert page.xpath("//p[@class='entry-text'][@lang='de']")


@sqlite_only
def test_a_place_leads_on_with_what_it_is_about(client: PageClient, sample: Sample) -> None:
    links = client.page(address(sample)).xpath("//main//a/@href")
    assert f"/en/worms/add?lat={INSIDE.lat}&lon={INSIDE.lon}" in links
    assert f"/en/worms/add?kind=feedback&about_place={sample.published.place_id}" in links
    assert address(sample, "/notice") in links
    entry = client.page(f"/en/worms/submissions/{sample.published.id}").xpath("//main//a/@href")
    assert f"/en/worms/add?kind=feedback&about_submission={sample.published.id}" in entry
    assert f"/en/worms/submissions/{sample.published.id}/notice" in entry
    card = parse(client.get(f"/en/worms/submissions/{sample.published.id}?fragment=1")).xpath("//a/@href")
    assert f"/en/worms/submissions/{sample.published.id}/notice" in card


@sqlite_only
def test_a_place_whose_entries_are_withdrawn_is_gone(client: PageClient, session: Session, sample: Sample) -> None:
    page = client.page(address(sample, "?feel=1"))
    receipts.withdraw(session, submission=sample.published, now=NOW)
    assert client.get(address(sample)).status_code == 404
    assert client.send_form(page, "/", {}, action="/support").status_code == 404


def test_a_place_with_many_entries_costs_no_more_statements(
    client: PageClient, session: Session, sample: Sample, at_most: Budget
) -> None:
    for _ in range(12):
        beside(session, sample)
    page = address(sample)
    client.page(page)
    with at_most(8):
        client.page(page)
