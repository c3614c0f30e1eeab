"""What the desk shows: queues, filters, claims, what to look at, what is close; in each language."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.locales import CODES
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.claims import Claim
from participation.models.decisions import REASON_CODES
from participation.models.submissions import Submission
from participation.services import claims
from participation.services.queue_decisions import ACTIONS
from participation.services.queues import ELSEWHERE, PAGE, QUEUES
from participation.web.forms import queues as words
from participation.web.plumbing.entry_tools import TOOLS
from tests.desk_pages import QUEUE, decide, opened, rows, text
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.factories.cities import INSIDE
from tests.fixtures.clients import client_of
from tests.fixtures.databases import sqlite_only
from tests.fixtures.statements import Budget
from tests.page_client import PageClient

SCRIPT = {"HX-Request": "true"}


@pytest.fixture
def three(session: Session, city: City, campaign: Campaign) -> list[Submission]:
    """They wait, the oldest first."""
    return [submissions.make(session, city, campaign, place_name=name) for name in ("first", "second", "third")]


@pytest.mark.parametrize("lang", CODES)
@sqlite_only
def test_the_desk_in_each_language(
    desk: PageClient, session: Session, city: City, campaign: Campaign, lang: str
) -> None:
    cities.landmark(session, city)
    cities.district(session, city)
    columns: dict[str, Any] = {"place_name": "Am Brunnen", "text": "¡Aquí no hay sombra!", "text_lang": "es-PE"}
    oldest = submissions.make(session, city, campaign, role="resident", age_band="u16", near_home=True, **columns)
    submissions.make(session, city, campaign, point=None, source="import", needs_second_look=True)
    submissions.make(session, city, campaign, "idea", point=None)
    submissions.published(session, city, campaign)
    page = desk.page(f"/{lang}/staff/queue/worms")
    assert (opened(page), len(rows(page))) == (str(oldest.id), 2)
    entry, label = text(page, "//article"), campaign.questionnaire.label
    assert all(
        part in entry
        for part in ("Am Brunnen", "¡Aquí no hay sombra!", "Altstadt", "Dom", label("place_type", "square", lang))
    )
    assert page.xpath("//article//blockquote/@lang") == ["es-PE"]
    # What residents say about themselves is no reason to publish or to reject.
    assert label("age_band", "u16", lang) not in entry
    counts = [" ".join(tab.text_content().split()) for tab in page.xpath("//nav[@class='queue-tabs']//span")]
    assert counts == ["2", "1", "0", "1", "0", "0"]
    for queue in QUEUES:
        desk.page(f"/{lang}/staff/queue/worms?queue={queue}&q=x&kind=idea&language=de&source=web&district=altstadt")


@sqlite_only
def test_every_code_has_words(desk: PageClient) -> None:
    with desk.application.test_request_context("/en/"):
        assert (tuple(words.queue_labels()), tuple(words.elsewhere_labels())) == (QUEUES, ELSEWHERE)
        assert tuple(words.done_labels()) == ACTIONS
        assert {*words.wanted_labels()} == {*ACTIONS, "undo", *TOOLS}


@sqlite_only
def test_every_reason_has_a_key_of_its_own(desk: PageClient, three: list[Submission]) -> None:
    page = desk.page(QUEUE)
    assert page.xpath("//input[@name='reason_code']/@value") == [*REASON_CODES]
    keys = page.xpath("//@data-reason-key")
    assert len({*keys}) == len(REASON_CODES)
    # While the reasons are open these keys go on and back.
    assert not {*keys} & {"j", "k", "r"}


def test_a_queue_longer_than_a_page_goes_on(desk: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    made = [submissions.make(session, city, campaign) for _ in range(PAGE + 2)]
    first = desk.page(QUEUE)
    [following] = first.xpath("//a[@rel='next']/@href")
    assert (len(rows(first)), opened(desk.page(following))) == (PAGE, str(made[PAGE].id))
    # From the last entry of a page on to the first one of the next.
    last = desk.page(f"{QUEUE}?entry={made[PAGE - 1].id}")
    assert last.xpath("//a[@data-key='j']/@href") == [following]
    response = decide(desk, made[PAGE - 1], "publish", f"{QUEUE}?entry={made[PAGE - 1].id}")
    assert opened(desk.page(response.location)) == str(made[PAGE].id)
    assert desk.page(following).xpath("//nav[@aria-label='Pages']/a/@href") == [QUEUE]


@pytest.mark.parametrize(
    "query", ["queue=x", "kind=x", "district=x", "language=%00", "source=x", "after=x", "entry=x", "next=x", "q=%00"]
)
@sqlite_only
def test_what_is_not_known_narrows_nothing(desk: PageClient, three: list[Submission], query: str) -> None:
    assert len(rows(desk.page(f"{QUEUE}?{query}"))) == 3


@sqlite_only
def test_filters_stay_while_one_decides(
    desk: PageClient, session: Session, city: City, campaign: Campaign, three: list[Submission]
) -> None:
    idea, other = (submissions.make(session, city, campaign, "idea", text=f"Bäume {n}") for n in (1, 2))
    page = desk.page(f"{QUEUE}?kind=idea&q=b%C3%A4ume")
    assert len(rows(page)) == 2
    assert "2 entries fit." in text(page, "//section[@id='list']")
    response = decide(desk, idea, "publish", f"{QUEUE}?kind=idea&q=b%C3%A4ume")
    page = desk.page(response.location)
    assert (opened(page), len(rows(page))) == (str(other.id), 1)
    response = decide(desk, other, "publish", response.location)
    assert "Nothing here" in text(desk.page(response.location))


@pytest.mark.parametrize("lang", CODES)
@sqlite_only
def test_nothing_left_to_do(desk: PageClient, lang: str) -> None:
    page = desk.page(f"/{lang}/staff/queue/worms")
    assert page.xpath("//div[@class='all-done']")
    assert not page.xpath("//article")


def test_opening_claims_and_another_sees_it(
    desk: PageClient, session: Session, city: City, moderator: Account, three: list[Submission]
) -> None:
    desk.page(QUEUE)
    [claim] = session.scalars(select(Claim))
    assert (claim.submission_id, claim.account_id) == (three[0].id, moderator.id)
    other = accounts.make(session, city)
    colleague = client_of(desk.application, session)
    colleague.sign_in(other)
    page = colleague.page(QUEUE)
    # The first free one is opened instead; the list says whose the other one is.
    assert opened(page) == str(three[1].id)
    assert moderator.email in rows(page)[0]
    page = colleague.page(f"{QUEUE}?entry={three[0].id}")
    assert moderator.email in text(page, "//article")
    assert not page.xpath("//div[@class='queue-decide']")
    # After a quarter of an hour it is for whoever comes.
    claim = session.get_one(Claim, three[0].id)
    claim.until = datetime.now(UTC) - timedelta(seconds=1)
    page = colleague.page(f"{QUEUE}?entry={three[0].id}")
    assert page.xpath("//div[@class='queue-decide']")
    assert session.get_one(Claim, three[0].id).account_id == other.id


@pytest.mark.parametrize("path", [QUEUE, "/en/staff/submissions/{id}"])
def test_what_is_only_fetched_ahead_claims_nothing(
    desk: PageClient, session: Session, three: list[Submission], path: str
) -> None:
    address = path.format(id=three[0].id)
    for headers in ({"Sec-Purpose": "prefetch;prerender"}, {"Purpose": "prefetch"}, {"X-Moz": "prefetch"}):
        desk.page(address, headers=headers)
    desk.head(address)
    assert session.scalars(select(Claim)).all() == []


def test_when_all_is_taken_one_is_told_so(desk: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    submission = submissions.make(session, city, campaign)
    claims.take(session, account=accounts.make(session, city), submission_id=submission.id, now=datetime.now(UTC))
    page = desk.page(QUEUE)
    assert (opened(page), len(rows(page))) == ("", 1)
    assert "All taken" in text(page)


@sqlite_only
def test_an_entry_of_another_city_is_not_there(
    desk: PageClient, session: Session, campaign: Campaign, three: list[Submission]
) -> None:
    elsewhere = submissions.make(session, cities.make(session, "metz"), campaign)
    assert desk.get(f"{QUEUE}?entry={elsewhere.id}").status_code == 404
    assert desk.get(f"{QUEUE}?entry={uuid4()}").status_code == 404
    desk.page(QUEUE)
    response = decide(desk, three[0], "reject", f"{QUEUE}?entry={three[0].id}")
    assert response.status_code == 422


@sqlite_only
def test_an_entry_that_is_decided_can_still_be_looked_at(
    desk: PageClient, session: Session, three: list[Submission]
) -> None:
    submissions.publish(session, three[0])
    page = desk.page(f"{QUEUE}?entry={three[0].id}")
    assert opened(page) == str(three[0].id)
    assert not page.xpath("//div[@class='queue-decide']")
    assert session.scalars(select(Claim)).all() == []


@sqlite_only
def test_without_a_point_the_place_comes_first(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, point=None)
    page = desk.page(QUEUE)
    assert not page.xpath("//button[@value='publish'][@data-key]")
    assert f"{QUEUE}?entry={submission.id}&tool=point" in page.xpath("//article//a/@href")
    assert page.xpath("//p[contains(@class, 'queue-pointless')]")


@sqlite_only
def test_what_needs_a_look_is_named(desk: PageClient, session: Session, city: City, campaign: Campaign) -> None:
    submissions.make(session, city, campaign, checks=("fast", "name", "no_proof", "phone", "shouting"))
    looks = text(desk.page(QUEUE), "//ul[contains(@class, 'queue-looks')]")
    for label in ("Perhaps a phone number", "Perhaps a name", "Written in capitals", "Sent very fast"):
        assert label in looks


@sqlite_only
def test_neighbours_are_listed_and_given_to_the_map(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    shown = submissions.published(session, city, campaign, place_name="Brunnen")
    first, second = (submissions.make(session, city, campaign) for _ in range(2))
    page = desk.page(QUEUE)
    links = page.xpath("//section[@class='queue-near']//a/@href")
    assert {*links} == {f"/en/worms/places/{shown.place_id}", f"{QUEUE}?entry={second.id}"}
    [data] = page.xpath("//*[@id='entry-on-map']/@data-map")
    assert f"{INSIDE.lat}" in data
    assert opened(page) == str(first.id)


def test_the_desk_keeps_its_budget_of_statements(
    desk: PageClient, session: Session, city: City, at_most: Budget
) -> None:
    both = partnerships.make(session, city)
    rounds = [campaigns.make(session, partnership=both, code=f"round-{number}") for number in range(5)]
    for number in range(20):
        cities.district(session, city, f"d{number}", half=0.001 + number / 1000)
        cities.landmark(session, city, f"l{number}")
    made = [
        submissions.make(
            session, city, rounds[n % 5], district_id=city.districts[n % 20].id, text="Trop chaud", text_lang="fr"
        )
        for n in range(PAGE)
    ]
    chosen, passed = f"{QUEUE}?entry={made[7].id}", f"{QUEUE}?next={made[7].id}"
    desk.page(QUEUE)
    with at_most(11):
        page = desk.page(QUEUE)
    assert len(rows(page)) == PAGE
    with at_most(11):
        desk.get(chosen, headers=SCRIPT)
    with at_most(11):
        desk.get(passed, headers=SCRIPT)


@sqlite_only
def test_an_age_is_told_in_words_and_by_the_target(
    desk: PageClient, session: Session, city: City, campaign: Campaign
) -> None:
    submissions.make(session, city, campaign, now=datetime.now(UTC) - timedelta(days=3, hours=1))
    assert "vor 3 Tagen" in text(desk.page("/de/staff/queue/worms"), "//article")
    assert "il y a 3 jours" in text(desk.page("/fr/staff/queue/worms"), "//article")
    assert "Overdue" in text(desk.page(QUEUE), "//article")
    city.target_hours = 24 * 30
    assert "Overdue" not in text(desk.page(QUEUE), "//article")
