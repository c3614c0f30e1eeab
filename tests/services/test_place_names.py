"""What a place is called is somebody's words: they go with them, and come back with them."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import decisions, place_decisions, place_merges, receipts
from participation.services.decisions import Seen
from tests.factories import accounts, submissions
from tests.factories.submissions import NOW

Goes = Callable[[Session, Submission, Account], object]


def withdraw(session: Session, submission: Submission, _moderator: Account) -> None:
    receipts.withdraw(session, submission=submission, now=NOW)


def erase(session: Session, submission: Submission, _moderator: Account) -> None:
    receipts.erase(session, submission=submission, now=NOW)


def remove(session: Session, submission: Submission, moderator: Account) -> None:
    seen, why = Seen(submission.version), "personal_data"
    decisions.remove(session, account=moderator, submission=submission, seen=seen, reason_code=why, now=NOW)


@pytest.fixture
def moderator(session: Session, city: City) -> Account:
    return accounts.make(session, city)


def together(session: Session, city: City, campaign: Campaign, *names: str | None) -> tuple[Place, list[Submission]]:
    """A place with a public submission for each of the names; the first one named it."""
    made = [submissions.published(session, city, campaign, place_name=name) for name in names]
    for other in made[1:]:
        other.place_id = made[0].place_id
    session.flush()
    return session.get_one(Place, made[0].place_id), made


@pytest.mark.parametrize("goes", [withdraw, erase, remove])
@pytest.mark.parametrize(
    ("others", "left"),
    [
        pytest.param([None], None, id="nobody else named it"),
        pytest.param([None, "The fountain"], "The fountain", id="somebody else did"),
        pytest.param(["The fountain", "At Anna's"], "At Anna's", id="somebody else called it the same"),
    ],
)
def test_a_name_goes_with_the_submission_it_came_from(
    goes: Goes,
    others: list[str | None],
    left: str | None,
    session: Session,
    city: City,
    campaign: Campaign,
    moderator: Account,
) -> None:
    place, [first, *_] = together(session, city, campaign, "At Anna's", *others)
    before = city.data_version
    goes(session, first, moderator)
    session.commit()
    session.refresh(city)
    assert place.name == left
    assert city.data_version > before


@pytest.mark.parametrize("goes", [withdraw, erase, remove])
def test_the_name_of_somebody_else_stays(
    goes: Goes, session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    place, [_, second] = together(session, city, campaign, "The fountain", "At Anna's")
    goes(session, second, moderator)
    assert place.name == "The fountain"


def test_what_the_city_called_it_stays(session: Session, city: City, campaign: Campaign, moderator: Account) -> None:
    place, [first, second] = together(session, city, campaign, "At Anna's", None)
    for wanted in ("The fountain", "At Anna's"):
        seen = Seen(second.version)
        place_decisions.name(session, account=moderator, submission=second, seen=seen, name=wanted, now=NOW)
    receipts.erase(session, submission=first, now=NOW)
    assert place.name == "At Anna's"


def test_a_place_that_was_merged_does_not_keep_it_either(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    first, other = (submissions.published(session, city, campaign, place_name=name) for name in ("At Anna's", None))
    second = submissions.published(session, city, campaign)
    second.place_id = first.place_id
    session.flush()
    mine, into = (session.get_one(Place, one.place_id) for one in (first, other))
    place_merges.merge(session, account=moderator, city=city, place=mine, into=into, now=NOW)
    receipts.erase(session, submission=first, now=NOW)
    assert (mine.name, into.name) == (None, None)


def test_what_is_public_again_names_its_place_again(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    place, [first, _] = together(session, city, campaign, "At Anna's", None)
    remove(session, first, moderator)
    assert place.name is None
    other = accounts.make(session, city, email="other@city.example")
    decisions.reopen(session, account=other, submission=first, seen=Seen(first.version), now=NOW)
    decisions.publish(session, account=other, submission=first, seen=Seen(first.version), now=NOW)
    assert place.name == "At Anna's"
