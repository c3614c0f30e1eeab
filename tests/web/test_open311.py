"""Open311 GeoReport: what is published can be read by programs, and theirs waits in the queue like everything else."""

from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as Xml

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation import geo
from participation.models.api_clients import ApiClient
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.questionnaire import KINDS
from participation.services import api_clients, receipts, redactions, replies
from participation.services.decisions import Seen
from participation.services.originals import Hidden
from tests.factories import campaigns, cities, submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

REQUESTS = "/open311/v2/requests"
WORMS = "?jurisdiction_id=worms"


@pytest.fixture
def key(session: Session, city: City) -> str:
    return api_clients.create(session, city=city, name="City app", now=NOW).key


def entry(key: str, **changed: Any) -> dict[str, Any]:
    """What a client sends."""
    values = {
        "jurisdiction_id": "worms",
        "api_key": key,
        "service_code": "heat_island",
        "lat": str(INSIDE.lat),
        "long": str(INSIDE.lon),
        "description": "No shade at noon",
        "attribute[place_type]": "square",
        "attribute[reasons][]": ["no_shade", "hot_surfaces"],
        "email": "somebody@people.example",
        "lang": "en",
    }
    return values | changed


def xml(client: PageClient, path: str) -> Xml.Element:
    response = client.get(path)
    assert (response.status_code, response.content_type) == (200, "text/xml; charset=utf-8")
    return Xml.fromstring(response.data)


def test_an_entry_of_a_program_waits_in_the_queue(
    client: PageClient, session: Session, city: City, campaign: Campaign, key: str
) -> None:
    response = client.post(f"{REQUESTS}.json", data=entry(key))
    assert response.status_code == 201
    [made] = response.get_json()
    [sent] = session.scalars(select(Submission))
    assert (str(sent.id), sent.status, sent.source) == (made["service_request_id"], "pending", "open311")
    assert (sent.text, sent.text_lang, sent.place_type) == ("No shade at noon", "en", "square")
    assert sent.reasons == ("hot_surfaces", "no_shade")
    assert (sent.lat, sent.lon) == (INSIDE.lat, INSIDE.lon)
    assert client.get(f"{REQUESTS}/{sent.id}.json{WORMS}").status_code == 404
    assert session.scalars(select(ApiClient)).one().used_at is not None
    submissions.publish(session, sent)
    [shown] = client.get(f"{REQUESTS}/{sent.id}.json{WORMS}").get_json()
    assert (shown["status"], shown["description"], shown["service_code"]) == ("open", "No shade at noon", "heat_island")
    assert "Access-Control-Allow-Origin" not in response.headers


def test_an_entry_that_is_sent_again_with_its_key_is_no_new_one(
    client: PageClient, session: Session, city: City, campaign: Campaign, key: str
) -> None:
    headers = {"Idempotency-Key": "a-1"}
    answers = [client.post(f"{REQUESTS}.json", data=entry(key), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].get_json()[0]["service_request_id"] == answers[1].get_json()[0]["service_request_id"]
    other = client.post(f"{REQUESTS}.json", data=entry(key, description="Something else"), headers=headers)
    assert (other.status_code, other.get_json()["code"]) == (409, "already_sent")
    assert len(session.scalars(select(Submission)).all()) == 1


@sqlite_only
def test_a_key_is_for_one_city_and_until_it_is_revoked(
    client: PageClient, session: Session, city: City, campaign: Campaign, key: str
) -> None:
    metz = cities.make(session, "metz")
    campaigns.make(session, metz)
    foreign = api_clients.create(session, city=metz, name="Metz", now=NOW).key
    for wrong in ("", "x", foreign, "\ud800".encode("utf-8", "replace").decode(), "ä" * 300):
        response = client.post(f"{REQUESTS}.json", data=entry(wrong))
        assert (response.status_code, response.get_json()["code"]) == (403, "api_key_unknown")
        assert response.content_type == "application/problem+json"
    made = session.scalars(select(ApiClient).where(ApiClient.city_id == city.id)).one()
    api_clients.revoke(session, client_id=made.id, now=NOW)
    assert client.post(f"{REQUESTS}.json", data=entry(key)).status_code == 403
    assert session.scalars(select(Submission)).all() == []


@sqlite_only
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"lat": "50.5", "long": "9.5"}, "lat"),
        ({"lat": "north"}, "lat"),
        ({"service_code": "volcano"}, "service_code"),
        ({"attribute[place_type]": ["square", "street"]}, "attribute[place_type]"),
        ({"attribute[reasons][]": ["no_such"]}, "attribute[reasons]"),
        ({"attribute[volcano]": "yes"}, "attribute[volcano]"),
        ({"description": "x" * 2000}, "description"),
        ({"lang": "klingon!"}, "text_lang"),
    ],
)
def test_what_cannot_be_stored_is_said_by_name(
    changed: dict[str, Any], field: str, client: PageClient, session: Session, campaign: Campaign, key: str
) -> None:
    response = client.post(f"{REQUESTS}.json", data=entry(key, **changed))
    assert (response.status_code, response.content_type) == (400, "application/problem+json")
    problem = response.get_json()
    assert problem["status"] == 400
    assert field in [error["field"] for error in problem["errors"]]
    spoken = client.post(f"{REQUESTS}.xml", data=entry(key, **changed))
    assert spoken.content_type == "text/xml; charset=utf-8"
    assert Xml.fromstring(spoken.data).findtext("error/code") == "400"
    assert session.scalars(select(Submission)).all() == []


