"""A thousand random things happen to submissions: no state outside the diagram, and record and map know of each."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import LEADS_TO, Decision
from participation.models.submissions import STATUSES, STEPS
from participation.models.tiles import TileCount, TileFacet
from participation.services import decision_record, tiles
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.decisions import act

ACTIONS = sorted(LEADS_TO)
# In which states an action is possible, as far as nobody needs another reason to refuse it.
POSSIBLE = {
    "publish": {"pending"},
    "reject": {"pending"},
    "set_point": {"pending"},
    "correct": {"pending"},
    "withdraw": {"published"},
    "erase": {*STATUSES},
}
# A submission, what happens to it, and whether that may be impossible: else it happens to the next one that it can.
STEP = st.tuples(st.integers(0, 19), st.sampled_from(ACTIONS), st.sampled_from([False, False, False, True]))


def next_possible(number: int, action: str, states: list[str]) -> int:
    """The submission itself or, round the list, the next one with which the action makes a difference."""
    order = [*range(number, len(states)), *range(number)]
    possible = POSSIBLE[action] - {"erased"}
    return next((other for other in order if states[other] in possible), number)


@pytest.fixture
def world(session: Session) -> tuple[City, City, Campaign, Account]:
    city = cities.make(session)
    made = (city, cities.make(session, "metz"), campaigns.make(session, city), accounts.make(session))
    session.commit()
    return made


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=40, max_size=40))
def test_a_thousand_random_changes_of_state(
    session: Session, world: tuple[City, City, Campaign, Account], steps: list[tuple[int, str, bool]]
) -> None:
    """Each of 30 times 40 steps is taken or refused as the diagram says, and the record and the map know of it."""
    session.rollback()
    *both, campaign, operator = world
    kinds = ("heat_island", "climate_oasis", "idea", "feedback")
    made = [submissions.make(session, both[n % 2], campaign, kinds[n % 4]) for n in range(20)]
    expected, taken = ["pending"] * len(made), 0
    for first, action, any_state in steps:
        number = first if any_state else next_possible(first, action, expected)
        before = expected[number]
        if before not in POSSIBLE[action]:
            with pytest.raises(Conflict):
                act(session, operator, made[number], action)
            continue
        act(session, operator, made[number], action)
        expected[number] = LEADS_TO[action] or before
        taken += (action, before) != ("erase", "erased")
    session.flush()
    session.expire_all()
    assert [submission.status for submission in made] == expected
    assert {tuple(row) for row in session.execute(select(Decision.from_status, Decision.to_status))} <= {*STEPS}
    verdicts = [decision_record.verify(session, city=one) for one in both]
    assert [verdict.fault for verdict in verdicts] == [None, None]
    assert sum(verdict.decisions for verdict in verdicts) == taken
    assert_counts_are_exact(session, both, expected.count("published"))


def assert_counts_are_exact(session: Session, both: list[City], published: int) -> None:
    for model in (TileCount, TileFacet):
        sums = session.execute(select(model.zoom, func.sum(model.n)).group_by(model.zoom)).all()
        assert {int(n) for _, n in sums} == ({published} if published else set())
    assert [tiles.drift(session, city=city) for city in both] == [0, 0]
