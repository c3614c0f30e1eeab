"""Contact data are shown for a purpose, every look is noted, nobody changes what was noted, the lead reads it."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from participation.errors import FormInvalid, NotFound
from participation.models.accounts import Account
from participation.models.campaigns import Campaign
from participation.models.cities import City
from participation.models.contacts import ContactReading
from participation.models.notices import Notice
from participation.services import contacts, notices
from participation.services.notices import Report
from tests.factories import accounts, cities, submissions
from tests.factories.submissions import NOW


def notice(session: Session, city: City, campaign: Campaign, **changed: str) -> Notice:
    shown = submissions.published(session, city, campaign)
    report = Report(ground="other", explanation="It is not like that.", good_faith=True, **changed)
    return notices.give(session, city=city, about=shown, report=report, now=NOW).notice


def read(session: Session, account: Account, city: City, about: Notice, **changed: object) -> ContactReading:
    values = {"purpose": "ask_back", "now": NOW, **changed}
    return contacts.read(session, account=account, city=city, notice_id=about.id, **values)  # type: ignore[arg-type]


def test_each_look_is_noted_and_the_lead_sees_it(
    session: Session, city: City, campaign: Campaign, moderator: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contacts, "PAGE", 2)
    about = notice(session, city, campaign, email="a@b.example")
    made = [read(session, moderator, city, about) for _ in range(3)]
    session.commit()
    lead = accounts.make(session, city, role="city_lead")
    assert contacts.listing(session, account=lead, city=city) == (made[:0:-1], 2)
    assert (made[0].account, made[0].notice, made[0].purpose, made[0].at) == (moderator, about, "ask_back", NOW)
    for account in (moderator, accounts.make(session, cities.make(session, "metz"), role="city_lead")):
        with pytest.raises(NotFound):
            contacts.listing(session, account=account, city=city)


def test_without_a_purpose_or_a_right_or_anything_to_see_there_is_nothing(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    about = notice(session, city, campaign, name="A. Neighbour")
    for purpose, code in {"": "required", "curious": "unknown_code"}.items():
        with pytest.raises(FormInvalid) as caught:
            read(session, moderator, city, about, purpose=purpose)
        assert caught.value.problems["purpose"].code == code
    other = cities.make(session, "metz")
    for account, where in ((accounts.make(session, other), city), (accounts.make(session, other), other)):
        with pytest.raises(NotFound):
            read(session, account, where, about)
    with pytest.raises(NotFound):
        read(session, moderator, city, notice(session, city, campaign))
    assert session.scalars(select(ContactReading)).all() == []


def test_nobody_changes_it_and_it_is_forgotten_after_three_years(
    session: Session, city: City, campaign: Campaign, moderator: Account
) -> None:
    about = notice(session, city, campaign, email="a@b.example")
    old = NOW - contacts.KEPT - timedelta(days=1)
    read(session, moderator, city, about, now=old)
    kept = read(session, moderator, city, about)
    session.commit()
    with pytest.raises(IntegrityError, match="never changed"), session.begin_nested():
        session.execute(text("UPDATE contact_readings SET purpose = 'other'"))
    assert [contacts.forget_old(session, now=NOW) for _ in range(2)] == [1, 0]
    assert session.scalars(select(ContactReading)).all() == [kept]
