"""What residents send, as drafts, and as rows in each state."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import Submission
from participation.services import decisions, submissions
from participation.services.decisions import Seen
from participation.services.locations import Where, locate
from participation.services.submissions import Draft
from tests.factories import accounts
from tests.factories.cities import INSIDE

NOW = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
ANSWERS: dict[str, dict[str, object]] = {
    "heat_island": {"place_type": "square", "reasons": ["no_shade"]},
    "climate_oasis": {"place_type": "park_garden", "reasons": ["tree_shade"]},
    "idea": {"text": "Plant trees along the tram line"},
    "feedback": {"topic": "platform", "text": "Thank you for this"},
}
_keys = count(1)


def draft(kind: str = "heat_island", *, where: Where | None = None, **changed: Any) -> Draft:
    """What can be sent as it is: INSIDE of the city, the answers that the kind requires, a key of its own."""
    values: dict[str, Any] = {
        "where": where or at(INSIDE),
        "answers": ANSWERS[kind],
        "text_lang": "en",
        "idempotency_key": f"key-{next(_keys)}",
    }
    return Draft(kind=kind, **(values | changed))


def at(point: Point, **changed: Any) -> Where:
    """A place as the map sends it."""
    return Where(lat=f"{point.lat:.6f}", lon=f"{point.lon:.6f}", **changed)


def make(
    session: Session,
    city: City,
    campaign: Campaign,
    kind: str = "heat_island",
    *,
    point: Point | None = INSIDE,
    now: datetime = NOW,
    near_home: bool = False,
    **columns: Any,
) -> Submission:
    """A pending submission; `point` None is one that was described in words."""
    where = at(point) if point else Where(words="by the fountain")
    location, problems = locate(city, where, kind=kind, from_map=False)
    assert not problems, problems
    submission = submissions.new(
        city=city, campaign=campaign, kind=kind, location=location, answers=ANSWERS[kind], now=now
    )
    submission.near_home = near_home
    submission.text_lang = "en" if submission.text else None
    submissions.place_at(submission, location.point)
    for name, value in columns.items():
        setattr(submission, name, value)
    session.add(submission)
    session.flush()
    return submission


def published(session: Session, city: City, campaign: Campaign, *args: Any, **changed: Any) -> Submission:
    """A submission that the operator has published."""
    submission = make(session, city, campaign, *args, **changed)
    publish(session, submission)
    return submission


def publish(session: Session, submission: Submission, *, now: datetime = NOW) -> None:
    """Let the operator publish."""
    seen = Seen(submission.version)
    decisions.publish(session, account=operator(session), submission=submission, seen=seen, now=now)


def operator(session: Session) -> Account:
    """The operator of the platform, made at the first time."""
    return session.scalar(select(Account).where(Account.role == "operator")) or accounts.make(session)
