"""The queues of a city: what waits, oldest first; counts, filters, claims and ages of the same query."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.photos import Photo
from participation.models.submissions import Submission
from participation.services import claims, queues
from participation.services.queues import ELSEWHERE, QUEUES, Page, Wanted
from tests.factories import accounts, cities, submissions
from tests.factories.decisions import act
from tests.factories.submissions import NOW
from tests.fixtures.statements import Budget


def page(session: Session, account: Account, city: City, **changed: Any) -> Page:
    after = changed.pop("after", None)
    return queues.page(session, account=account, city=city, wanted=Wanted(**changed), now=NOW, after=after)


def shown(found: Page) -> list[Submission]:
    return [row.submission for row in found.rows]


def test_the_pending_ones_of_the_city_oldest_first_and_page_by_page(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    waiting = [submissions.make(session, city, campaign) for _ in range(queues.PAGE + 3)]
    published = waiting.pop(1)
    act(session, moderator, published, "publish")
    submissions.make(session, cities.make(session, "metz"), campaign)
    first = page(session, moderator, city)
    assert (shown(first), first.more) == (waiting[: queues.PAGE], True)
    rest = page(session, moderator, city, after=waiting[queues.PAGE - 1].id)
    assert (shown(rest), rest.more) == (waiting[queues.PAGE :], False)
    assert queues.lengths(session, cities=[city]) == [(city, len(waiting))]


def test_an_entry_is_in_each_queue_that_it_belongs_to(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    plain = submissions.make(session, city, campaign)
    second = submissions.make(session, city, campaign, needs_second_look=True)
    pictured = submissions.make(session, city, campaign)
    session.add(Photo(submission=pictured, width=8, height=8, created_at=NOW))
    session.flush()
    in_words = submissions.make(session, city, campaign, point=None)
    idea = submissions.make(session, city, campaign, "idea", point=None)
    expected = {
        "new": [plain, pictured, in_words, idea],
        "second_look": [second],
        "photos": [pictured],
        "without_point": [in_words],
    }
    counts = queues.counts(session, account=moderator, city=city)
    assert {*counts} == {*QUEUES, *ELSEWHERE}
    for queue in QUEUES:
        assert shown(page(session, moderator, city, queue=queue)) == expected[queue]
        assert counts[queue] == len(expected[queue])


def test_filters_narrow_the_list(session: Session, moderator: Account, city: City, campaign: Campaign) -> None:
    district = cities.district(session, city)
    first = submissions.make(session, city, campaign, text="Viel Élan", text_lang="fr-CH", district_id=None)
    second = submissions.make(session, city, campaign, "idea", source="import", place_words="am Rhein")
    third = submissions.make(session, city, campaign, place_name="100 % Sonne", district_id=district.id)
    second.district_id = first.district_id = None
    session.flush()
    for changed, expected in (
        ({"kind": "idea"}, [second]),
        ({"district_id": district.id}, [third]),
        ({"language": "fr"}, [first]),
        ({"language": "f"}, []),
        ({"source": "import"}, [second]),
        ({"words": "élan"}, [first]),
        ({"words": "RHEIN"}, [second]),
        ({"words": "100 %"}, [third]),
        ({"words": "1%0"}, []),
        ({"kind": "idea", "language": "fr"}, []),
    ):
        found = page(session, moderator, city, **changed)
        assert shown(found) == expected, changed
        assert queues.found(session, city=city, wanted=Wanted(**changed)) == len(expected)


def test_who_else_has_an_entry_open_and_which_is_the_first_free_one(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    first, second, third = (submissions.make(session, city, campaign) for _ in range(3))
    other = accounts.make(session, city)
    claims.take(session, account=other, submission_id=first.id, now=NOW)
    held = [(row.held_by, row.held_until) for row in page(session, moderator, city).rows]
    assert held == [(other.email, NOW + claims.LASTS), ("", None), ("", None)]
    assert [row.held_by for row in page(session, other, city).rows] == ["", "", ""]

    def free(**known: Any) -> Any:
        known = {"account": moderator, "city": city, "wanted": Wanted(), "now": NOW} | known
        return queues.first_free(session, **known)

    assert free() == second.id
    assert free(after=second.id) == third.id
    # Behind the last one it begins anew.
    assert free(after=third.id) == second.id
    assert free(now=NOW + claims.LASTS) == first.id


@pytest.mark.parametrize(("hours", "age"), [(0, "fresh"), (10, "fresh"), (13, "due"), (24, "due"), (25, "overdue")])
def test_ages_go_by_the_target_of_the_city(
    session: Session, city: City, campaign: Campaign, hours: int, age: str
) -> None:
    city.target_hours = 24
    submission = submissions.make(session, city, campaign, now=NOW - timedelta(hours=hours))
    assert queues.age(submission, now=NOW) == age


def test_only_who_may_decide_sees_what_waits(session: Session, city: City) -> None:
    stranger = accounts.make(session, cities.make(session, "metz"))
    with pytest.raises(NotFound):
        queues.counts(session, account=stranger, city=city)


def test_an_empty_city_has_empty_queues(session: Session, moderator: Account, city: City) -> None:
    assert {*queues.counts(session, account=moderator, city=city).values()} == {0}
    assert page(session, moderator, city) == Page([], more=False)


def test_the_number_of_statements_does_not_grow(
    session: Session, moderator: Account, city: City, campaign: Campaign, at_most: Budget
) -> None:
    for number in range(30):
        made = submissions.make(session, city, campaign)
        made.district_id = cities.district(session, city, f"d{number}").id
    session.commit()
    session.expunge_all()
    city, moderator = session.get_one(City, city.id), session.get_one(Account, moderator.id)
    with at_most(1):
        found = page(session, moderator, city)
        assert {row.submission.district.name for row in found.rows if row.submission.district}
        assert {row.submission.campaign.code for row in found.rows} == {"summer"}
