"""What a moderator should look at is found when something is sent, and again when its author changes it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from participation.geo import Point
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.submissions import CHECKS, Submission
from participation.services import (
    decision_amendments,
    receipts,
    redactions,
    submission_checks,
    submissions,
)
from participation.services.decision_amendments import Amendment
from participation.services.decisions import Seen
from participation.services.locations import Where
from participation.services.originals import Hidden
from participation.services.receipts import Correction
from participation.services.submissions import Draft
from tests.factories import accounts, cities
from tests.factories import submissions as factory
from tests.factories.cities import INSIDE
from tests.factories.submissions import NOW, at, draft


def send(session: Session, city: City, campaign: Campaign, sent: Draft, minutes: int = 0) -> Submission:
    """Send from one browser."""
    values = {"contributor_key": "browser", "secret": "secret", "now": NOW + timedelta(minutes=minutes)}
    return submissions.send(session, city=city, campaign=campaign, draft=sent, **values).submission


def idea(text: str, **changed: object) -> Draft:
    return draft("idea", answers={"text": text}, **changed)


@pytest.mark.parametrize(
    ("sent", "checks"),
    [
        (idea("Plant trees along the tram line"), ()),
        (idea("Please call 06241 853-1234 about trees"), ("phone",)),
        (idea("Write to anna@web.example about the trees"), ("email",)),
        (idea("Ask Mrs Miller and see www.trees.example"), ("link", "name")),
        (idea("PLANT TREES ALONG THE TRAM LINE"), ("shouting",)),
        (idea("Plant trees along the tram line", seconds=4.0), ("fast",)),
        (idea("Plant trees along the tram line", seconds=60.0), ()),
        (idea("Plant trees along the tram line", where=at(INSIDE, near_home=True)), ("near_home",)),
        (idea("Plant trees along the tram line", where=Where(words="beside Mr Miller")), ("name",)),
    ],
)
def test_each_check(session: Session, city: City, campaign: Campaign, sent: Draft, checks: tuple[str, ...]) -> None:
    submission = send(session, city, campaign, sent)
    assert submission.checks == checks
    assert {*checks} <= {*CHECKS}


def test_outside_of_all_districts(session: Session, city: City, campaign: Campaign) -> None:
    cities.district(session, city, half=0.001)
    assert send(session, city, campaign, draft()).checks == ("outside",)
    cities.district(session, city, "nord", half=0.05)
    assert send(session, city, campaign, draft()).checks == ()
    assert send(session, city, campaign, draft("idea", where=Where(words="somewhere"))).checks == ()


def test_many_from_one_contributor_within_a_day(session: Session, city: City, campaign: Campaign) -> None:
    made = [send(session, city, campaign, draft(), minutes) for minutes in range(submission_checks.MANY)]
    assert [submission.checks for submission in made] == [()] * (submission_checks.MANY - 1) + [("many",)]
    a_day = 24 * 60 + submission_checks.MANY
    assert send(session, city, campaign, draft(), a_day).checks == ()


def test_a_correction_is_looked_at_anew(session: Session, city: City, campaign: Campaign) -> None:
    submission = send(session, city, campaign, idea("Call 06241 853-1234 for more trees", seconds=3.5))
    assert submission.checks == ("fast", "phone")
    correction = Correction(idea("Ask Mrs Miller for more trees"), submission.version)
    receipts.correct(session, submission=submission, correction=correction, now=NOW, folder=Path())
    assert submission.checks == ("fast", "name")


def test_what_a_moderator_puts_right_is_looked_at_anew(
    session: Session, city: City, campaign: Campaign, moderator: Account, tmp_path: Path
) -> None:
    cities.district(session, city, "mitte", half=0.01)
    session.refresh(city)
    away = Point(INSIDE.lat + 0.03, INSIDE.lon)
    submission = factory.make(
        session, city, campaign, text="Call 06241 853-1234", text_lang="en", point=away, checks=("fast", "many")
    )
    step: dict[str, Any] = {"account": moderator, "submission": submission, "now": NOW}

    def seen() -> Seen:
        return Seen(submission.version)

    decision_amendments.amend(session, **step, seen=seen(), wanted=Amendment(place_type="street"))
    assert submission.checks == ("fast", "many", "outside", "phone")
    decision_amendments.set_point(session, **step, seen=seen(), where=at(INSIDE))
    assert submission.checks == ("fast", "many", "phone")
    hidden = Hidden(ranges=((5, 19),))
    redactions.redact(session, **step, seen=seen(), hidden=hidden, folder=tmp_path)
    assert submission.checks == ("fast", "many")
    redactions.ask(session, **step, seen=seen(), wish="restore")
    redactions.grant(session, **step | {"account": accounts.make(session, city)}, seen=seen(), folder=tmp_path)
    session.commit()
    session.expire_all()
    assert submission.checks == ("fast", "many", "phone")
    decision_amendments.set_point(session, **step, seen=seen(), where=at(away))
    assert submission.checks == ("fast", "many", "outside", "phone")
