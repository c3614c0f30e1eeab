"""Objections: once to each refusal or redaction, for six months, decided by somebody else; what comes of it."""

from datetime import datetime, timedelta
from pathlib import Path

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
from participation.services import appeals, decision_record, decisions, originals, proposals, receipts, redactions
from participation.services.decisions import Seen
from participation.services.originals import Hidden
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


@pytest.fixture
def redacted(session: Session, city: City, moderator: Account, tmp_path: Path) -> Submission:
    """Published without a word of it."""
    campaign = campaigns.make(session, city)
    submission = submissions.make(session, city, campaign, text="Call Anna here", text_lang="en")
    step = {"hidden": Hidden(ranges=((5, 9),)), "folder": tmp_path, "now": NOW, "seen": Seen(1)}
    redactions.publish_redacted(session, account=moderator, submission=submission, **step)  # type: ignore[arg-type]
    return submission


def test_a_granted_objection_to_a_redaction_shows_the_original_again(
    session: Session, city: City, redacted: Submission, moderator: Account, colleague: Account
) -> None:
    before = city.map_version
    appeal = give(session, redacted)
    assert (appeal.decision.action, appeal.decision.reason_code) == ("redact", "personal_data")
    assert not appeals.is_free(session, account=moderator, appeal=appeal)
    assert appeals.others(session, appeal=appeal) == 1
    with pytest.raises(NotAllowed):
        decide(session, moderator, appeal, reverse=True)
    assert decide(session, colleague, appeal, reverse=True, answer="").action == "restore"
    session.commit()
    session.expire_all()
    assert (redacted.text, redacted.redacted_at, redacted.status) == ("Call Anna here", None, "published")
    assert (appeal.status, redacted.needs_second_look) == ("reversed", False)
    assert city.map_version > before
    assert appeals.restriction(session, submission=redacted) is None
    assert decision_record.verify(session, city=city).fault is None


def test_a_redaction_that_stays_needs_a_sentence_too(
    session: Session, city: City, redacted: Submission, colleague: Account
) -> None:
    appeal = give(session, redacted)
    with pytest.raises(FormInvalid):
        decide(session, colleague, appeal, reverse=False, answer="")
    assert decide(session, colleague, appeal, reverse=False).action == "keep"
    assert (redacted.text, appeal.status) == ("Call █████ here", "upheld")
    with pytest.raises(Conflict):
        give(session, redacted)


def test_whoever_published_it_decides_where_somebody_else_has_hidden_parts(
    session: Session, city: City, moderator: Account, colleague: Account, tmp_path: Path
) -> None:
    submission = submissions.make(session, city, campaigns.make(session, city), text="Call Anna", text_lang="en")
    decisions.publish(session, account=moderator, submission=submission, seen=Seen(1), now=NOW)
    step = {"hidden": Hidden(ranges=((5, 9),)), "folder": tmp_path, "now": NOW, "seen": Seen(submission.version)}
    redactions.redact(session, account=colleague, submission=submission, **step)  # type: ignore[arg-type]
    appeal = give(session, submission)
    assert not appeals.is_free(session, account=colleague, appeal=appeal)
    assert appeals.is_free(session, account=moderator, appeal=appeal)


@pytest.mark.parametrize("meanwhile", ["restored", "withdrawn"])
def test_an_objection_can_be_decided_whatever_has_become_of_the_entry(
    meanwhile: str, session: Session, redacted: Submission, moderator: Account, colleague: Account, tmp_path: Path
) -> None:
    appeal = give(session, redacted)
    if meanwhile == "restored":
        known = {"submission": redacted, "now": NOW}
        redactions.ask(session, account=moderator, seen=Seen(redacted.version), wish="restore", **known)  # type: ignore[arg-type]
        seen = Seen(redacted.version)
        redactions.grant(session, account=colleague, seen=seen, folder=tmp_path, **known)  # type: ignore[arg-type]
    else:
        receipts.withdraw(session, submission=redacted, now=NOW)
    action = decide(session, colleague, appeal, reverse=True).action
    assert action == ("keep" if meanwhile == "restored" else "restore")
    assert (appeal.status, redacted.text) == ("reversed", "Call Anna here")


def test_the_original_stays_as_long_as_an_objection_waits(
    session: Session, redacted: Submission, moderator: Account, colleague: Account, tmp_path: Path
) -> None:
    known = {"submission": redacted, "now": NOW}
    wish = {"account": moderator, "wish": "drop_original", **known}
    redactions.ask(session, seen=Seen(redacted.version), **wish)  # type: ignore[arg-type]
    appeal = give(session, redacted)
    step = {"account": colleague, "seen": Seen(redacted.version), **known}
    with pytest.raises(Conflict, match="objection_waits"):
        redactions.grant(session, folder=tmp_path, **step)  # type: ignore[arg-type]
    redactions.refuse(session, **step)  # type: ignore[arg-type]
    with pytest.raises(Conflict, match="objection_waits"):
        redactions.ask(session, seen=Seen(redacted.version), **wish)  # type: ignore[arg-type]
    later = NOW + APPEAL_TIME + timedelta(days=1)
    assert originals.forget_old(session, folder=tmp_path, now=later) == 0
    decide(session, colleague, appeal, reverse=False, now=later)
    assert originals.forget_old(session, folder=tmp_path, now=later) == 1


def test_nobody_objects_to_what_can_no_longer_be_shown(
    session: Session, redacted: Submission, moderator: Account, colleague: Account, tmp_path: Path
) -> None:
    known = {"submission": redacted, "now": NOW}
    redactions.ask(session, account=moderator, seen=Seen(redacted.version), wish="drop_original", **known)  # type: ignore[arg-type]
    redactions.grant(session, account=colleague, seen=Seen(redacted.version), folder=tmp_path, **known)  # type: ignore[arg-type]
    assert appeals.restriction(session, submission=redacted)
    with pytest.raises(Conflict):
        give(session, redacted)


def _published(session: Session, beside: Submission) -> Submission:
    return submissions.published(session, beside.city, beside.campaign)
