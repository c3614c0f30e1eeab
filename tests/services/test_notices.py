"""Anybody can report what is published; a notice says where and why, in good faith, and is stored once."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.cities import City
from participation.models.notices import EXPLANATION_MAX, GROUNDS, NAME_MAX, Notice
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import notices
from participation.services.notices import Given, Report
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits

REPORT = Report(ground="personal_data", explanation="The text names my neighbour.", good_faith=True, lang="de")


@pytest.fixture
def submission(session: Session, city: City) -> Submission:
    return submissions.published(session, city, campaigns.make(session, city))


def give(session: Session, city: City, about: Submission | Place, **changed: object) -> Given:
    return notices.give(session, city=city, about=about, report=replace(REPORT, **changed), now=NOW)  # type: ignore[arg-type]


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Notice)) or 0


def test_a_notice_says_where_why_and_who(session: Session, city: City, submission: Submission) -> None:
    given = give(session, city, submission, explanation=" It names\r\nme. ", name=" A.  B ", email="A@B.Example ")
    session.commit()
    session.expire_all()
    notice = session.get_one(Notice, given.notice.id)
    assert (notice.city_id, notice.submission_id, notice.place_id) == (city.id, submission.id, None)
    assert (notice.ground, notice.explanation, notice.lang) == ("personal_data", "It names\nme.", "de")
    assert (notice.name, notice.email) == ("A. B", "A@b.example")
    assert (notice.status, notice.created_at) == ("received", NOW)


@pytest.mark.parametrize("ground", GROUNDS)
def test_a_place_can_be_reported_for_every_ground_without_a_name(
    ground: str, session: Session, city: City, submission: Submission
) -> None:
    place = session.get_one(Place, submission.place_id)
    notice = give(session, city, place, ground=ground).notice
    assert (notice.place_id, notice.submission_id, notice.ground) == (place.id, None, ground)
    assert (notice.name, notice.email) == (None, None)


BAD = {
    "ground": [({"ground": ""}, "required"), ({"ground": "boring"}, "unknown_code")],
    "explanation": [
        ({"explanation": ""}, "too_short"),
        ({"explanation": "  bad.    \n\n   "}, "too_short"),
        ({"explanation": "x" * (EXPLANATION_MAX + 1)}, "too_long"),
    ],
    "name": [({"name": "x" * (NAME_MAX + 1)}, "too_long")],
    "email": [
        ({"email": "nobody"}, "not_an_address"),
        ({"email": "a@b.example\nBcc: c@d.example"}, "not_an_address"),
        ({"email": "a b@c.example"}, "not_an_address"),
        ({"email": "x" * 250 + "@b.example"}, "not_an_address"),
    ],
    "good_faith": [({"good_faith": False}, "not_ticked")],
}


@pytest.mark.parametrize("field", BAD)
def test_each_problem_has_its_code_and_nothing_is_stored(
    field: str, session: Session, city: City, submission: Submission
) -> None:
    for changed, code in BAD[field]:
        with pytest.raises(FormInvalid) as caught:
            give(session, city, submission, **changed)
        assert {name: problem.code for name, problem in caught.value.problems.items()} == {field: code}
    assert count(session) == 0


def test_all_problems_are_named_at_once(session: Session, city: City, submission: Submission) -> None:
    with pytest.raises(FormInvalid) as caught:
        give(session, city, submission, ground="", explanation="", email="@", good_faith=False)
    assert set(caught.value.problems) == {"ground", "explanation", "email", "good_faith"}


def test_the_same_form_again_is_stored_once(session: Session, city: City, submission: Submission) -> None:
    first, again = (give(session, city, submission, idempotency_key="one") for _ in range(2))
    assert (again.notice, first.repeated, again.repeated) == (first.notice, False, True)
    with pytest.raises(Conflict, match="already_sent"):
        give(session, city, submission, idempotency_key="one", explanation="Something else is wrong.")
    assert count(session) == 1
    for _ in range(2):
        give(session, city, submission, idempotency_key="")
    assert count(session) == 3


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_double_click_is_stored_once(
    first_commits: bool, session: Session, engine: Engine, city: City, submission: Submission
) -> None:
    session.commit()

    def report(own: Session) -> Given:
        return give(own, own.get_one(City, city.id), own.get_one(Submission, submission.id), idempotency_key="one")

    first, second = while_first_waits(engine, report, commit=first_commits)
    assert (first.repeated, second.repeated) == (False, first_commits)
    assert count(session) == 1


def test_those_who_may_decide_see_what_waits_oldest_first(
    session: Session, city: City, submission: Submission, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "PAGE", 2)
    other = cities.make(session, "metz")
    made = [give(session, city, submission).notice for _ in range(4)]
    made[0].status, made[0].decided_at = "dismissed", NOW
    session.flush()
    moderator = accounts.make(session, city)
    assert notices.waiting(session, cities=[city, other]) == {city.id: 3, other.id: 0}
    assert notices.listing(session, account=moderator, city=city) == (made[1:3], 2)
    assert notices.listing(session, account=moderator, city=city, page=2) == (made[3:], 2)
    assert notices.listing(session, account=moderator, city=city, page=99) == (made[3:], 2)
    assert notices.listing(session, account=submissions.operator(session), city=other) == ([], 1)
    with pytest.raises(NotFound):
        notices.listing(session, account=accounts.make(session, other), city=city)


def test_a_notice_is_found_in_its_own_city_only(session: Session, city: City, submission: Submission) -> None:
    notice = give(session, city, submission).notice
    assert notices.one(session, city=city, notice_id=notice.id) is notice
    with pytest.raises(NotFound):
        notices.one(session, city=cities.make(session, "metz"), notice_id=notice.id)
