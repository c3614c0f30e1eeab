"""What happens to submissions, done as the right person would, and a record of it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.decisions import Decision
from participation.models.submissions import Submission
from participation.services import decisions, receipts
from participation.services.decisions import Seen
from participation.services.receipts import Correction
from tests.factories import submissions
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW, at, draft


def act(session: Session, account: Account, submission: Submission, action: str, key: str = "") -> None:
    """Do it as the right person would, with valid values."""
    seen = Seen(submission.version, key)
    if action == "publish":
        decisions.publish(session, account=account, submission=submission, seen=seen, now=NOW)
    elif action == "reject":
        decisions.reject(session, account=account, submission=submission, seen=seen, reason_code="unclear", now=NOW)
    elif action == "set_point":
        where = at(Point(INSIDE.lat + 0.01, INSIDE.lon))
        decisions.set_point(session, account=account, submission=submission, seen=seen, where=where, now=NOW)
    elif action == "correct":
        correction = Correction(draft(submission.kind, idempotency_key=key), submission.version)
        receipts.correct(session, submission=submission, correction=correction, now=NOW)
    else:
        {"withdraw": receipts.withdraw, "erase": receipts.erase}[action](session, submission=submission, now=NOW)


def a_record(session: Session, account: Account, city: City, campaign: Campaign) -> list[Decision]:
    """Five decisions on three submissions: set_point, publish, withdraw; reject; publish."""
    made = [submissions.make(session, city, campaign) for _ in range(3)]
    for submission, action in zip(
        (made[0], made[1], made[0], made[0], made[2]),
        ("set_point", "reject", "publish", "withdraw", "publish"),
        strict=True,
    ):
        act(session, account, submission, action)
    return recorded(session, city)


def recorded(session: Session, city: City) -> list[Decision]:
    query = select(Decision).where(Decision.city_id == city.id).order_by(Decision.id)
    return list(session.scalars(query.execution_options(populate_existing=True)))
