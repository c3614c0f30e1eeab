"""The record of decisions: complete, in order, only ever added to; whoever changes it behind our back is found out."""

import hashlib
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.orm import Session

from participation import database
from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import LEADS_TO, Decision, DecisionKey
from participation.models.submissions import STATUSES, TRANSITIONS, Submission
from participation.services import decision_record, receipts, tiles
from participation.services.decision_record import START, Fault
from tests.factories import accounts, cities, submissions
from tests.factories.decisions import a_record, act, recorded
from tests.factories.submissions import NOW
from tests.fixtures.databases import postgresql_only, unguarded
from tests.fixtures.threads import while_first_waits


@pytest.fixture
def submission(session: Session, city: City, campaign: Campaign) -> Submission:
    return submissions.make(session, city, campaign)


def fault(session: Session, city: City) -> Fault | None:
    return decision_record.verify(session, city=city).fault


def test_each_decision_holds_the_hash_of_the_one_before(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    rows = a_record(session, moderator, city, campaign)
    assert [row.previous_hash for row in rows] == [START, *(row.hash for row in rows[:-1])]
    assert len({row.hash for row in rows}) == 5
    verdict = decision_record.verify(session, city=city)
    assert (verdict.decisions, verdict.last_hash, verdict.fault) == (5, rows[-1].hash, None)
    assert decision_record.contains(session, city=city, noted=rows[2].hash)
    assert not decision_record.contains(session, city=city, noted="0" * 63 + "1")


def test_a_hash_is_made_as_the_readme_says(session: Session, moderator: Account, submission: Submission) -> None:
    act(session, moderator, submission, "reject")
    [row] = recorded(session, submission.city)
    said = [
        "decision-1", "0" * 64, "worms", str(submission.id), "2026-07-01T12:00:00.000000Z", "reject", "pending",
        "rejected", "unclear", moderator.id, 1,
    ]  # fmt: skip
    assert row.hash == hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()


def test_details_and_places_are_hashed_too(session: Session, moderator: Account, submission: Submission) -> None:
    decision_record.hold(session, submission=submission)
    before, after = uuid4(), uuid4()
    changed = {"details": ("place_type", "kind"), "places": (before, after)}
    decision_record.record(session, submission=submission, action="amend", now=NOW, account=moderator, **changed)
    session.commit()
    [row] = recorded(session, submission.city)
    said = [
        "decision-2", "0" * 64, "worms", str(submission.id), "2026-07-01T12:00:00.000000Z", "amend", "pending",
        "pending", None, moderator.id, 1, "kind|place_type", str(before), str(after),
    ]  # fmt: skip
    assert row.hash == hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
    assert (row.codes, fault(session, submission.city)) == (("kind", "place_type"), None)


def test_an_author_has_no_account_and_a_time_has_every_digit(session: Session, submission: Submission) -> None:
    now = datetime(2026, 7, 1, 14, 0, 0, 7, tzinfo=UTC)
    receipts.erase(session, submission=submission, now=now)
    session.commit()
    [row] = recorded(session, submission.city)
    said = [
        "decision-1", "0" * 64, "worms", str(submission.id), "2026-07-01T14:00:00.000007Z", "erase", "pending",
        "erased", None, None, 1,
    ]  # fmt: skip
    assert row.hash == hashlib.sha256(json.dumps(said, separators=(",", ":")).encode()).hexdigest()
    assert fault(session, submission.city) is None


def test_each_city_has_a_chain_of_its_own(session: Session, moderator: Account, city: City, campaign: Campaign) -> None:
    other = cities.make(session, "metz")
    colleague = accounts.make(session, other)
    for _ in range(2):
        act(session, moderator, submissions.make(session, city, campaign), "publish")
        act(session, colleague, submissions.make(session, other, campaign), "publish")
    for one in (city, other):
        rows = recorded(session, one)
        assert [row.previous_hash for row in rows] == [START, rows[0].hash]
        assert fault(session, one) is None
    assert decision_record.verify(session, city=cities.make(session, "lima")).last_hash == START


@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("action", LEADS_TO)
def test_no_step_leaves_the_diagram(
    action: str, status: str, session: Session, moderator: Account, submission: Submission
) -> None:
    submission.status = status
    after = LEADS_TO[action] or status
    if after in TRANSITIONS[status] or (after == status and status != "erased"):
        made = decision_record.record(
            session, submission=submission, action=action, now=NOW, account=moderator, reason_code="unclear"
        )
        assert (made.from_status, made.to_status, submission.status) == (status, after, after)
    else:
        with pytest.raises(Conflict, match="already_decided"):
            decision_record.record(session, submission=submission, action=action, now=NOW, account=moderator)
        assert (submission.status, submission.version, recorded(session, submission.city)) == (status, 1, [])


TAMPERED: dict[str, tuple[int, Callable[[list[Decision]], list[object]], str]] = {
    # What is done to five rows, at which of them it shows, and as what.
    "reason": (2, lambda r: [change(r[1], reason_code="illegal")], "content"),
    "action": (3, lambda r: [change(r[2], action="set_point", to_status="pending")], "content"),
    "state": (4, lambda r: [change(r[3], action="erase", to_status="erased")], "content"),
    "who": (1, lambda r: [change(r[0], account_id=None)], "content"),
    "when": (5, lambda r: [change(r[4], at=NOW + timedelta(microseconds=1))], "content"),
    "what": (2, lambda r: [change(r[1], submission_id=r[4].submission_id)], "content"),
    "details": (3, lambda r: [change(r[2], details="second_look")], "content"),
    "place": (2, lambda r: [change(r[1], to_place_id=uuid4())], "content"),
    "version": (1, lambda r: [change(r[0], submission_version=7)], "content"),
    "own hash": (3, lambda r: [change(r[2], hash="a" * 64)], "content"),
    "hash before": (3, lambda r: [change(r[2], previous_hash="a" * 64)], "link"),
    "first gone": (2, lambda r: [delete(Decision).where(Decision.id == r[0].id)], "link"),
    "one gone": (4, lambda r: [delete(Decision).where(Decision.id == r[2].id)], "link"),
    "two swapped": (3, lambda r: [change(r[1], id=90), change(r[2], id=r[1].id), change(r[1], 90, id=r[2].id)], "link"),
}


def change(row: Decision, number: int = 0, /, **columns: object) -> object:
    return update(Decision).where(Decision.id == (number or row.id)).values(columns)


def tamper(session: Session, *statements: object) -> None:
    """Change what must not be changed, as somebody with the rights to lift the guard can."""
    with unguarded(session.connection()):
        for statement in statements:
            session.execute(statement, execution_options={"synchronize_session": False})  # type: ignore[call-overload]
    session.expire_all()


@pytest.mark.parametrize("what", TAMPERED)
def test_whoever_tampers_is_found_at_the_first_wrong_row(
    what: str, session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    rows = a_record(session, moderator, city, campaign)
    shown, statements, code = TAMPERED[what]
    if what == "two swapped":
        shown = rows[1].id
    tamper(session, *statements(rows))
    verdict = decision_record.verify(session, city=city)
    assert verdict.fault
    assert (verdict.fault.code, verdict.fault.decision_id) == (code, shown)
    assert verdict.decisions < 5


def test_a_decision_that_is_moved_to_another_city_is_missed_here_and_strange_there(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    rows = a_record(session, moderator, city, campaign)
    other = cities.make(session, "metz")
    tamper(session, *(change(row, city_id=other.id) for row in rows))
    assert fault(session, other) == Fault("content", rows[0].submission_id, rows[0].id)
    here = fault(session, city)
    assert here
    assert (here.code, here.decision_id) == ("state", None)


def test_missing_last_decisions_show_in_the_submissions(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    rows = a_record(session, moderator, city, campaign)
    last = rows.pop().hash
    tamper(session, delete(Decision).where(Decision.id > rows[2].id))
    assert fault(session, city) == Fault("state", rows[2].submission_id, rows[2].id)
    # The chain alone has no fault: only a hash that somebody noted tells that it was longer.
    assert decision_record.verify(session, city=city).decisions == 3
    assert not decision_record.contains(session, city=city, noted=last)


@pytest.mark.parametrize("columns", [{"status": "published"}, {"version": 2}])
def test_a_state_that_nobody_decided_on_is_found(
    columns: dict[str, object], session: Session, submission: Submission
) -> None:
    assert fault(session, submission.city) is None
    session.execute(update(Submission).values(columns))
    assert fault(session, submission.city) == Fault("state", submission.id, None)


def test_erasing_takes_the_content_and_leaves_the_chain(
    session: Session, moderator: Account, city: City, campaign: Campaign
) -> None:
    rows = a_record(session, moderator, city, campaign)
    hashes = [row.hash for row in rows]
    for submission in session.scalars(select(Submission)):
        receipts.erase(session, submission=submission, now=NOW)
    session.commit()
    verdict = decision_record.verify(session, city=city)
    assert (verdict.decisions, verdict.fault) == (8, None)
    assert [row.hash for row in recorded(session, city)][:5] == hashes


def test_the_key_of_a_form_stands_beside_the_record(
    session: Session, moderator: Account, submission: Submission
) -> None:
    act(session, moderator, submission, "set_point", "first")
    act(session, moderator, submission, "correct", "second")
    keys = session.scalars(select(DecisionKey).order_by(DecisionKey.decision_id)).all()
    assert [key.decision.action for key in keys] == ["set_point", "correct"]
    found = decision_record.made_by(session, submission=submission, action="correct", key="second")
    assert found == keys[1].decision
    for action, key in (("set_point", "second"), ("correct", "third"), ("correct", "")):
        assert decision_record.made_by(session, submission=submission, action=action, key=key) is None
    session.execute(delete(DecisionKey))
    assert fault(session, submission.city) is None


@pytest.mark.parametrize("first_commits", [True, False])
def test_of_two_at_once_in_one_city_the_second_follows_the_first(
    first_commits: bool, session: Session, engine: Engine, moderator: Account, city: City, campaign: Campaign
) -> None:
    made = iter([submissions.make(session, city, campaign).id for _ in range(2)])
    session.commit()

    def decide(own: Session) -> str:
        act(own, own.get_one(Account, moderator.id), own.get_one(Submission, next(made)), "reject")
        return own.scalars(select(Decision.previous_hash).order_by(Decision.id.desc())).first() or ""

    _, previous = while_first_waits(engine, decide, commit=first_commits)
    session.expire_all()
    verdict = decision_record.verify(session, city=city)
    assert (verdict.decisions, verdict.fault) == (2 if first_commits else 1, None)
    assert (previous == START) is not first_commits


def test_many_at_once_make_one_chain(
    session: Session, engine: Engine, moderator: Account, city: City, campaign: Campaign
) -> None:
    threads, each = 4, 6
    made = [[submissions.make(session, city, campaign).id for _ in range(each)] for _ in range(threads)]
    session.commit()
    ready = Barrier(threads)

    def work(ids: list[UUID]) -> None:
        ready.wait()
        for number, submission_id in enumerate(ids):
            with database.writing(engine) as own:
                submission = own.get_one(Submission, submission_id)
                act(own, own.get_one(Account, moderator.id), submission, ("publish", "reject", "erase")[number % 3])
                own.commit()

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(work, made))
    verdict = decision_record.verify(session, city=city)
    assert (verdict.decisions, verdict.fault) == (threads * each, None)
    assert tiles.drift(session, city=city) == 0


@postgresql_only
def test_neither_another_city_nor_somebody_who_sends_waits_for_a_decision(
    session: Session, engine: Engine, moderator: Account, city: City, campaign: Campaign, submission: Submission
) -> None:
    other = cities.make(session, "metz")
    colleague, theirs = accounts.make(session, other), submissions.make(session, other, campaign)
    session.commit()
    with database.writing(engine) as first, database.writing(engine) as second:
        act(first, first.get_one(Account, moderator.id), first.get_one(Submission, submission.id), "publish")
        second.execute(text("SET LOCAL lock_timeout = '1s'"))
        act(second, second.get_one(Account, colleague.id), second.get_one(Submission, theirs.id), "publish")
        submissions.make(second, second.get_one(City, city.id), second.get_one(Campaign, campaign.id))
        second.commit()
        first.commit()
    assert fault(session, city) is None
    assert fault(session, other) is None
