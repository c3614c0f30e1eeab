"""Notices are decided once; a removal answers all who reported the same entry, and its author learns that."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME
from participation.models.notices import ANSWER_MAX, Notice
from participation.models.places import Place
from participation.models.submissions import Submission
from participation.services import decision_record, notice_decisions, notices, receipts, tiles
from participation.services.decisions import Seen
from participation.services.notice_decisions import Decided, Verdict
from participation.services.notices import Report
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW

REPORT = Report(
    ground="personal_data", explanation="The text names my neighbour.", good_faith=True, email="a@b.example"
)


@pytest.fixture
def submission(session: Session, city: City) -> Submission:
    return submissions.published(session, city, campaigns.make(session, city))


def give(session: Session, about: Submission | Place) -> Notice:
    city = about.city if isinstance(about, Submission) else session.get_one(City, about.city_id)
    return notices.give(session, city=city, about=about, report=REPORT, now=NOW).notice


def decide(session: Session, account: Account, notice: Notice, outcome: str, **changed: str) -> Decided:
    values = {"reason_code": "personal_data" if outcome == "remove" else "", "answer": "Thank you.", **changed}
    return notice_decisions.decide(
        session,
        account=account,
        notice=notice,
        verdict=Verdict(outcome, **values),
        seen=Seen(notice.submission.version if notice.submission else 0),
        now=NOW,
    )


def test_a_removal_answers_everybody_who_reported_it(
    session: Session, city: City, submission: Submission, moderator: Account
) -> None:
    first, second, other = give(session, submission), give(session, submission), _of_another(session, submission)
    decided = decide(session, moderator, first, "remove", lang="de")
    session.commit()
    session.expire_all()
    assert (submission.status, tiles.drift(session, city=city)) == ("removed", 0)
    assert decided.notices == [first, second]
    for notice in (first, second):
        assert (notice.status, notice.decided_by, notice.decided_at) == ("upheld", moderator, NOW)
        assert (notice.decision, notice.answer, notice.answer_lang) == (decided.decision, "Thank you.", "de")
    assert (other.status, other.decided_at) == ("received", None)
    assert decided.decision
    assert decided.decision.reason_code == "personal_data"
    assert notice_decisions.led_to(session, decision=decided.decision)
    assert decision_record.verify(session, city=city).fault is None


def test_when_nothing_changes_that_is_recorded_and_explained(
    session: Session, submission: Submission, moderator: Account
) -> None:
    first, second = give(session, submission), give(session, submission)
    with pytest.raises(FormInvalid) as caught:
        decide(session, moderator, first, "dismiss", answer=" ")
    assert caught.value.problems["answer"].code == "answer_required"
    decided = decide(session, moderator, first, "dismiss")
    assert (first.status, second.status, submission.status) == ("dismissed", "received", "published")
    assert decided.decision
    assert decided.decision.action == "keep"


def test_a_place_or_what_was_changed_elsewhere(
    session: Session, city: City, submission: Submission, moderator: Account
) -> None:
    place = session.get_one(Place, submission.place_id)
    both = give(session, place), give(session, submission)
    assert notice_decisions.outcomes(both[0]) == ("changed", "dismiss")
    # It was changed on another page, after the report was opened here.
    seen = Seen(submission.version - 1)
    for notice, codes, place_id in zip(both, ((notice_decisions.PLACE,), ()), (place.id, None), strict=True):
        verdict = Verdict("changed")
        made = notice_decisions.decide(
            session, account=moderator, notice=notice, verdict=verdict, seen=seen, now=NOW
        ).decision
        assert made
        assert (made.action, made.submission_id, made.account) == ("uphold_report", submission.id, moderator)
        assert (made.codes, made.from_place_id, made.to_place_id) == (codes, place_id, place_id)
        assert (notice.status, notice.decision, notice.answer, notice.answer_lang) == ("upheld", made, None, None)
    assert submission.status == "published"
    assert decision_record.verify(session, city=city).fault is None


def test_that_a_place_stays_as_it_is_stands_at_one_of_its_entries(
    session: Session, city: City, submission: Submission, moderator: Account
) -> None:
    notice = give(session, session.get_one(Place, submission.place_id))
    made = decide(session, moderator, notice, "dismiss").decision
    assert made
    assert (made.action, made.submission_id, made.to_place_id) == ("keep", submission.id, submission.place_id)
    assert made.codes == (notice_decisions.PLACE,)
    with pytest.raises(Conflict):
        decide(session, moderator, notice, "dismiss")
    assert decision_record.verify(session, city=city).fault is None


def test_what_is_gone_already_is_only_closed(
    session: Session, city: City, submission: Submission, moderator: Account
) -> None:
    notice, erased = give(session, submission), _of_another(session, submission)
    receipts.withdraw(session, submission=submission, now=NOW)
    assert notice_decisions.outcomes(notice) == ("settle",)
    for outcome in ("remove", "dismiss", "changed"):
        with pytest.raises(FormInvalid):
            decide(session, moderator, notice, outcome)
    made = decide(session, moderator, notice, "settle").decision
    assert made
    assert (made.action, made.to_status, notice.status) == ("settle_report", "withdrawn", "settled")
    # The record of what is erased ends with that.
    receipts.erase(session, submission=erased.submission, now=NOW)  # type: ignore[arg-type]
    assert decide(session, moderator, erased, "settle").decision is None
    assert (erased.status, erased.decided_by) == ("settled", moderator)
    assert decision_record.verify(session, city=city).fault is None


@pytest.mark.parametrize(
    ("outcome", "changed", "field", "code"),
    [
        ("", {}, "outcome", "required"),
        ("settle", {}, "outcome", "unknown_code"),
        ("remove", {"reason_code": ""}, "reason_code", "required"),
        ("remove", {"reason_code": "boring"}, "reason_code", "unknown_code"),
        ("changed", {"answer": "x" * (ANSWER_MAX + 1)}, "answer", "too_long"),
    ],
)
def test_what_cannot_be_decided(
    session: Session,
    submission: Submission,
    moderator: Account,
    outcome: str,
    changed: dict[str, str],
    field: str,
    code: str,
) -> None:
    notice = give(session, submission)
    with pytest.raises(FormInvalid) as caught:
        decide(session, moderator, notice, outcome, **changed)
    assert {name: problem.code for name, problem in caught.value.problems.items()} == {field: code}
    assert (notice.status, submission.status) == ("received", "published")


def test_it_is_decided_once_and_on_what_was_seen(session: Session, submission: Submission, moderator: Account) -> None:
    notice = give(session, submission)
    verdict = Verdict("remove", reason_code="illegal")
    for seen in (Seen(submission.version - 1), Seen(submission.version + 1)):
        with pytest.raises(Conflict):
            notice_decisions.decide(session, account=moderator, notice=notice, verdict=verdict, seen=seen, now=NOW)
    decide(session, moderator, notice, "remove")
    with pytest.raises(Conflict):
        decide(session, moderator, notice, "settle")


def test_other_cities_find_nothing_and_somebody_looks_after_it(
    session: Session, city: City, submission: Submission, moderator: Account
) -> None:
    notice, metz = give(session, submission), cities.make(session, "metz")
    for where in (city, metz):
        with pytest.raises(NotFound):
            notice_decisions.one(session, account=accounts.make(session, metz), city=where, notice_id=notice.id)
    notice_decisions.take(session, account=moderator, city=city, notice_id=notice.id)
    session.expire_all()
    assert notice.keeper == moderator


def test_who_reported_it_is_forgotten_six_months_after_the_decision(
    session: Session, submission: Submission, moderator: Account
) -> None:
    decided, waits = give(session, submission), _of_another(session, submission)
    decide(session, moderator, decided, "dismiss")
    assert notices.forget_reporters(session, now=NOW + APPEAL_TIME) == 0
    later = NOW + APPEAL_TIME * 2
    assert [notices.forget_reporters(session, now=later) for _ in range(2)] == [1, 0]
    session.expire_all()
    assert (decided.email, waits.email) == (None, "a@b.example")


def _of_another(session: Session, submission: Submission) -> Notice:
    return give(session, submissions.published(session, submission.city, submission.campaign))
