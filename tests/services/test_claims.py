"""Claims: one entry at a time for one person, for a quarter of an hour."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.errors import Conflict
from participation.models.accounts import Account
from participation.models.claims import Claim
from participation.models.submissions import Submission
from participation.services import claims, decision_amendments, decisions, place_decisions, redactions
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.services.originals import Hidden
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.submissions import NOW

Two = tuple[Account, Account]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def both(session: Session) -> tuple[Two, tuple[Submission, Submission]]:
    """Two moderators and two entries."""
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    entries = submissions.make(session, city, campaign), submissions.make(session, city, campaign)
    return (accounts.make(session, city), accounts.make(session, city)), entries


def held(session: Session) -> dict[int, object]:
    return dict(session.execute(select(Claim.account_id, Claim.submission_id)).all())


def test_the_first_one_holds_it_until_the_time_is_over(
    session: Session, both: tuple[Two, tuple[Submission, Submission]]
) -> None:
    (one, other), (entry, _) = both
    assert claims.take(session, account=one, submission_id=entry.id, now=NOW)
    assert not claims.take(session, account=other, submission_id=entry.id, now=NOW + 14 * MINUTE)
    claim = claims.of_another(session, account=other, submission_id=entry.id, now=NOW + 14 * MINUTE)
    assert claim
    assert (claim.account, claim.until) == (one, NOW + claims.LASTS)
    assert claims.of_another(session, account=one, submission_id=entry.id, now=NOW) is None
    assert claims.of_another(session, account=other, submission_id=entry.id, now=NOW + claims.LASTS) is None
    assert claims.take(session, account=other, submission_id=entry.id, now=NOW + claims.LASTS)
    assert held(session) == {other.id: entry.id}


def test_looking_again_makes_it_longer_and_looking_elsewhere_sets_it_free(
    session: Session, both: tuple[Two, tuple[Submission, Submission]]
) -> None:
    (one, other), (first, second) = both
    claims.take(session, account=one, submission_id=first.id, now=NOW)
    assert claims.take(session, account=one, submission_id=first.id, now=NOW + 10 * MINUTE)
    assert not claims.take(session, account=other, submission_id=first.id, now=NOW + 20 * MINUTE)
    assert claims.take(session, account=one, submission_id=second.id, now=NOW + 20 * MINUTE)
    assert held(session) == {one.id: second.id}


def test_what_is_released_or_over_is_gone(session: Session, both: tuple[Two, tuple[Submission, Submission]]) -> None:
    (one, other), (first, second) = both
    claims.take(session, account=one, submission_id=first.id, now=NOW)
    claims.take(session, account=other, submission_id=second.id, now=NOW + MINUTE)
    assert claims.forget(session, now=NOW + claims.LASTS) == 1
    assert held(session) == {other.id: second.id}
    claims.release(session, submission_ids=[second.id])
    assert held(session) == {}


def test_every_decision_is_left_to_whoever_has_the_entry_open(
    session: Session, both: tuple[Two, tuple[Submission, Submission]], tmp_path: Path
) -> None:
    (one, other), (entry, place_of) = both
    submissions.publish(session, place_of)
    entry.text, entry.text_lang = "Call Anna", "en"
    claims.take(session, account=one, submission_id=entry.id, now=NOW)
    known = {"account": other, "submission": entry, "seen": Seen(entry.version), "now": NOW + MINUTE}
    hidden = {"hidden": Hidden(((0, 4),), (), photo=False, place_name=False), "folder": tmp_path}
    for wish, more in (
        (decisions.publish, {}),
        (decisions.reject, {"reason_code": "unclear"}),
        (decisions.second_look, {}),
        (decision_amendments.set_point, {"where": Where(lat="49.64", lon="8.37")}),
        (decision_amendments.amend, {"wanted": Amendment(text_lang="de")}),
        (place_decisions.join, {"place_id": place_of.place_id}),
        (place_decisions.split, {}),
        (redactions.redact, hidden),
        (redactions.publish_redacted, hidden),
    ):
        with pytest.raises(Conflict, match="claimed") as refused:
            wish(session, **known, **more)
        assert refused.value.details == {"name": one.email}
    assert (entry.status, entry.version, entry.text) == ("pending", 1, "Call Anna")
    # When the time is over it is for whoever decides; then nobody has it open.
    decisions.publish(session, **known | {"now": NOW + claims.LASTS})
    assert (entry.status, held(session)) == ("published", {})
