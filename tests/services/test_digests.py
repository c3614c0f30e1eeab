"""Digests: by the clocks of the city, once in each period whoever asks at the same time, and never when unwanted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from participation.errors import Invalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.services import digests, notes
from participation.services.digests import Digest
from tests.factories import accounts, campaigns, cities, partnerships, submissions
from tests.fixtures.threads import while_first_waits

# A Wednesday; 7:30 in Worms is 5:30 UTC in summer.
MORNING = datetime(2026, 7, 1, 5, 30, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@pytest.fixture
def account(session: Session, city: City) -> Account:
    return accounts.make(session, city)


def choose(session: Session, account: Account, how: str, now: datetime = MORNING - DAY) -> None:
    digests.choose(session, account=account, how=how, now=now)


def take(session: Session, account: Account, now: datetime = MORNING) -> Digest | None:
    return digests.take(session, account_id=account.id, now=now)


@pytest.mark.parametrize(
    ("how", "moment", "first"),
    [
        ("daily", "2026-07-01T04:59:00", date(2026, 6, 30)),
        ("daily", "2026-07-01T05:00:00", date(2026, 7, 1)),
        ("daily", "2026-01-15T05:59:00", date(2026, 1, 14)),
        ("daily", "2026-01-15T06:00:00", date(2026, 1, 15)),
        ("weekly", "2026-07-01T12:00:00", date(2026, 6, 29)),
        ("weekly", "2026-06-29T04:59:00", date(2026, 6, 22)),
        ("weekly", "2026-06-29T05:00:00", date(2026, 6, 29)),
    ],
)
def test_a_period_begins_at_seven_by_the_clocks_of_the_city(
    session: Session, city: City, how: str, moment: str, first: date
) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
    assert digests.period(city, how=how, now=now) == first


def test_it_is_off_by_default_and_the_first_one_comes_with_the_next_period(
    session: Session, city: City, account: Account
) -> None:
    submissions.make(session, city, campaigns.make(session, city))
    assert digests.due(session, now=MORNING) == []
    choose(session, account, "daily", MORNING)
    assert digests.due(session, now=MORNING + timedelta(hours=20)) == []
    assert digests.due(session, now=MORNING + DAY) == [account.id]
    choose(session, account, "weekly", MORNING)
    assert digests.due(session, now=MORNING + timedelta(days=4)) == []
    assert digests.due(session, now=MORNING + timedelta(days=5)) == [account.id]
    choose(session, account, "off")
    assert digests.due(session, now=MORNING + WEEK) == []
    assert take(session, account, MORNING + WEEK) is None


def test_what_it_says(session: Session, city: City, account: Account) -> None:
    choose(session, account, "daily")
    campaign = campaigns.make(session, city)
    ages = (1, 23, 30, 47, 49, 500)
    made = {hours: submissions.make(session, city, campaign, now=MORNING - timedelta(hours=hours)) for hours in ages}
    submissions.published(session, city, campaign, now=MORNING - timedelta(hours=2))
    metz = cities.make(session, "metz")
    submissions.make(session, metz, campaigns.make(session, metz))
    noted = submissions.published(session, city, campaign)
    notes.write(session, account=account, submission=noted, text="Ask", lang="en", now=MORNING)
    digest = take(session, account)
    assert digest
    assert (digest.waiting, digest.new, digest.overdue) == (6, 2, 2)
    assert (digest.reports, digest.appeals, digest.notes) == (0, 0, 1)
    assert len(digest.oldest) == digests.LISTED
    assert set(digest.oldest) <= {*made.values()}


def test_once_in_each_period_and_not_at_all_where_nothing_waits(session: Session, city: City, account: Account) -> None:
    choose(session, account, "daily")
    assert take(session, account) is None
    assert digests.due(session, now=MORNING) == []
    submissions.make(session, city, campaigns.make(session, city))
    assert take(session, account) is None
    assert take(session, account, MORNING + DAY) is not None
    assert take(session, account, MORNING + DAY) is None


@pytest.mark.parametrize("first_commits", [True, False])
def test_two_workers_at_once_write_one(
    first_commits: bool, session: Session, engine: Engine, city: City, account: Account
) -> None:
    choose(session, account, "daily")
    submissions.make(session, city, campaigns.make(session, city))
    session.commit()
    first, second = while_first_waits(engine, lambda own: bool(take(own, account)), commit=first_commits)
    assert (first, second) == (True, not first_commits)


def test_it_is_for_the_staff_of_a_city(session: Session, city: City, account: Account) -> None:
    pair = partnerships.make(session, city, cities.make(session, "metz"))
    for other in (submissions.operator(session), accounts.make(session, pair)):
        with pytest.raises(NotFound):
            choose(session, other, "daily")
    with pytest.raises(Invalid):
        choose(session, account, "hourly")
    choose(session, account, "weekly", MORNING - WEEK)
    account.active = False
    session.flush()
    assert digests.due(session, now=MORNING + WEEK) == []
