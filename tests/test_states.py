"""A thousand random things happen to submissions: no state outside the diagram, and record and map know of each."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Conflict, FormInvalid, Gone, NotAllowed, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import LEADS_TO, Decision
from participation.models.mails import Mail
from participation.models.places import Place, PlaceMerge
from participation.models.submissions import STATUSES, STEPS, Submission
from participation.models.tiles import TileCount, TileFacet
from participation.services import decision_record, decisions, followers, mails, tiles
from participation.services import submissions as submissions_service
from participation.services.decisions import UNDO_WITHIN, Seen
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import CHANGES, act, change
from tests.factories.submissions import NOW

# In which states an action is possible, as far as nobody needs another reason to refuse it.
POSSIBLE = {
    "publish": {"pending"},
    "reject": {"pending"},
    "remove": {"published"},
    "reopen": {"rejected", "removed"},
    "second_look": {"pending"},
    "keep": {"published", "rejected", "removed"},
    # Only as the very next thing.
    "undo": {"published", "rejected"},
    "set_point": {"pending", "published"},
    "correct": {"pending"},
    "withdraw": {"published"},
    "erase": {*STATUSES},
}
ACTIONS = sorted(POSSIBLE)
# A submission, what happens to it, and whether that may be impossible: else it happens to the next one that it can.
STEP = st.tuples(
    st.integers(0, 19), st.sampled_from([*ACTIONS, *CHANGES]), st.sampled_from([False, False, False, True])
)


class Told:
    """What should have become of each submission, by the diagram alone."""

    def __init__(self, number: int) -> None:
        self.states, self.last, self.taken = ["pending"] * number, [""] * number, 0

    def can(self, number: int, action: str) -> bool:
        """Whether the action may be taken; taking back has to be the very next thing."""
        taken_back = action != "undo" or self.last[number] in {"publish", "reject"}
        return self.states[number] in POSSIBLE[action] and taken_back

    def next_possible(self, number: int, action: str) -> int:
        """The submission itself or, round the list, the next one with which the action makes a difference."""
        order = [*range(number, len(self.states)), *range(number)]
        return next((n for n in order if self.can(n, action) and self.states[n] != "erased"), number)

    def changed(self, before: list[int], after: list[int]) -> None:
        """Submissions were changed in their state, one version for each decision."""
        self.taken += sum(after) - sum(before)
        for number, (old, new) in enumerate(zip(before, after, strict=True)):
            self.last[number] = self.last[number] if old == new else "changed"

    def take(self, number: int, action: str) -> None:
        """It happened; erasing what is erased already is nothing new."""
        self.taken += (action, self.states[number]) != ("erase", "erased")
        self.states[number] = LEADS_TO[action] or self.states[number]
        self.last[number] = action


@pytest.fixture
def world(session: Session) -> tuple[City, City, Campaign, Account]:
    city = cities.make(session)
    made = (city, cities.make(session, "metz"), campaigns.make(session, city), accounts.make(session))
    session.commit()
    return made


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=40, max_size=40))
def test_a_thousand_random_changes_of_state(
    session: Session, world: tuple[City, City, Campaign, Account], steps: list[tuple[int, str, bool]]
) -> None:
    """Each of 40 times 40 steps is taken or refused as the diagram says, and the record and the map know of it."""
    session.rollback()
    *both, campaign, operator = world
    kinds = ("heat_island", "climate_oasis", "idea", "feedback")
    made = [
        submissions.make(session, both[n % 2], campaign, kinds[n % 4], place_name=f"Spot {n % 3}") for n in range(20)
    ]
    told = Told(len(made))
    for first, action, any_state in steps:
        if action in CHANGES:
            before = [submission.version for submission in made]
            # Many of them are refused, for one reason or another; none of these leaves anything half done.
            with suppress(FormInvalid, Conflict, NotFound):
                change(session, operator, made[first], action, made[(first + 2) % 20])
            told.changed(before, [submission.version for submission in made])
            continue
        number = first if any_state else told.next_possible(first, action)
        if told.can(number, action):
            act(session, operator, made[number], action)
            told.take(number, action)
        else:
            with pytest.raises(Conflict):
                act(session, operator, made[number], action)
    session.flush()
    session.expire_all()
    assert [submission.status for submission in made] == told.states
    assert {tuple(row) for row in session.execute(select(Decision.from_status, Decision.to_status))} <= {*STEPS}
    verdicts = [decision_record.verify(session, city=one) for one in both]
    assert [verdict.fault for verdict in verdicts] == [None, None]
    assert sum(verdict.decisions for verdict in verdicts) == told.taken
    assert_counts_are_exact(session, both, told.states.count("published"))
    assert_places_are_whole(session)


def assert_counts_are_exact(session: Session, both: list[City], published: int) -> None:
    for model in (TileCount, TileFacet):
        sums = session.execute(select(model.zoom, func.sum(model.n)).group_by(model.zoom)).all()
        assert {int(n) for _, n in sums} == ({published} if published else set())
    assert [tiles.drift(session, city=city) for city in both] == [0, 0]


def assert_places_are_whole(session: Session) -> None:
    """What is published has a place that is there and was not merged away; a place without entries was merged."""
    merged = {*session.scalars(select(PlaceMerge.place_id))}
    there = {*session.scalars(select(Place.id))}
    used = {*session.scalars(select(Submission.place_id).where(Submission.place_id.is_not(None)))}
    shown = select(func.count()).where(Submission.status == "published", Submission.place_id.is_(None))
    assert session.scalar(shown.where(Submission.cell.is_not(None))) == 0
    assert there == used | merged
    assert used & merged == set()


@pytest.fixture
def submission(session: Session, world: tuple[City, City, Campaign, Account]) -> Submission:
    city, _, campaign, _ = world
    return submissions.make(session, city, campaign)


@pytest.fixture
def moderator(session: Session, submission: Submission) -> Account:
    return accounts.make(session, submission.city)


def last_of(session: Session, submission: Submission) -> Decision:
    return decisions.history(session, submission=submission)[0]


def test_what_is_removed_is_off_the_map_and_needs_a_reason(
    session: Session, moderator: Account, submission: Submission
) -> None:
    act(session, moderator, submission, "publish")
    seen = Seen(submission.version)
    with pytest.raises(FormInvalid):
        decisions.remove(session, account=moderator, submission=submission, seen=seen, reason_code="", now=NOW)
    act(session, moderator, submission, "remove")
    assert (submission.status, last_of(session, submission).reason_code) == ("removed", "illegal")
    assert session.scalar(select(func.count()).select_from(TileCount)) == 0
    with pytest.raises(Gone):
        submissions_service.published(session, city=submission.city, submission_id=submission.id)


@pytest.mark.parametrize(("action", "status"), [("publish", "published"), ("reject", "rejected")])
def test_a_moment_later_ones_own_decision_can_be_taken_back(
    action: str, status: str, session: Session, moderator: Account, submission: Submission
) -> None:
    act(session, moderator, submission, "second_look")
    act(session, moderator, submission, action)
    assert (submission.status, submission.needs_second_look) == (status, False)
    seen = Seen(submission.version, "form")
    undone = [
        decisions.undo(session, account=moderator, submission=submission, seen=seen, now=NOW + UNDO_WITHIN)
        for _ in range(2)
    ]
    assert undone[0] is undone[1]
    assert (submission.status, submission.published_at, submission.needs_second_look) == ("pending", None, True)
    assert session.scalar(select(func.count()).select_from(TileCount)) == 0
    act(session, moderator, submission, "publish")
    assert tiles.drift(session, city=submission.city) == 0


def test_nobody_takes_back_what_is_old_or_somebody_elses(
    session: Session, moderator: Account, submission: Submission
) -> None:
    act(session, moderator, submission, "publish")
    seen, late = Seen(submission.version), NOW + UNDO_WITHIN + timedelta(microseconds=1)
    with pytest.raises(Conflict, match="too_late_to_undo"):
        decisions.undo(session, account=moderator, submission=submission, seen=seen, now=late)
    for account in (accounts.make(session, submission.city), accounts.make(session)):
        with pytest.raises(Conflict, match="already_decided"):
            decisions.undo(session, account=account, submission=submission, seen=seen, now=NOW)
    other = accounts.make(session, cities.make(session, "lima"))
    with pytest.raises(NotAllowed):
        decisions.undo(session, account=other, submission=submission, seen=seen, now=NOW)
    assert submission.status == "published"


@pytest.mark.parametrize("actions", [["reject"], ["publish", "remove"], ["publish", "remove", "keep"]])
def test_who_decided_does_not_decide_on_the_objection(
    actions: list[str], session: Session, moderator: Account, submission: Submission
) -> None:
    for action in actions:
        act(session, moderator, submission, action)
    seen, status = Seen(submission.version), submission.status
    with pytest.raises(NotAllowed, match="decided_it_yourself"):
        decisions.reopen(session, account=moderator, submission=submission, seen=seen, now=NOW)
    assert submission.status == status
    other = accounts.make(session, submission.city)
    decisions.reopen(session, account=other, submission=submission, seen=seen, now=NOW)
    assert submission.status == "pending"
    # Whoever decided before may decide again on what waits again.
    act(session, moderator, submission, "publish")
    assert tiles.drift(session, city=submission.city) == 0


def test_the_mail_about_what_is_taken_back_does_not_leave(
    session: Session, moderator: Account, submission: Submission
) -> None:
    asked = followers.ask(session, submission=submission, email="a@b.example", lang="de", secret="s", now=NOW)
    act(session, moderator, submission, "publish")
    follower, decision = asked.follower, last_of(session, submission)
    once = followers.news_id(follower_id=follower.id, decision_id=decision.id)
    texts = {"recipient": follower.email, "subject": "Published", "body": "It is", "lang": "de"}
    mails.write(session, **texts, now=NOW, mail_id=once, wait=UNDO_WITHIN)
    assert mails.due(session, now=NOW + UNDO_WITHIN - timedelta(seconds=1)) == []
    act(session, moderator, submission, "undo")
    assert mails.due(session, now=NOW + UNDO_WITHIN) == []
    assert session.get(Mail, once) is None
