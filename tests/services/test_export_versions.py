"""Versions of the data: what has become of a former one, from the record alone."""

import pytest
from sqlalchemy.orm import Session

from participation.errors import NotFound
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.services import export_versions, receipts
from participation.services.export_versions import Version
from tests.factories import accounts, campaigns, cities, submissions
from tests.factories.cities import OUTSIDE
from tests.factories.decisions import act
from tests.factories.submissions import NOW
from tests.fixtures.databases import sqlite_only


def current(session: Session, city: City) -> Version:
    session.commit()
    session.expire_all()
    return export_versions.current(session, city=city)


def changes(session: Session, city: City, since: Version) -> dict[str, int]:
    past = export_versions.past(session, city=city, version=since)
    return {change: n for change, n in past.changes.items() if n}


def test_what_has_changed_since_a_version_is_counted_by_entries(
    session: Session, city: City, campaign: Campaign
) -> None:
    assert current(session, city).decision_id == 0
    moderator = accounts.make(session, city)
    withdrawn, erased, removed, again = (submissions.published(session, city, campaign) for _ in range(4))
    # What nobody saw changes nothing that anybody has seen.
    unseen = submissions.make(session, city, campaign)
    before = current(session, city)
    receipts.erase(session, submission=unseen, now=NOW)
    assert changes(session, city, before) == {}
    receipts.withdraw(session, submission=withdrawn, now=NOW)
    receipts.erase(session, submission=erased, now=NOW)
    act(session, moderator, removed, "remove")
    submissions.published(session, city, campaign)
    after = current(session, city)
    assert after.number > before.number
    assert changes(session, city, before) == {"published": 1, "withdrawn": 1, "removed": 1, "erased": 1}
    assert changes(session, city, after) == {}
    past = export_versions.past(session, city=city, version=before)
    assert past.at == NOW
    assert again.status == "published"
    # From the very beginning: each entry was published once.
    assert changes(session, city, Version(0, 0))["published"] == 5


@pytest.mark.parametrize("label", ["", "1", "1-", "-1", "1-2-3", "a-b", "1 -2", "9999999999-1", "²-1", "1-1\n"])
def test_what_is_no_label_is_not_found(label: str) -> None:
    with pytest.raises(NotFound):
        export_versions.parse(label)


@sqlite_only
def test_a_version_that_a_city_never_had_is_not_found(session: Session, city: City, campaign: Campaign) -> None:
    submissions.published(session, city, campaign)
    own = current(session, city)
    metz = cities.make(session, "metz", centre=OUTSIDE)
    submissions.published(session, metz, campaigns.make(session, metz, code="other"), point=OUTSIDE)
    foreign = current(session, metz)
    for wanted in (Version(own.number + 1, own.decision_id), Version(own.number, own.decision_id + 9), foreign):
        with pytest.raises(NotFound):
            export_versions.past(session, city=city, version=wanted)
    assert export_versions.parse(own.label) == own
