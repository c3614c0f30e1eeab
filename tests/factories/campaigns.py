"""A campaign that is open for a very long time."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.partnerships import Partnership
from participation.questionnaire import KINDS
from tests.factories import partnerships


def make(session: Session, *cities: City, partnership: Partnership | None = None, **columns: Any) -> Campaign:
    """A campaign of the partnership, or of a new one of these cities."""
    values: dict[str, Any] = {
        "code": "summer",
        "name": {"en": "Summer"},
        "starts": date(2020, 1, 1),
        "ends": date(2100, 12, 31),
        "kinds": list(KINDS),
        "questionnaire_version": "heat-1",
    }
    partnership = partnership or partnerships.make(session, *cities)
    campaign = Campaign(**(values | columns))
    partnership.campaigns.append(campaign)
    session.flush()
    return campaign