@sqlite_only
def test_without_an_open_campaign_nothing_is_taken(client: PageClient, session: Session, city: City, key: str) -> None:
    response = client.post(f"{REQUESTS}.json", data=entry(key))
    assert (response.status_code, response.get_json()["code"]) == (400, "campaign_closed")
    campaign = campaigns.make(session, city)
    campaign.ends = campaign.starts
    response = client.post(f"{REQUESTS}.json", data=entry(key))
    assert (response.status_code, response.get_json()["code"]) == (400, "campaign_closed")


@sqlite_only
def test_the_people_of_a_client_are_told_apart_by_what_it_says_of_them(
    client: PageClient, session: Session, campaign: Campaign, key: str
) -> None:
    for person in ("a", "b", "b", "", ""):
        client.post(f"{REQUESTS}.json", data=entry(key, account_id=person, description=f"From {uuid4()}"))
    contributors = [sent.contributor_id for sent in session.scalars(select(Submission).order_by(Submission.id))]
    assert len({*contributors}) == 3
    assert contributors[1] == contributors[2]
    assert contributors[3] == contributors[4]


@sqlite_only
def test_near_a_home_only_a_snapped_point_is_shown(
    client: PageClient, session: Session, campaign: Campaign, key: str
) -> None:
    client.post(f"{REQUESTS}.json", data=entry(key, near_home="true"))
    submissions.publish(session, session.scalars(select(Submission)).one())
    [shown] = client.get(f"{REQUESTS}.json{WORMS}").get_json()
    assert (shown["lat"], shown["long"]) == (geo.snap(INSIDE).lat, geo.snap(INSIDE).lon)


def test_only_what_is_published_is_shown_and_only_as_it_is_published(
    client: PageClient, session: Session, city: City, campaign: Campaign, tmp_path: Path
) -> None:
    shown = submissions.published(session, city, campaign, text="Ask Mr Smith", text_lang="en", near_home=True)
    submissions.make(session, city, campaign)
    gone = submissions.published(session, city, campaign)
    receipts.withdraw(session, submission=gone, now=NOW)
    redactions.redact(
        session,
        account=submissions.operator(session),
        submission=shown,
        seen=Seen(shown.version),
        hidden=Hidden(ranges=((7, 12),)),
        folder=tmp_path,
        now=NOW,
    )
    [found] = client.get(f"{REQUESTS}.json{WORMS}").get_json()
    assert found["service_request_id"] == str(shown.id)
    assert "Smith" not in client.get(f"{REQUESTS}.xml{WORMS}").text
    assert client.get(f"{REQUESTS}/{gone.id}.json{WORMS}").status_code == 404


