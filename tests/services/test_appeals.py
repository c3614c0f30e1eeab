"""Objections: once to each refusal, for six months, decided by somebody else; what becomes of the entry."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.appeals import ANSWER_MAX, TEXT_MAX, Appeal
from participation.models.cities import City
from participation.models.decisions import APPEAL_TIME, Decision
from participation.models.proposals import Proposal
from participation.models.submissions import Submission
from participation.services import appeals, decision_record, decisions, proposals, receipts
from participation.services.decisions import Seen
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW
from tests.fixtures.threads import while_first_waits

TEXT = "The way is open to everybody, also at night."


@pytest.fixture
def colleague(session: Session, city: City) -> Account:
    """Who decides again."""
    return accounts.make(session, city)


@pytest.fixture
def rejected(session: Session, city: City, moderator: Account) -> Submission:
    submission = submissions.make(session, city, campaigns.make(session, city))
    reject(session, moderator, submission)
    return submission


def reject(session: Session, account: Account, submission: Submission, now: datetime = NOW) -> Decision:
    seen = Seen(submission.version)
    return decisions.reject(session, account=account, submission=submission, seen=seen, reason_code="unclear", now=now)


def propose(session: Session, account: Account, submission: Submission) -> Proposal:
    versions = {submission.id: submission.version}
    known = {"account": account, "city": submission.city, "versions": versions, "reason_code": "unclear"}
    return proposals.make(session, **known, key="", now=NOW)


def give(session: Session, submission: Submission, **changed: object) -> Appeal:
    values = {"text": TEXT, "lang": "fr", "now": NOW, **changed}
    return appeals.give(session, submission=submission, **values)  # type: ignore[arg-type]


def decide(session: Session, account: Account, appeal: Appeal, *, reverse: bool, **changed: object) -> Decision:
    values = {"answer": "It is a private yard.", "lang": "de", "now": NOW, "seen": Seen(appeal.submission.version)}
    return appeals.decide(session, account=account, appeal=appeal, reverse=reverse, **(values | changed))  # type: ignore[arg-type]


def test_one_objection_to_each_refusal(session: Session, rejected: Submission) -> None:
    assert appeals.open_to(session, submission=rejected, now=NOW)
    appeal = give(session, rejected, text=f" {TEXT}\r\n")
    session.commit()
    session.expire_all()
    assert (appeal.text, appeal.lang, appeal.status, appeal.created_at) == (TEXT, "fr", "received", NOW)
    assert (appeal.city_id, appeal.decision.action) == (rejected.city_id, "reject")
    assert appeals.open_to(session, submission=rejected, now=NOW) is None
    with pytest.raises(Conflict):
        give(session, rejected)
    assert appeals.of_submission(session, submission=rejected) == [appeal]


@pytest.mark.parametrize("first_commits", [True, False])
def test_a_double_click_is_stored_once(
    first_commits: bool, session: Session, engine: Engine, rejected: Submission
) -> None:
    session.commit()

    def object_once(own: Session) -> bool:
        try:
            give(own, own.get_one(Submission, rejected.id))
        except Conflict:
            return False
        return True

    first, second = while_first_waits(engine, object_once, commit=first_commits)
    assert (first, second) == (True, not first_commits)
    session.rollback()
    assert len(session.scalars(select(Appeal)).all()) == 1


@pytest.mark.parametrize(("text", "code"), [("no!", "too_short"), ("x" * (TEXT_MAX + 1), "too_long")])
def test_what_cannot_be_objected(session: Session, rejected: Submission, text: str, code: str) -> None:
    with pytest.raises(FormInvalid) as caught:
        give(session, rejected, text=text)
    assert caught.value.problems["text"].code == code


def test_only_for_six_months_and_only_to_what_is_refused(session: Session, city: City, rejected: Submission) -> None:
    for submission in (submissions.make(session, city, rejected.campaign), _published(session, rejected)):
        with pytest.raises(Conflict):
            give(session, submission)
    with pytest.raises(Conflict):
        give(session, rejected, now=NOW + APPEAL_TIME)
    assert give(session, rejected, now=NOW + APPEAL_TIME - timedelta(seconds=1))


def test_whoever_decided_before_does_not_decide_again(
    session: Session, city: City, rejected: Submission, moderator: Account, colleague: Account
) -> None:
    appeal = give(session, rejected)
    assert not appeals.is_free(session, account=moderator, appeal=appeal)
    for reverse in (True, False):
        with pytest.raises(NotAllowed):
            decide(session, moderator, appeal, reverse=reverse)
    assert appeals.others(session, appeal=appeal) == 1
    colleague.active = False
    session.flush()
    assert appeals.others(session, appeal=appeal) == 0
    assert decide(session, submissions.operator(session), appeal, reverse=True).action == "reopen"


def test_who_proposed_the_rejection_does_not_decide_either(
    session: Session, city: City, moderator: Account, colleague: Account
) -> None:
    submission, third = submissions.make(session, city, campaigns.make(session, city)), accounts.make(session, city)
    dropped = propose(session, third, submission)
    proposals.drop(session, account=colleague, proposal=dropped, now=NOW)
    proposal = propose(session, moderator, submission)
    [decision] = proposals.confirm(session, account=colleague, proposal=proposal, now=NOW)
    assert (decision.account, decision.codes) == (colleague, ("proposed",))
    session.commit()
    appeal = give(session, submission)
    for account in (moderator, colleague):
        assert not appeals.is_free(session, account=account, appeal=appeal)
        with pytest.raises(NotAllowed):
            decide(session, account, appeal, reverse=True)
        seen = Seen(submission.version)
        with pytest.raises(NotAllowed):
            decisions.reopen(session, account=account, submission=submission, seen=seen, now=NOW)
    # Whose proposal was dropped has decided nothing.
    assert (appeals.is_free(session, account=third, appeal=appeal), appeals.others(session, appeal=appeal)) == (True, 1)
    decide(session, third, appeal, reverse=True)
    # A later rejection by one person alone is that one's only.
    reject(session, colleague, submission, now=NOW + timedelta(days=1))
    again = give(session, submission, now=NOW + timedelta(days=1))
    assert appeals.is_free(session, account=moderator, appeal=again)
    assert not appeals.is_free(session, account=colleague, appeal=again)
    assert decision_record.verify(session, city=city).fault is None


def test_a_granted_one_lets_the_entry_wait_again_with_a_mark(
    session: Session, city: City, rejected: Submission, moderator: Account, colleague: Account
) -> None:
    appeal = give(session, rejected)
    decide(session, colleague, appeal, reverse=True, answer="")
    session.commit()
    session.expire_all()
    assert (rejected.status, rejected.needs_second_look) == ("pending", True)
    assert (appeal.status, appeal.decided_by, appeal.decided_at) == ("reversed", colleague, NOW)
    assert (appeal.answer, appeal.answer_lang) == (None, None)
    # A new refusal is a new decision, to which the author may object anew.
    reject(session, colleague, rejected)
    again = give(session, rejected)
    assert appeals.of_submission(session, submission=rejected) == [again, appeal]
    assert appeals.is_free(session, account=moderator, appeal=again)
    assert not appeals.is_free(session, account=colleague, appeal=again)
    assert decision_record.verify(session, city=city).fault is None


def test_one_that_is_not_granted_gets_a_sentence(
    session: Session, city: City, rejected: Submission, colleague: Account
) -> None:
    appeal = give(session, rejected)
    for answer, code in {" ": "answer_required", "x" * (ANSWER_MAX + 1): "too_long"}.items():
        with pytest.raises(FormInvalid) as caught:
            decide(session, colleague, appeal, reverse=False, answer=answer)
        assert caught.value.problems["answer"].code == code
    assert decide(session, colleague, appeal, reverse=False).action == "keep"
    assert (rejected.status, appeal.status, appeal.answer_lang) == ("rejected", "upheld", "de")
    with pytest.raises(Conflict):
        decide(session, colleague, appeal, reverse=True)
    with pytest.raises(Conflict):
        give(session, rejected)
    assert decision_record.verify(session, city=city).fault is None


def test_nobody_decides_on_what_they_have_not_seen(session: Session, rejected: Submission, colleague: Account) -> None:
    appeal = give(session, rejected)
    with pytest.raises(Conflict):
        decide(session, colleague, appeal, reverse=True, seen=Seen(rejected.version - 1))
    session.refresh(appeal)
    assert (appeal.status, rejected.status) == ("received", "rejected")


def test_the_own_city_sees_what_waits(
    session: Session, city: City, rejected: Submission, moderator: Account, colleague: Account
) -> None:
    appeal = give(session, rejected)
    metz = cities.make(session, "metz")
    stranger = accounts.make(session, metz)
    assert appeals.waiting(session, cities=[city, metz]) == {city.id: 1, metz.id: 0}
    assert appeals.listing(session, account=moderator, city=city, page=9) == ([appeal], 1)
    for where in (city, metz):
        with pytest.raises(NotFound):
            appeals.one(session, account=stranger, city=where, appeal_id=appeal.id)
    with pytest.raises(NotFound):
        appeals.listing(session, account=stranger, city=city)
    appeals.take(session, account=colleague, city=city, appeal_id=appeal.id)
    session.refresh(appeal)
    assert appeal.keeper == colleague
    decide(session, colleague, appeal, reverse=False)
    assert appeals.waiting(session, cities=[city]) == {city.id: 0}


def test_erasing_takes_the_words_and_what_waits(
    session: Session, city: City, rejected: Submission, moderator: Account, colleague: Account
) -> None:
    decided = give(session, rejected)
    decide(session, colleague, decided, reverse=True)
    reject(session, colleague, rejected)
    give(session, rejected)
    receipts.erase(session, submission=rejected, now=NOW)
    session.expire_all()
    assert appeals.of_submission(session, submission=rejected) == [decided]
    assert (decided.status, decided.text, decided.answer) == ("reversed", "", None)


def _published(session: Session, beside: Submission) -> Submission:
    return submissions.published(session, beside.city, beside.campaign)
