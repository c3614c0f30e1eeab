"""Texts of a comparison are read anew: what is no longer published is gone."""

from sqlalchemy.orm import Session

from participation.services import comparison_voices, receipts
from tests.factories import campaigns, cities, submissions
from tests.factories.submissions import NOW


def test_only_what_is_published_and_has_a_text_is_read(session: Session) -> None:
    city = cities.make(session)
    campaign = campaigns.make(session, city)
    shown, erased = (submissions.published(session, city, campaign, "idea") for _ in range(2))
    pending = submissions.make(session, city, campaign, "idea")
    ids = [str(each.id) for each in (shown, erased, pending)]
    receipts.erase(session, submission=erased, now=NOW)
    assert dict(comparison_voices.published(session, ids=ids)) == {str(shown.id): shown}
    assert comparison_voices.published(session, ids=[]) == {}
