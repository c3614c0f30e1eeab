"""Only the owning city decides, each decision happens once, is logged, and shows on the map in the same transaction."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation import geo
from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import REASON_CODES, Decision
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.models.tiles import TileCount
from participation.services import decision_amendments, decisions, receipts
from participation.services.decisions import Seen
from participation.services.locations import Where
from tests.factories import accounts, cities, partnerships, submissions
from tests.factories.cities import CENTRE, INSIDE, OUTSIDE
from tests.factories.submissions import NOW, at
from tests.fixtures.threads import while_first_waits


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


def publish(session: Session, account: Account, submission: Submission, seen: Seen | None = None) -> Decision:
    seen = seen or Seen(submission.version)
    return decisions.publish(session, account=account, submission=submission, seen=seen, now=NOW)


def reject(
    session: Session, account: Account, submission: Submission, reason_code: str = "unclear", seen: Seen | None = None
) -> Decision:
    seen = seen or Seen(submission.version)
    return decisions.reject(
        session, account=account, submission=submission, seen=seen, reason_code=reason_code, now=NOW
    )


def set_point(session: Session, account: Account, submission: Submission, where: Where, key: str = "") -> Decision:
    seen = Seen(submission.version, key)
    return decision_amendments.set_point(
        session, account=account, submission=submission, seen=seen, where=where, now=NOW
    )


def logged(session: Session) -> list[Decision]:
    return list(session.scalars(select(Decision).order_by(Decision.id)))


def test_publishing_shows_gives_a_place_and_logs(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, place_name="The hot corner")
    decision = publish(session, moderator, submission)
    assert (submission.status, submission.published_at, submission.version) == ("published", NOW, 2)
    place = session.get_one(Place, submission.place_id)
    assert (place.name, place.lat, place.lon) == ("The hot corner", INSIDE.lat, INSIDE.lon)
    assert session.scalar(select(func.sum(TileCount.n)).where(TileCount.zoom == 8)) == 1
    assert (decision.account, decision.action, decision.reason_code) == (moderator, "publish", None)
    assert (decision.from_status, decision.to_status, decision.submission_version) == ("pending", "published", 1)
    assert decision.at == NOW
    assert logged(session) == [decision]


def test_near_a_home_the_place_is_the_snapped_one(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, near_home=True)
    publish(session, moderator, submission)
    place = session.get_one(Place, submission.place_id)
    assert geo.Point(place.lat, place.lon) == geo.snap(INSIDE)


@pytest.mark.parametrize("kind", ["heat_island", "climate_oasis"])
def test_a_spot_without_a_point_cannot_be_published(
    kind: str, session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, kind, point=None)
    with pytest.raises(FormInvalid) as caught:
        publish(session, moderator, submission)
    assert caught.value.problems["lat"].code == "where_required"
    session.commit()
    assert (submission.status, submission.published_at, logged(session)) == ("pending", None, [])


@pytest.mark.parametrize("kind", ["idea", "feedback"])
def test_an_idea_without_a_point_is_published_beside_the_map(
    kind: str, session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, kind, point=None)
    publish(session, moderator, submission)
    assert (submission.status, submission.place_id) == ("published", None)
    assert session.scalar(select(func.count()).select_from(TileCount)) == 0


@pytest.mark.parametrize("reason_code", REASON_CODES)
def test_a_rejection_has_one_of_the_known_reasons(
    reason_code: str, session: Session, moderator: Account, submission: Submission
) -> None:
    decision = reject(session, moderator, submission, reason_code)
    session.commit()
    assert (submission.status, submission.published_at, submission.place_id) == ("rejected", None, None)
    assert (decision.action, decision.reason_code, decision.to_status) == ("reject", reason_code, "rejected")


@pytest.mark.parametrize(
    ("reason_code", "problem"), [("", "required"), ("dislike", "unknown_code"), ("x" * 500, "unknown_code")]
)
def test_no_rejection_without_a_reason(
    reason_code: str, problem: str, session: Session, moderator: Account, submission: Submission
) -> None:
    with pytest.raises(FormInvalid) as caught:
        reject(session, moderator, submission, reason_code)
    assert {field: found.code for field, found in caught.value.problems.items()} == {"reason_code": problem}
    assert (submission.status, logged(session)) == ("pending", [])


def test_a_point_is_set_with_its_district(session: Session, moderator: Account, city: City, campaign: Campaign) -> None:
    district = cities.district(session, city)
    submission = submissions.make(session, city, campaign, point=None)
    decision = set_point(session, moderator, submission, at(INSIDE))
    assert (submission.point, submission.district_id, submission.status) == (INSIDE, district.id, "pending")
    assert (decision.action, decision.from_status, decision.to_status) == ("set_point", "pending", "pending")
    publish(session, moderator, submission)
    assert submission.status == "published"


def test_a_moved_point_near_a_home_stays_snapped(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    submission = submissions.make(session, city, campaign, near_home=True)
    moved = geo.Point(INSIDE.lat + 0.02, INSIDE.lon)
    set_point(session, moderator, submission, at(moved))
    assert (submission.point, submission.public_point) == (moved, geo.snap(moved))


def test_a_moderator_may_choose_a_landmark_or_the_centre(
    session: Session, moderator: Account, city: City, submission: Submission
) -> None:
    landmark = cities.landmark(session, city, point=geo.Point(49.64, 8.35))
    set_point(session, moderator, submission, Where(landmark="dom"))
    assert submission.point == landmark.point
    set_point(session, moderator, submission, at(CENTRE))
    assert submission.point == CENTRE


@pytest.mark.parametrize(
    ("where", "field", "code"),
    [
        (Where(), "lat", "where_required"),
        (Where(words="somewhere"), "lat", "where_required"),
        (at(OUTSIDE), "lat", "outside"),
        (Where(lat="x", lon="y"), "lat", "not_a_point"),
        (Where(landmark="moon"), "landmark", "unknown_code"),
    ],
)
def test_a_bad_point_changes_nothing(
    where: Where, field: str, code: str, session: Session, moderator: Account, submission: Submission
) -> None:
    with pytest.raises(FormInvalid) as caught:
        set_point(session, moderator, submission, where)
    assert caught.value.problems[field].code == code
    assert (submission.point, submission.version, logged(session)) == (INSIDE, 1, [])


def test_who_may_decide(session: Session, city: City) -> None:
    other = cities.make(session, "metz")
    pair = partnerships.make(session, city, other)
    roles = {
        "moderator here": accounts.make(session, city),
        "city lead here": accounts.make(session, city, role="city_lead"),
        "operator": accounts.make(session),
        "moderator there": accounts.make(session, other),
        "city lead there": accounts.make(session, other, role="city_lead"),
        "facilitator": accounts.make(session, pair),
    }
    may = {who for who, account in roles.items() if decisions.may_decide(account, city)}
    assert may == {"moderator here", "city lead here", "operator"}


def test_which_queues_somebody_sees(session: Session, city: City) -> None:
    other, third = cities.make(session, "metz"), cities.make(session, "lima")
    pair = partnerships.make(session, city, other)
    seen = {
        account.role: decisions.cities_of(session, account=account)
        for account in (
            accounts.make(session, city),
            accounts.make(session, other, role="city_lead"),
            accounts.make(session, pair),
            accounts.make(session),
        )
    }
    assert seen == {
        "moderator": [city],
        "city_lead": [other],
        "facilitator": [city, other],
        "operator": [third, other, city],
    }


def test_nobody_decides_for_another_city(session: Session, submission: Submission) -> None:
    other = cities.make(session, "metz")
    stranger = accounts.make(session, other)
    for decide in (
        lambda: publish(session, stranger, submission),
        lambda: reject(session, stranger, submission),
        lambda: set_point(session, stranger, submission, at(INSIDE)),
    ):
        with pytest.raises(NotAllowed):
            decide()
    with pytest.raises(NotFound):
        decisions.submission_for(session, account=stranger, submission_id=submission.id)
    assert (submission.status, logged(session)) == ("pending", [])


def test_a_submission_is_found_by_its_own_city_until_it_is_erased(
    session: Session, moderator: Account, submission: Submission
) -> None:
    assert decisions.submission_for(session, account=moderator, submission_id=submission.id) is submission
    receipts.erase(session, submission=submission, now=NOW)
    for unknown in (submission.id, uuid4()):
        with pytest.raises(NotFound):
            decisions.submission_for(session, account=moderator, submission_id=unknown)


def test_nobody_decides_on_what_they_have_not_seen(
    session: Session, moderator: Account, submission: Submission
) -> None:
    set_point(session, moderator, submission, at(geo.Point(49.64, 8.35)))
    with pytest.raises(Conflict, match="already_decided"):
        publish(session, moderator, submission, Seen(version=1))
    publish(session, moderator, submission, Seen(version=2))
    for again in (lambda: publish(session, moderator, submission), lambda: reject(session, moderator, submission)):
        with pytest.raises(Conflict, match="already_decided") as caught:
            again()
        assert caught.value.details == {"status": "published"}
    assert [decision.action for decision in logged(session)] == ["set_point", "publish"]


def test_the_same_form_again_gets_the_first_decision(
    session: Session, moderator: Account, submission: Submission
) -> None:
    first = publish(session, moderator, submission, Seen(1, "form"))
    assert publish(session, moderator, submission, Seen(1, "form")) is first
    assert submission.version == 2
    assert session.scalar(select(func.sum(TileCount.n)).where(TileCount.zoom == 8)) == 1
    assert logged(session) == [first]


def test_the_key_of_one_form_does_not_answer_another(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    first, second = (submissions.make(session, city, campaign) for _ in range(2))
    publish(session, moderator, first, Seen(1, "form"))
    publish(session, moderator, second, Seen(1, "form"))
    assert second.status == "published"
    with pytest.raises(Conflict):
        reject(session, moderator, first, seen=Seen(1, "form"))


@pytest.mark.parametrize("first_commits", [True, False])
def test_of_two_at_once_exactly_one_decides(
    first_commits: bool, session: Session, engine: Engine, moderator: Account, submission: Submission
) -> None:
    session.commit()

    def decide(own: Session) -> str:
        account = own.get_one(Account, moderator.id)
        seen = own.get_one(Submission, submission.id)
        try:
            return publish(own, account, seen, Seen(version=1)).to_status
        except Conflict as conflict:
            return conflict.code

    first, second = while_first_waits(engine, decide, commit=first_commits)
    assert first == "published"
    assert second == ("already_decided" if first_commits else "published")
    session.expire_all()
    assert [decision.action for decision in logged(session)] == ["publish"]
    assert (submission.status, submission.version) == ("published", 2)
    assert session.scalar(select(func.sum(TileCount.n)).where(TileCount.zoom == 8)) == 1


@pytest.mark.parametrize("author_first", [True, False])
def test_an_author_who_erases_wins_over_a_moderator_who_publishes(
    author_first: bool, session: Session, engine: Engine, moderator: Account, submission: Submission
) -> None:
    session.commit()
    turns = iter((author_first, not author_first))

    def work(own: Session) -> str:
        mine = own.get_one(Submission, submission.id)
        if next(turns):
            receipts.erase(own, submission=mine, now=NOW)
            return "erased"
        try:
            return publish(own, own.get_one(Account, moderator.id), mine, Seen(version=1)).to_status
        except Conflict as conflict:
            return conflict.code

    outcome = while_first_waits(engine, work)
    assert outcome == (("erased", "already_decided") if author_first else ("published", "erased"))
    session.expire_all()
    assert (submission.status, submission.lat, submission.place_id) == ("erased", None, None)
    assert session.scalar(select(func.count()).select_from(TileCount)) == 0
    assert session.scalar(select(func.count()).select_from(Place)) == 0


def test_the_history_is_newest_first(session: Session, moderator: Account, submission: Submission) -> None:
    set_point(session, moderator, submission, at(INSIDE))
    publish(session, moderator, submission)
    receipts.withdraw(session, submission=submission, now=NOW + timedelta(days=1))
    history = decisions.history(session, submission=submission)
    assert [decision.action for decision in history] == ["withdraw", "publish", "set_point"]
    assert history[0].account is None