def test_a_request_is_closed_by_the_answer_of_the_city(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    answered, other = (submissions.published(session, city, campaign) for _ in range(2))
    place = session.get_one(Place, answered.place_id)
    for lang, text in {"fr": "Nous plantons.", "de": "Wir pflanzen."}.items():
        replies.give(
            session, account=submissions.operator(session), city=city, place=place, lang=lang, text=text, now=NOW
        )
    [closed] = client.get(f"{REQUESTS}.json{WORMS}&status=closed").get_json()
    assert (closed["service_request_id"], closed["status_notes"]) == (str(answered.id), "Wir pflanzen.")
    [still] = client.get(f"{REQUESTS}.json{WORMS}&status=open").get_json()
    assert still["service_request_id"] == str(other.id)
    root = xml(client, f"{REQUESTS}.xml{WORMS}")
    assert (root.tag, [one.findtext("status") for one in root.findall("request")]) == (
        "service_requests",
        ["open", "closed"],
    )


@sqlite_only
def test_requests_by_id_kind_and_time(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    made = {kind: submissions.published(session, city, campaign, kind) for kind in ("idea", "feedback")}

    def found(query: str) -> list[str]:
        return sorted(one["service_code"] for one in client.get(f"{REQUESTS}.json{WORMS}&{query}").get_json())

    assert found(f"service_request_id={made['idea'].id}, {uuid4()}") == ["idea"]
    assert found("service_code=feedback") == ["feedback"]
    assert found("start_date=2026-07-01T12:00:00Z&end_date=2026-07-01") == ["feedback", "idea"]
    assert found("start_date=2026-07-01T14:00:01+02:00") == []
    assert found("end_date=2026-06-30") == []


@sqlite_only
@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{REQUESTS}.json", 400),
        (f"{REQUESTS}.json?jurisdiction_id=nowhere", 404),
        (f"{REQUESTS}.json{WORMS}&start_date=yesterday", 400),
        (f"{REQUESTS}.json{WORMS}&start_date=2026-02-30", 400),
        (f"{REQUESTS}.json{WORMS}&end_date=0001-01-01T00:00:00%2B14:00", 400),
        (f"{REQUESTS}.json{WORMS}&service_code=volcano", 400),
        (f"{REQUESTS}.json{WORMS}&status=lost", 400),
        (f"{REQUESTS}.json{WORMS}&service_request_id=7", 400),
        (f"{REQUESTS}/7.json{WORMS}", 404),
        (f"/open311/v2/services/volcano.json{WORMS}", 404),
        (f"/open311/v2/services.yaml{WORMS}", 404),
    ],
)
def test_what_cannot_be_answered_is_a_problem(path: str, status: int, client: PageClient, campaign: Campaign) -> None:
    response = client.get(path, headers={"Accept": "text/html"})
    assert (response.status_code, response.content_type) == (status, "application/problem+json")
    assert response.get_json()["status"] == status


@sqlite_only
def test_the_kinds_are_the_services_and_the_questions_their_attributes(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    offered = client.get(f"/open311/v2/services.json{WORMS}&lang=de").get_json()
    assert [one["service_code"] for one in offered] == list(KINDS)
    assert offered[0]["service_name"] == "Hitzeinsel"
    definition = client.get(f"/open311/v2/services/heat_island.json{WORMS}&lang=fr").get_json()
    attributes = {one["code"]: one for one in definition["attributes"]}
    assert (attributes["place_type"]["required"], attributes["place_type"]["datatype"]) == (True, "singlevaluelist")
    assert attributes["reasons"]["datatype"] == "multivaluelist"
    assert "text" not in attributes
    root = xml(client, f"/open311/v2/services/heat_island.xml{WORMS}")
    assert root.tag == "service_definition"
    assert root.findtext("attributes/attribute/values/value/key")
    assert xml(client, f"/open311/v2/services.xml{WORMS}").findtext("service/service_code") == "heat_island"
    assert xml(client, "/open311/discovery.xml").findtext("endpoints/endpoint/url", "").endswith("/open311/v2")


@sqlite_only
def test_what_xml_cannot_hold_is_left_out(client: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign, text="a\ufffe<b>&\U0001f333", text_lang="en")
    assert xml(client, f"{REQUESTS}.xml{WORMS}").findtext("request/description") == "a<b>&\U0001f333"


def test_many_requests_cost_as_many_statements_as_few(
    client: PageClient, session: Session, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for _ in range(4):
        submissions.published(session, city, campaign)
    client.get(f"{REQUESTS}.json{WORMS}")
    with at_most(7):
        assert len(client.get(f"{REQUESTS}.json{WORMS}").get_json()) == 4


@sqlite_only
def test_what_has_not_changed_is_not_sent_again(
    client: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.published(session, city, campaign)
    response = client.get(f"{REQUESTS}.json{WORMS}")
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    for name, value in (("If-None-Match", "ETag"), ("If-Modified-Since", "Last-Modified")):
        again = client.get(f"{REQUESTS}.json{WORMS}", headers={name: response.headers[value]})
        assert (again.status_code, again.data) == (304, b"")
    submissions.published(session, city, campaign)
    tag = {"If-None-Match": response.headers["ETag"]}
    assert client.get(f"{REQUESTS}.json{WORMS}", headers=tag).status_code == 200
